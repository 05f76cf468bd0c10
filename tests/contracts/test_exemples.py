"""Les exemples publiés se lisent pour toujours, et se postent tels quels."""

import json
from datetime import date, datetime
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator, FormatChecker
from pydantic import BaseModel

from contracts.base import PARIS, Evenement, Porte
from contracts.catalogue import PAR_TYPE, lire, valider
from tests.contracts.quelconques import EXEMPLES

# Those of a person are in test_beneficiaire.
FICHIERS = sorted(f for f in EXEMPLES.glob("*.json") if "beneficiaire" not in f.name)
SCHEMAS = Path("contracts/schemas")
CHAQUE_EXEMPLE = pytest.mark.parametrize("fichier", FICHIERS, ids=lambda f: f.stem[15:])
CHAQUE_TYPE = pytest.mark.parametrize("type_", PAR_TYPE, ids=lambda t: t[15:])


def document(fichier: Path) -> dict[str, Any]:
    lu: dict[str, Any] = json.loads(fichier.read_text())
    return lu


@cache
def cas(type_: str) -> tuple[dict[str, Any], ...]:
    return tuple(document(f) for f in FICHIERS if document(f)["type"] == type_)


@CHAQUE_TYPE
def test_chaque_type_a_son_exemple(type_: str):
    assert (EXEMPLES / f"{type_}.json").exists()


@CHAQUE_EXEMPLE
def test_un_exemple_porte_le_nom_de_son_type_et_peut_etre_d_un_cas(fichier: Path):
    assert fichier.name.startswith(document(fichier)["type"] + ".")


@CHAQUE_EXEMPLE
def test_un_exemple_se_lit_pour_toujours(fichier: Path):
    evenement = lire(fichier.read_bytes())

    assert evenement.dit.type == document(fichier)["type"]
    assert evenement.remplacee_par is None


@CHAQUE_EXEMPLE
def test_un_exemple_est_conforme_au_schema_publie(fichier: Path):
    schema = json.loads((SCHEMAS / f"{document(fichier)['type']}.json").read_text())

    Draft202012Validator(schema, format_checker=FormatChecker()).validate(document(fichier))
    assert document(fichier) in schema["examples"]


@CHAQUE_EXEMPLE
def test_l_exemple_d_un_fait_passe_la_porte_et_n_a_rien_a_completer(fichier: Path):
    if Porte.FAIT not in PAR_TYPE[document(fichier)["type"]].portes:
        assert document(fichier)["source"].startswith("urn:sanscouture:")
        return

    evenement = valider(document(fichier))

    if fichier.stem == evenement.type:
        assert evenement.a_completer == {}


@CHAQUE_TYPE
def test_chaque_champ_est_dit_au_moins_une_fois(type_: str):
    donnees = PAR_TYPE[type_].model_fields["data"].annotation
    assert isinstance(donnees, type)
    dits = {champ for un in cas(type_) for champ in un["data"]}
    dits |= {champ for un in cas(type_) for champ in un["data"].get("confidences", [])}

    assert set(donnees.model_fields) - dits <= {"confidences"}


def test_chaque_membre_de_l_enveloppe_est_dit_au_moins_une_fois():
    dits = {membre for fichier in FICHIERS for membre in document(fichier)}

    assert dits == set(Evenement.model_fields)


@CHAQUE_EXEMPLE
def test_un_jour_civil_est_dit_midi_a_paris(fichier: Path):
    exemple = document(fichier)
    quand = datetime.fromisoformat(exemple["time"])

    assert quand.utcoffset() == quand.astimezone(PARIS).utcoffset()
    assert quand.date() <= date(2026, 11, 20)
    if exemple.get("datecivile"):
        assert (quand.hour, quand.minute, quand.second) == (12, 0, 0)


@CHAQUE_EXEMPLE
def test_les_siret_ont_leur_cle_et_ne_sont_a_personne(fichier: Path):
    sirets = list(_sirets(lire(fichier.read_bytes())))

    for siret in sirets:
        chiffres = [int(c) * (1 + rang % 2) for rang, c in enumerate(reversed(siret))]
        assert sum(c - 9 if c > 9 else c for c in chiffres) % 10 == 0, siret
        assert siret.startswith("999"), "nul SIREN attribué ne commence ainsi"


def _sirets(valeur: object) -> Any:
    if isinstance(valeur, BaseModel):
        for nom in type(valeur).model_fields:
            contenu = getattr(valeur, nom)
            if nom.startswith("siret") and contenu:
                yield contenu
            yield from _sirets(contenu)
    elif isinstance(valeur, tuple):
        for element in valeur:
            yield from _sirets(element)
