"""Un problème a un code, un titre, une phrase en français, et ne répète pas ce qu’il refuse."""

import importlib
import inspect
import pkgutil
import re
from collections.abc import Iterator

import pytest

from contracts import problemes
from contracts.catalogue import PAR_TYPE
from contracts.schemas import schema
from kit import json as kit_json
from kit.errors import Refusal

# What partners were promised, with its status.
PROMIS = {
    "CLE_INVALIDE": 401,
    "PORTEE_INSUFFISANTE": 403,
    "SOURCE_ETRANGERE": 403,
    "DECISION_RESERVEE": 403,
    "PARCOURS_INCONNU": 404,
    "CONFLIT_IDENTIFIANT": 409,
    "PARCOURS_EFFACE": 410,
    "EVENEMENT_INVALIDE": 422,
    "TROP_DE_REQUETES": 429,
    "INDISPONIBLE": 503,
}
CHAMPS_PROMIS = {"CHAMP_MANQUANT", "CHAMP_INCONNU", "FORMAT_DATE", "DATE_FUTURE"}
TYPES = sorted(problemes._CHAMPS)  # noqa: SLF001 - each of its lines is a promise
INTRUS = "185057512345678"


@pytest.mark.parametrize(("code", "statut"), PROMIS.items())
def test_les_codes_promis_ont_leur_titre_et_leur_statut(code: str, statut: int):
    titre, rendu = problemes.problem(code)

    assert rendu == statut
    assert titre != problemes.problem("CODE_D_UNE_REGLE")[0]


def test_les_codes_de_champ_promis_existent():
    assert {problemes.field(type_, {})[0] for type_ in TYPES} >= CHAMPS_PROMIS


def test_la_regle_d_un_service_est_un_refus():
    assert problemes.problem("SESSION_COMPLETE") == ("Demande refusée par une règle", 409)


def test_chaque_refus_de_la_maison_a_le_titre_de_son_statut():
    for nom in ("kit", "orientation", "inscription", "passerelle", "suivi", "indicateurs"):
        for module in pkgutil.walk_packages(importlib.import_module(nom).__path__, f"{nom}."):
            if not module.name.endswith(("__main__", ".app", ".run")):
                importlib.import_module(module.name)

    refus = set(_sortes(Refusal))

    assert {r.code: problemes.problem(r.code)[1] for r in refus} == {
        r.code: r.status for r in refus
    }


def _sortes(sorte: type[Refusal]) -> Iterator[type[Refusal]]:
    for plus_precise in sorte.__subclasses__():
        # A test may have its own; it is nobody's promise.
        if not plus_precise.__module__.startswith(("tests", "test_")):
            yield plus_precise
        yield from _sortes(plus_precise)


@pytest.mark.parametrize("titre", [titre for titre, _ in problemes.TITRES.values()])
def test_un_titre_est_en_francais(titre: str):
    assert titre[0].isupper()
    assert not re.search(r"['.{}%]", titre)


@pytest.mark.parametrize("type_", [*TYPES, "un_type_de_demain"])
def test_la_phrase_d_un_champ_dit_l_attendu_et_ne_repete_rien(type_: str):
    contexte = dict.fromkeys(("error", "input", "expected", "tag", "pattern", "x"), INTRUS)

    code, phrase = problemes.field(type_, contexte)

    assert re.fullmatch("[A-Z][A-Z_]+", code)
    assert INTRUS not in phrase
    assert phrase[0].isupper() or phrase.startswith(("true", "application"))
    assert not re.search(r"['{}%]|\.$", phrase)


def test_une_limite_est_dite():
    assert problemes.field("string_too_long", {"max_length": 200})[1] == "200 caractères au plus"
    assert problemes.field("too_long", {"max_length": 20})[1] == "20 éléments au plus"


def test_chaque_format_publie_a_sa_phrase():
    formats = {m for classe in PAR_TYPE.values() for m in _motifs(schema(classe))}
    phrases = {problemes.field("string_pattern_mismatch", {"pattern": f})[1] for f in formats}

    assert "Le format attendu n’est pas respecté" not in phrases
    assert len(phrases) == len(formats)


def test_chaque_faute_de_json_a_sa_phrase():
    codes = set(re.findall(r"json_[a-z_]+", inspect.getsource(kit_json)))

    assert codes == {type_ for type_ in TYPES if type_.startswith("json_")}


def _motifs(valeur: object) -> Iterator[str]:
    if isinstance(valeur, dict):
        # Which names an envelope may have is said by CHAMP_INCONNU.
        for nom, element in valeur.items():
            if nom == "pattern" and isinstance(element, str):
                yield element
            elif nom == "patternProperties":
                yield from element
            if nom != "propertyNames":
                yield from _motifs(element)
    elif isinstance(valeur, list):
        for element in valeur:
            yield from _motifs(element)
