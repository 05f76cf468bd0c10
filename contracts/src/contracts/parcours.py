"""Famille `parcours` : ce qui ouvre un parcours."""

from typing import Annotated, ClassVar, Literal
from uuid import UUID

from pydantic import Field

from contracts.base import Donnees, Evenement, Flux, Organisme, Porte, Rang, Rome, Texte, Valeur
from contracts.listes import PublicCible, RoleReferent


class Referent(Valeur):
    """Qui suit la personne : une structure, et l’agent tel qu’elle le nomme chez elle."""

    role: RoleReferent
    organisme: Organisme
    agent_ref: Annotated[str, Field(pattern=r"^[A-Za-z0-9._:-]{1,80}$")] | None = None


class ParcoursOuvertDonnees(Donnees):
    attendus: ClassVar[dict[str, str]] = {
        "referent": "Dire qui suit la personne : rôle et structure.",
    }

    beneficiaire_id: UUID
    objectif: Texte
    rome: Rome | None = None
    referent: Referent | None = None
    publics_cibles: tuple[PublicCible, ...] = Field((), max_length=20)


class ParcoursOuvert(Evenement):
    """Un conseiller ouvre à une personne un parcours vers un objectif."""

    nom: ClassVar[str] = "parcours.ouvert"
    libelle: ClassVar[str] = "Parcours ouvert"
    flux: ClassVar[Flux] = Flux.PARCOURS
    portes: ClassVar[frozenset[Porte]] = frozenset({Porte.COMMANDE})
    proprietaire: ClassVar[str] = "orientation"
    rang: ClassVar[Rang] = Rang.PARCOURS

    type: Literal["fr.sanscouture.parcours.ouvert.v1"] = "fr.sanscouture.parcours.ouvert.v1"
    data: ParcoursOuvertDonnees
