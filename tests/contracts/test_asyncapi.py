"""Le document AsyncAPI est valide, complet, et dit ce que les topics sont vraiment."""

import json
from copy import deepcopy
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft7Validator
from ruamel.yaml import YAML

from contracts.asyncapi import PARTITIONS
from contracts.base import Porte
from contracts.catalogue import TOUS
from kit.log import P

DOSSIER = Path("contracts/schemas")
NORME = Draft7Validator(
    json.loads(Path("tests/contracts/donnees/asyncapi-3.0.0/schema.json").read_text())
)
Document = dict[str, Any]


@pytest.fixture
def publie() -> Document:
    lu: Document = YAML(typ="safe").load(DOSSIER / "asyncapi.yaml")
    return deepcopy(lu)


def test_le_document_est_valide(publie: Document):
    NORME.validate(publie)


@pytest.mark.parametrize(
    ("chemin", "valeur"),
    [
        (("asyncapi",), "2.6.0"),
        (("info",), {}),
        (("servers", "kafka", "protocol"), None),
        (("operations", "suivi.lit", "action"), "publish"),
        (("operations", "suivi.lit", "channel"), "parcours.journal"),
        (("channels", "parcours.journal", "bindings", "kafka", "partitions"), 0),
        (("channels", "parcours.journal", "inconnu"), 1),
    ],
    ids=str,
)
def test_le_valideur_refuse_un_document_faux(
    publie: Document, chemin: tuple[str, ...], valeur: object
):
    ici = publie
    for pas in chemin[:-1]:
        ici = ici[pas]
    ici[chemin[-1]] = valeur

    assert not NORME.is_valid(publie)


def test_chaque_renvoi_mene_quelque_part(publie: Document):
    for renvoi in _renvois(publie):
        if renvoi.startswith("./"):
            assert (DOSSIER / renvoi).is_file()
            continue
        ici = publie
        for pas in renvoi.removeprefix("#/").split("/"):
            ici = ici[pas]


def test_le_journal_porte_tous_les_types(publie: Document):
    assert list(publie["channels"]["parcours.journal"]["messages"]) == list(TOUS)


@pytest.mark.parametrize("service", ["orientation", "inscription", "passerelle"])
def test_un_service_n_annonce_que_ses_decisions(publie: Document, service: str):
    annonces = {TOUS[t] for t in publie["channels"][f"{service}.events"]["messages"]}

    decisions = {c for c in TOUS.values() if c.portes - {Porte.FAIT}}
    assert annonces == {c for c in decisions if c.proprietaire == service}


def test_les_topics_ont_les_partitions_du_journal(publie: Document):
    partitions = {
        nom: canal["bindings"]["kafka"]["partitions"] for nom, canal in publie["channels"].items()
    }

    assert PARTITIONS == P
    assert partitions.pop("lettres_mortes") == 1
    assert set(partitions.values()) == {P}


def test_seul_le_suivi_ecrit_le_journal_et_chacun_le_lit(publie: Document):
    ecrivent, lisent = [], []
    for nom, operation in publie["operations"].items():
        if operation["channel"] == {"$ref": "#/channels/parcours.journal"}:
            (ecrivent if operation["action"] == "send" else lisent).append(nom.partition(".")[0])

    assert ecrivent == ["suivi"]
    assert sorted(lisent) == ["indicateurs", "inscription", "orientation", "passerelle", "suivi"]


def test_les_entetes_sont_ceux_que_le_relais_ecrit(publie: Document):
    entetes = publie["components"]["schemas"]["entetes"]

    assert list(entetes["properties"]) == [
        *("epoch", "partition", "position", "id", "type", "traceparent"),
    ]
    assert "traceparent" not in entetes["required"]


def _renvois(valeur: object) -> list[str]:
    if isinstance(valeur, dict):
        propres = [r for nom, r in valeur.items() if nom == "$ref" and isinstance(r, str)]
        return propres + [r for element in valeur.values() for r in _renvois(element)]
    if isinstance(valeur, list):
        return [r for element in valeur for r in _renvois(element)]
    return []
