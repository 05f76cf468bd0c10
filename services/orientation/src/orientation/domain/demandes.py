"""Ce que l’on demande à l’orientation."""

from typing import Literal
from uuid import UUID

from pydantic import ConfigDict, Field

from contracts.base import (
    BeneficiaireRef,
    Certification,
    Heures,
    Jour,
    Rome,
    Texte,
    TexteLong,
    Valeur,
)
from contracts.commande import Demande
from contracts.listes import (
    Canal,
    Modalite,
    MotifEffacement,
    MotifRefus,
    MotifSansAlternative,
    PublicCible,
    TypeEtape,
)
from contracts.parcours import Referent
from contracts.positionnement import Alternative


class Identite(Valeur):
    """Qui est la personne : dit ici, et nulle part ailleurs."""

    model_config = ConfigDict(extra="forbid")

    nom: Texte
    prenom: Texte
    date_naissance: Jour | None = None
    commune: Texte | None = None


class Declaration(Identite):
    """Une personne, et ses numéros dans d’autres systèmes, s’il y en a."""

    identifiants: tuple[BeneficiaireRef, ...] = Field((), max_length=10)


class Effacement(Demande):
    """Effacer une personne : son identité, ses confidences, pour toujours."""

    motif: MotifEffacement = MotifEffacement.NON_COMMUNIQUE


class Publication(Valeur):
    """Une session telle que son organisme l’annonce."""

    model_config = ConfigDict(extra="forbid")

    intitule: Texte
    rome: Rome
    commune: Texte
    debut_le: Jour
    fin_le: Jour
    heures: Heures
    objectif: TypeEtape
    certification: Certification | None = None


class Ouverture(Demande):
    beneficiaire_id: UUID
    objectif: Texte
    rome: Rome | None = None
    referent: Referent | None = None
    publics_cibles: tuple[PublicCible, ...] = Field((), max_length=20)


class Prescription(Demande):
    """Un type d’étape, et une session ou un domaine."""

    type_etape: TypeEtape = TypeEtape.NON_COMMUNIQUE
    axe: Literal[1, 2] | None = None
    session_id: UUID | None = None
    domaine: Texte | None = None


class Placement(Demande):
    etape_id: UUID
    session_id: UUID
    modalite: Modalite = Modalite.NON_COMMUNIQUE
    canal: Canal = Canal.NON_COMMUNIQUE


class Accord(Demande):
    entree_prevue_le: Jour | None = None


class Refus(Demande):
    motif: MotifRefus = MotifRefus.NON_COMMUNIQUE
    diagnostic: TexteLong | None = None
    alternatives: tuple[Alternative, ...] = Field((), max_length=10)
    sans_alternative: MotifSansAlternative | None = None
