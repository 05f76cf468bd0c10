"""Famille `evenement` : rectifier ce qui a été dit, sans rien effacer."""

from collections.abc import Iterable, Mapping
from typing import Annotated, Any, ClassVar, Literal, cast

from pydantic import AfterValidator, BaseModel, Field, JsonValue, ValidationError
from pydantic_core import PydanticCustomError

from contracts.base import Cible, Donnees, Evenement, Porte, Rang, confidentiels
from contracts.listes import MotifAnnulation, MotifContestation, MotifCorrection


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


class EvenementContesteDonnees(Donnees):
    cible: Cible
    motif: MotifContestation = MotifContestation.NON_COMMUNIQUE


class EvenementConteste(Evenement):
    """Qui répond de la personne, ou l’émetteur lui-même, conteste un événement sans le retirer."""

    nom: ClassVar[str] = "evenement.conteste"
    libelle: ClassVar[str] = "Événement contesté"
    portes: ClassVar[frozenset[Porte]] = frozenset({Porte.FAIT})
    proprietaire: ClassVar[str] = "suivi"
    rang: ClassVar[Rang] = Rang.RECTIFICATION

    type: Literal["fr.sanscouture.evenement.conteste.v1"] = "fr.sanscouture.evenement.conteste.v1"
    data: EvenementContesteDonnees


def fautes_de_correction(
    champs: Mapping[str, object], classes: Iterable[type[Evenement]]
) -> dict[str, str]:
    """Par pointeur fautif, le type de sa faute : une correction ne dit rien de plus qu’un fait.

    La cible peut être encore inconnue : un champ est bon s’il l’est pour l’une des `classes`. Un
    texte confidentiel ne se corrige pas, il voyagerait : on annule l’événement et on le renvoie.
    """
    modeles = [cast("type[Donnees]", classe.model_fields["data"].annotation) for classe in classes]
    confidences = {nom for modele in modeles for nom in confidentiels(modele)}
    fautes = {}
    for pointeur, valeur in champs.items():
        chemin = pointeur.split("/")[1:]
        if chemin[0] == "time":
            possibles = [_faute(Evenement, chemin, valeur)]
        elif chemin[1] in confidences:
            possibles = ["confidence_corrigee"]
        else:
            possibles = [_faute(modele, chemin[1:], valeur) for modele in modeles]
        if None not in possibles:
            connues = [faute for faute in possibles if faute != "extra_forbidden"]
            fautes[pointeur] = str([*connues, "extra_forbidden"][0])
    return fautes


def _faute(modele: type[BaseModel], chemin: list[str], valeur: object) -> str | None:
    """Ce qui manque à côté du champ n’est pas une faute ; ce qui manque dedans en est une."""
    document: Any = valeur
    for pas in reversed(chemin):
        document = [document] if pas.isdigit() else {pas: document}
    try:
        modele.model_validate(document, extra="forbid")
    except ValidationError as erreur:
        for detail in erreur.errors():
            if detail["type"] != "missing" or len(detail["loc"]) > len(chemin):
                return detail["type"]
    return None
