"""Famille `evenement` : rectifier ce qui a été dit, sans rien effacer."""

from typing import Annotated, ClassVar, Literal

from pydantic import AfterValidator, Field, JsonValue
from pydantic_core import PydanticCustomError

from contracts.base import Cible, Donnees, Evenement, Porte, Rang
from contracts.listes import MotifAnnulation, MotifCorrection


def _corrigeable(pointeur: str) -> str:
    if pointeur.split("/")[1:3] == ["data", "confidences"]:
        raise PydanticCustomError("string_pattern_mismatch", "{x}", {"x": ""})
    return pointeur


# A JSON pointer into the event: its date, or a member of its data. Who and what it is about stays.
Pointeur = Annotated[
    str, Field(pattern=r"^/(time|data/[a-z_]+(/[a-z0-9_]+)*)$"), AfterValidator(_corrigeable)
]


class EvenementCorrigeDonnees(Donnees):
    cible: Cible
    champs: Annotated[dict[Pointeur, JsonValue], Field(min_length=1, max_length=20)]
    motif: MotifCorrection = MotifCorrection.NON_COMMUNIQUE


class EvenementCorrige(Evenement):
    """L’émetteur corrige des champs d’un événement : ceux qu’il nomme, et eux seuls."""

    nom: ClassVar[str] = "evenement.corrige"
    libelle: ClassVar[str] = "Événement corrigé"
    portes: ClassVar[frozenset[Porte]] = frozenset({Porte.FAIT})
    proprietaire: ClassVar[str] = "suivi"
    rang: ClassVar[Rang] = Rang.RECTIFICATION

    type: Literal["fr.sanscouture.evenement.corrige.v1"] = "fr.sanscouture.evenement.corrige.v1"
    data: EvenementCorrigeDonnees


class EvenementAnnuleDonnees(Donnees):
    cible: Cible
    motif: MotifAnnulation = MotifAnnulation.NON_COMMUNIQUE


class EvenementAnnule(Evenement):
    """L’émetteur retire un événement ; retirer une annulation le rétablit."""

    nom: ClassVar[str] = "evenement.annule"
    libelle: ClassVar[str] = "Événement annulé"
    portes: ClassVar[frozenset[Porte]] = frozenset({Porte.FAIT})
    proprietaire: ClassVar[str] = "suivi"
    rang: ClassVar[Rang] = Rang.RECTIFICATION

    type: Literal["fr.sanscouture.evenement.annule.v1"] = "fr.sanscouture.evenement.annule.v1"
    data: EvenementAnnuleDonnees
