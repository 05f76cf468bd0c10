"""Des documents quelconques, tirés du schéma publié : ce qu’un partenaire peut écrire."""

import json
from copy import deepcopy
from datetime import UTC, datetime, timedelta, timezone
from functools import cache
from pathlib import Path
from string import ascii_letters, digits
from typing import Any

from hypothesis import strategies as st

from contracts.base import Evenement
from contracts.catalogue import POSES_PAR_LA_PLATEFORME
from contracts.evenement import EvenementCorrige
from contracts.schemas import schema

Document = dict[str, Any]

_SIGNES = ascii_letters + digits + "._:/ -"
_TEXTE = st.text(ascii_letters + digits + " éèàçœÉ’'\"\\<>&;-\u202f😀\n", min_size=1)
_FUSEAUX = st.integers(-12, 14).map(lambda heures: timezone(timedelta(hours=heures)))
_INSTANTS = st.datetimes(
    datetime(1900, 1, 2),  # noqa: DTZ001 - a zone is added
    datetime(2199, 12, 30),  # noqa: DTZ001
    timezones=st.just(UTC) | _FUSEAUX,
)
_FORMATS: dict[str, st.SearchStrategy[Any]] = {
    "uuid": st.uuids().map(str),
    "date-time": _INSTANTS.map(datetime.isoformat),
    "date": _INSTANTS.map(lambda instant: instant.date().isoformat()),
}
_CORRECTIONS: st.SearchStrategy[Document] = st.sampled_from(
    [
        {"/time": "2026-03-02T12:00:00+01:00"},
        {"/data/heures_prevues": 420, "/data/fin_prevue_le": None},
        {"/data/motif": "AUTRE"},
        {"/data/referent/organisme/siret": "99910042300014"},
    ]
)


EXEMPLES = Path("contracts/samples")


def un_exemple(classe: type[Evenement]) -> Document:
    """L’exemple publié, moins ce que la plateforme y pose : ce que la porte prend."""
    type_ = classe.model_fields["type"].default
    document: Document = json.loads((EXEMPLES / f"{type_}.json").read_text())
    document["data"].pop("confidences", None)
    return {nom: m for nom, m in document.items() if nom not in POSES_PAR_LA_PLATEFORME}


@cache
def un_document(classe: type[Evenement]) -> st.SearchStrategy[Document]:
    """Un document que la porte doit prendre, d’après le seul schéma publié."""
    publie = schema(classe)
    publie["properties"].pop("dataschema")  # its value depends on the type: it has its own test
    champs = _CORRECTIONS if classe is EvenementCorrige else st.nothing()
    return _objet(publie, publie["$defs"], champs).filter(_dit_un_texte)


def feuilles(document: Document) -> list[tuple[str | int, ...]]:
    """Le chemin de chaque valeur simple du document."""
    return list(_feuilles(document, ()))


def remplacer(document: Document, chemin: tuple[str | int, ...], valeur: object) -> Document:
    copie = deepcopy(document)
    ici: Any = copie
    for pas in chemin[:-1]:
        ici = ici[pas]
    ici[chemin[-1]] = valeur
    return copie


def _feuilles(valeur: object, chemin: tuple[str | int, ...]) -> Any:
    if isinstance(valeur, dict):
        for cle, element in valeur.items():
            yield from _feuilles(element, (*chemin, cle))
    elif isinstance(valeur, list):
        for rang, element in enumerate(valeur):
            yield from _feuilles(element, (*chemin, rang))
    else:
        yield chemin


def _dit_un_texte(document: object) -> bool:
    """Une chaîne blanche n’est pas un texte, ce qu’aucun schéma ne sait dire simplement."""
    return all(v.strip() for v in _valeurs(document) if isinstance(v, str))


def _valeurs(valeur: object) -> Any:
    if isinstance(valeur, dict | list):
        for element in valeur.values() if isinstance(valeur, dict) else valeur:
            yield from _valeurs(element)
    else:
        yield valeur


def _objet(
    forme: Document, definitions: Document, champs: st.SearchStrategy[Document]
) -> st.SearchStrategy[Document]:
    proprietes = {
        nom: champs if nom == "champs" else _valeur(propriete, definitions, champs)
        for nom, propriete in forme["properties"].items()
        if not propriete.get("readOnly")
    }
    exiges = forme.get("required", [])
    return st.fixed_dictionaries(
        {nom: proprietes[nom] for nom in exiges},
        optional={nom: s for nom, s in proprietes.items() if nom not in exiges},
    )


def _valeur(  # noqa: PLR0911 - one line per form
    forme: Document, definitions: Document, champs: st.SearchStrategy[Document]
) -> st.SearchStrategy[Any]:
    match forme:
        case {"$ref": reference}:
            nom = reference.removeprefix("#/$defs/")
            return _valeur(definitions[nom], definitions, champs)
        case {"anyOf": formes} | {"oneOf": formes}:
            return st.one_of([_valeur(f, definitions, champs) for f in formes])
        case {"const": seule}:
            return st.just(seule)
        case {"enum": valeurs}:
            return st.sampled_from(valeurs)
        case {"pattern": motif}:
            return st.from_regex(motif, fullmatch=True, alphabet=_SIGNES)
        case {"format": nom}:
            return _FORMATS[nom]
        case {"type": "string"}:
            return _TEXTE.map(lambda texte: texte[: forme.get("maxLength")])
        case {"type": "array", "items": element}:
            return st.lists(_valeur(element, definitions, champs), max_size=2)
        case {"type": "object"}:
            return _objet(forme, definitions, champs)
        case {"type": "integer" | "number" as genre, "minimum": au_moins, "maximum": au_plus}:
            entiers = st.integers(au_moins, au_plus)
            return entiers if genre == "integer" else entiers | st.floats(au_moins, au_plus)
    return {"boolean": st.booleans(), "null": st.none()}[forme["type"]]
