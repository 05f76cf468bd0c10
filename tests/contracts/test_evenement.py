"""Une correction ne dit rien de plus qu’un fait, et une confidence ne s’y glisse pas."""

from typing import Any

import pytest
from pydantic import ValidationError

from contracts import problemes
from contracts.base import Evenement
from contracts.catalogue import valider
from contracts.evenement import EvenementAnnule, EvenementConteste, EvenementCorrige
from tests.contracts.quelconques import un_exemple

SIRET = "99910042300014"


def une_correction(champs: object) -> dict[str, Any]:
    document = un_exemple(EvenementCorrige)
    document["data"]["champs"] = champs
    return document


def faute(champs: object) -> str:
    with pytest.raises(ValidationError) as refus:
        valider(une_correction(champs))
    [erreur] = refus.value.errors()
    assert erreur["loc"][:2] == ("data", "champs")
    return problemes.field(erreur["type"], erreur.get("ctx", {}))[0]


@pytest.mark.parametrize(
    "champs",
    [
        {"/time": "2026-03-02T12:00:00+01:00"},
        {"/data/heures_prevues": 420},
        {"/data/fin_prevue_le": None},
        {"/data/motif": "MALADIE"},
        {"/data/motif": "FREIN_GARDE", "/time": "2026-03-02T12:00:00+01:00"},
        {"/data/quorum/presents": 4},
        {"/data/referent": {"role": "CEP", "organisme": {"siret": SIRET}}},
        {"/data/blocs/2": "RNCP37715BC03"},
        {"/data/alternatives/0/precision": "À Roanne"},
    ],
    ids=str,
)
def test_ce_qu_un_fait_peut_dire_se_corrige(champs: object):
    assert valider(une_correction(champs))


@pytest.mark.parametrize(
    ("champs", "code"),
    [
        ({}, "LISTE_TROP_COURTE"),
        ({"/time": "hier"}, "FORMAT_DATE"),
        ({"/time": 1772449200}, "FORMAT_DATE"),
        ({"/data/remarque": "suivie pour une addiction"}, "CHAMP_INCONNU"),
        ({"/data/nir": "185057512345678"}, "CHAMP_INCONNU"),
        ({"/data/motif": "PARCE_QUE"}, "CODE_INCONNU"),
        ({"/data/heures_prevues": "420"}, "FORMAT_NOMBRE"),
        ({"/data/quorum/absents": 2}, "CHAMP_INCONNU"),
        ({"/data/referent": {"role": "CEP"}}, "CHAMP_MANQUANT"),
        ({"/data/referent/organisme": {"siret": SIRET, "nom": "X"}}, "CHAMP_INCONNU"),
        ({"/data/blocs/2/3": "RNCP37715BC03"}, "FORMAT_TEXTE"),
        ({"/data/diagnostic": "enceinte"}, "CONFIDENCE_CORRIGEE"),
        ({"/data/bilan": "enceinte"}, "CONFIDENCE_CORRIGEE"),
        ({"/data/motivation/x": "enceinte"}, "CONFIDENCE_CORRIGEE"),
        ({"/data/confidences": []}, "FORMAT_TEXTE"),
        ({"/data/cible": {"source": "urn:siret:1", "id": "a"}}, "CHAMP_INCONNU"),
        ({"/data/champs": {"/data/remarque": "x"}}, "CHAMP_INCONNU"),
        ({"/subject": "018f0000-0000-7000-8000-000000000001"}, "FORMAT_TEXTE"),
        ({"/source": "urn:siret:1"}, "FORMAT_TEXTE"),
        ({"data/heures_prevues": 1}, "FORMAT_TEXTE"),
        ("texte", "FORMAT_OBJET"),
    ],
    ids=str,
)
def test_le_reste_ne_se_corrige_pas(champs: object, code: str):
    assert faute(champs) == code


def test_plus_de_vingt_champs_ne_se_corrigent_pas_d_un_coup():
    assert faute({f"/data/blocs/{n}": "RNCP1BC1" for n in range(21)}) == "LISTE_TROP_LONGUE"


@pytest.mark.parametrize("classe", [EvenementCorrige, EvenementAnnule, EvenementConteste])
def test_une_rectification_a_une_cible(classe: type[Evenement]):
    document = un_exemple(classe)
    del document["data"]["cible"]["id"]

    with pytest.raises(ValidationError, match="missing"):
        valider(document)
