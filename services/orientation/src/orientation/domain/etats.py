"""Ce que l’orientation tient : la personne, son parcours, ses étapes, l’offre."""

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from contracts.base import Organisme
from contracts.listes import Liste, TypeEtape


class Statut(Liste):
    """Où en est un positionnement."""

    DEMANDE = "DEMANDE", "en attente de réponse"
    ACCEPTE = "ACCEPTE", "accepté"
    REFUSE = "REFUSE", "refusé"


@dataclass(frozen=True)
class Beneficiaire:
    """Qui est la personne ; effacée, il n’en reste que l’identifiant et le jour."""

    id: UUID
    organisation: str
    nom: str | None
    prenom: str | None
    date_naissance: date | None
    commune: str | None
    efface_le: datetime | None


@dataclass(frozen=True)
class Parcours:
    id: UUID
    beneficiaire_id: UUID
    organisation: str
    referent: str | None
    objectif: str
    rome: str | None
    ouvert_le: datetime

    @property
    def suivi_par(self) -> set[str | None]:
        """La structure qui l’a ouvert, et celle du référent."""
        return {self.organisation, self.referent}


@dataclass(frozen=True)
class Session:
    id: UUID
    organisation: str
    intitule: str
    rome: str
    commune: str
    debut_le: date
    fin_le: date
    heures: float
    objectif: TypeEtape
    certification: str | None

    @property
    def organisme(self) -> Organisme:
        return Organisme(siret=self.organisation.removeprefix("urn:siret:"))


@dataclass(frozen=True)
class Etape:
    id: UUID
    parcours_id: UUID
    type_etape: TypeEtape
    axe: int | None
    session_id: UUID | None
    domaine: str | None
    prononcee_le: datetime


@dataclass(frozen=True)
class Positionnement:
    """`organisme` est celui de la session : lui seul répond."""

    id: UUID
    parcours_id: UUID
    etape_id: UUID
    session_id: UUID
    organisme: str
    statut: Statut
    demande_le: datetime
    repondu_le: datetime | None
    entree_prevue_le: date | None
