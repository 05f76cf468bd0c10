"""Tous les types d’événements, et les façons de les lire : à la porte, et après elle.

Après la porte, une ancienne version se lit dans la dernière (`contracts.anciens`).
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from typing import Annotated, Any

from pydantic import Field, TypeAdapter, ValidationError
from pydantic.fields import FieldInfo
from pydantic_core import InitErrorDetails, PydanticCustomError

from contracts.anciens import PositionnementRefusArgumenteV1, VersionAncienne
from contracts.base import PREFIXE, Evenement
from contracts.beneficiaire import BeneficiaireEfface
from contracts.certification import CertificationResultatPrononce
from contracts.emploi import EmploiRetourEmploiDeclare
from contracts.evenement import (
    EvenementAnnule,
    EvenementConteste,
    EvenementCorrige,
    fautes_de_correction,
)
from contracts.inscription import InscriptionGarantie, InscriptionPlaceReservee
from contracts.orientation import OrientationPrononcee
from contracts.parcours import ParcoursOuvert
from contracts.passerelle import PasserelleDecisionRendue, PasserelleSaisineDeposee
from contracts.positionnement import (
    PositionnementAvisFavorable,
    PositionnementDemande,
    PositionnementRefusArgumente,
)
from contracts.suivi import (
    SuiviAbandonConstate,
    SuiviAttestationCompetencesDelivree,
    SuiviEntreeEffective,
    SuiviRepriseEffective,
    SuiviSortieEffective,
    SuiviSuspensionPrononcee,
)

Rectification = EvenementCorrige | EvenementAnnule | EvenementConteste
FaitDeParcours = (
    ParcoursOuvert
    | OrientationPrononcee
    | PositionnementDemande
    | PositionnementAvisFavorable
    | PositionnementRefusArgumente
    | InscriptionPlaceReservee
    | InscriptionGarantie
    | PasserelleSaisineDeposee
    | PasserelleDecisionRendue
    | SuiviEntreeEffective
    | SuiviSuspensionPrononcee
    | SuiviAttestationCompetencesDelivree
    | SuiviRepriseEffective
    | SuiviAbandonConstate
    | SuiviSortieEffective
    | CertificationResultatPrononce
    | EmploiRetourEmploiDeclare
)
FaitDePersonne = BeneficiaireEfface
EvenementPoste = FaitDeParcours | Rectification | VersionAncienne

_LECTEUR: TypeAdapter[EvenementPoste] = TypeAdapter(
    Annotated[EvenementPoste, Field(discriminator="type")]
)
_TRANSPORT: TypeAdapter[EvenementPoste | FaitDePersonne] = TypeAdapter(
    Annotated[EvenementPoste | FaitDePersonne, Field(discriminator="type")]
)

PAR_TYPE: dict[str, type[EvenementPoste]] = {
    classe.model_fields["type"].default: classe
    for classe in (
        ParcoursOuvert,
        OrientationPrononcee,
        PositionnementDemande,
        PositionnementAvisFavorable,
        PositionnementRefusArgumenteV1,
        PositionnementRefusArgumente,
        InscriptionPlaceReservee,
        InscriptionGarantie,
        PasserelleSaisineDeposee,
        PasserelleDecisionRendue,
        SuiviEntreeEffective,
        SuiviSuspensionPrononcee,
        SuiviAttestationCompetencesDelivree,
        SuiviRepriseEffective,
        SuiviAbandonConstate,
        SuiviSortieEffective,
        CertificationResultatPrononce,
        EmploiRetourEmploiDeclare,
        EvenementCorrige,
        EvenementAnnule,
        EvenementConteste,
    )
}
# Those of a parcours, above, and those of a person: who reads only parcours passes these over.
TOUS: dict[str, type[Evenement]] = PAR_TYPE | {
    classe.model_fields["type"].default: classe for classe in (BeneficiaireEfface,)
}
POSES_PAR_LA_PLATEFORME = frozenset(
    {"organisation", "recordedtime", "partition", "position", "version"}
)
_EXTENSION = re.compile(r"^[a-z0-9]{1,20}$")
# What the context of an error says of the rule; the rest of it may be the rejected value.
_DE_LA_REGLE = ("pattern", "max_length", "discriminator")


def lire(document: bytes | str | Mapping[str, Any]) -> FaitDeParcours | Rectification:
    """L’événement de parcours d’un document du journal, dans la dernière version de son type.

    Les champs de demain sont laissés de côté. `dit` rend la version postée, qu’une correction vise.
    """
    poste = lire_tel_quel(document)
    if not isinstance(poste, VersionAncienne):
        return poste
    evenement = poste.suivante()
    evenement._dit = poste  # noqa: SLF001 - the only place where a version becomes the next
    return evenement


def lire_tel_quel(document: bytes | str | Mapping[str, Any]) -> EvenementPoste:
    """L’événement de parcours d’un document, dans la version où il a été posté."""
    if isinstance(document, bytes | str):
        return _LECTEUR.validate_json(document)
    return _LECTEUR.validate_python(document)


def lire_tout_flux(document: bytes | str | Mapping[str, Any]) -> EvenementPoste | FaitDePersonne:
    """L’événement d’un document, d’un parcours ou d’une personne, dans la version postée."""
    if isinstance(document, bytes | str):
        return _TRANSPORT.validate_json(document)
    return _TRANSPORT.validate_python(document)


def valider(document: Mapping[str, Any], organisation: str | None = None) -> EvenementPoste:
    """L’événement d’un document reçu de cette organisation, dont `type` est au catalogue.

    Lève `ValidationError` avec toutes les fautes : un champ inconnu de `data`, une extension
    mal nommée ou réservée à la plateforme en est une, ce qu’aucun fait ne pourrait dire aussi.
    """
    classe = PAR_TYPE[document["type"]]
    champs = _champs(classe)
    fautes = [
        _faute(nom, "extension_reservee" if nom in POSES_PAR_LA_PLATEFORME else "extra_forbidden")
        for nom, valeur in document.items()
        if nom in POSES_PAR_LA_PLATEFORME or (nom not in champs and not _extension(nom, valeur))
    ]
    if "specversion" not in document:
        fautes.append(_faute("specversion", "missing"))
    donnees, data = champs["data"].annotation, document.get("data")
    lu = {**document, "organisation": organisation}
    if isinstance(data, Mapping) and isinstance(donnees, type):
        if "confidences" in data:
            fautes.append(_faute(("data", "confidences"), "extension_reservee"))
        try:
            # What has been read is not read twice: an instance is taken as it is.
            lu["data"] = donnees.model_validate(data, extra="forbid")
        except ValidationError as erreur:
            fautes.extend(
                _reprise({**detail, "loc": ("data", *_chemin(detail["loc"], data))})
                for detail in erreur.errors()
            )
    try:
        evenement = classe.model_validate(lu)
    except ValidationError as erreur:
        # What data lacks was said above, together with what it has too much.
        fautes.extend(
            _reprise(detail)
            for detail in erreur.errors()
            if detail["loc"][0] != "data" or not isinstance(data, Mapping)
        )
    else:
        attendu = evenement.dataschema
        if attendu is not None and not attendu.endswith(f"/v1/types/{evenement.type}"):
            fautes.append(_faute("dataschema", "dataschema"))
        if isinstance(evenement, EvenementCorrige):
            faits = [c for c in PAR_TYPE.values() if not issubclass(c, Rectification)]
            for pointeur, type_ in fautes_de_correction(evenement.data.champs, faits).items():
                fautes.append(_faute(("data", "champs", pointeur), type_))
    if fautes:
        raise ValidationError.from_exception_data(classe.__name__, fautes)
    return evenement


def nom_court(type_: str) -> str:
    """Le nom d’un type sans son préfixe ni sa version : `suivi.entree_effective`."""
    return type_.removeprefix(PREFIXE).rpartition(".v")[0]


@cache
def _champs(classe: type[Evenement]) -> dict[str, FieldInfo]:
    # Pydantic looks for them anew at each question.
    return classe.model_fields


def _extension(nom: str, valeur: object) -> bool:
    return bool(_EXTENSION.match(nom)) and isinstance(valeur, str | int | bool)


def _faute(lieu: str | tuple[str, ...], type_: str) -> InitErrorDetails:
    loc = (lieu,) if isinstance(lieu, str) else lieu
    # The input is left out: a rejected value is never repeated, it may be a NIR.
    return {"type": PydanticCustomError(type_, "{x}", {"x": type_}), "loc": loc, "input": None}


def _chemin(loc: tuple[str | int, ...], document: object) -> Iterator[str | int]:
    """Le chemin dans le document : pydantic y mêle la sorte de l’objet, là où il y a le choix."""
    for rang, pas in enumerate(loc, 1):
        if isinstance(document, Mapping) and pas not in document and rang < len(loc):
            continue
        yield pas
        if isinstance(document, Mapping):
            document = document.get(pas)
        elif isinstance(document, Sequence) and isinstance(pas, int):
            document = document[pas]


def _reprise(detail: Any) -> InitErrorDetails:  # noqa: ANN401
    type_, loc, contexte = detail["type"], detail["loc"], detail.get("ctx", {})
    if type_ == "union_tag_invalid" and loc[0] == "data":
        # Inside a fact, what tells one sort of object from another is a code of a list.
        type_, loc = "enum", (*loc, contexte["discriminator"].strip("'"))
    dit = {nom: str(contexte[nom]) for nom in _DE_LA_REGLE if nom in contexte}
    return {
        "type": PydanticCustomError(type_, "{x}", {"x": type_, **dit}),
        "loc": loc,
        "input": None,
    }
