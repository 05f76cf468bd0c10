"""Le schéma publié et la porte disent la même chose."""

import re
from functools import cache
from typing import cast

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator, FormatChecker
from pydantic import ValidationError

from contracts.base import Donnees, Evenement, confidentiels
from contracts.catalogue import PAR_TYPE, POSES_PAR_LA_PLATEFORME, valider
from contracts.listes import MotifSuspension
from contracts.schemas import schema
from contracts.suivi import SuiviSuspensionPrononcee
from tests.contracts.quelconques import remplacer, un_document, un_exemple

CLASSES = list(PAR_TYPE.values())
PAR_NOM = pytest.mark.parametrize("classe", CLASSES, ids=lambda classe: classe.nom)


@cache
def validateur(classe: type[Evenement]) -> Draft202012Validator:
    return Draft202012Validator(schema(classe), format_checker=FormatChecker())


@PAR_NOM
def test_le_schema_est_un_schema(classe: type[Evenement]):
    Draft202012Validator.check_schema(schema(classe))


@PAR_NOM
def test_l_indispensable_est_exige_et_rien_d_autre(classe: type[Evenement]):
    publie = schema(classe)

    assert publie["required"] == [
        *("data", "id", "source", "specversion", "subject", "time", "type"),
    ]
    donnees = cast("type[Donnees]", classe.model_fields["data"].annotation)
    assert set(publie["$defs"][donnees.__name__].get("required", [])) == {
        nom for nom, champ in donnees.model_fields.items() if champ.is_required()
    }


@PAR_NOM
def test_ce_que_pose_la_plateforme_se_lit_et_ne_s_ecrit_pas(classe: type[Evenement]):
    publie = schema(classe)
    donnees = cast("type[Donnees]", classe.model_fields["data"].annotation)

    lecture_seule = {n for n, champ in publie["properties"].items() if champ.get("readOnly")}
    assert lecture_seule == POSES_PAR_LA_PLATEFORME
    assert publie["$defs"][donnees.__name__]["properties"]["confidences"]["readOnly"]


@PAR_NOM
def test_un_champ_confidentiel_ou_attendu_le_dit(classe: type[Evenement]):
    donnees = cast("type[Donnees]", classe.model_fields["data"].annotation)
    champs = schema(classe)["$defs"][donnees.__name__]["properties"]

    for nom in confidentiels(donnees):
        assert "gardé à part" in champs[nom]["description"]
    for nom, phrase in donnees.attendus.items():
        assert phrase in champs[nom]["description"]


def test_chaque_code_est_publie_avec_son_libelle():
    description = schema(SuiviSuspensionPrononcee)["$defs"]["MotifSuspension"]["description"]

    for code in MotifSuspension:
        assert f"- {code} : {code.libelle}" in description.splitlines()


@PAR_NOM
def test_aucun_objet_de_data_n_est_ouvert(classe: type[Evenement]):
    for nom, definition in schema(classe)["$defs"].items():
        if "properties" in definition:
            assert definition["additionalProperties"] is False, nom


@PAR_NOM
def test_le_schema_ne_cite_que_ce_que_l_on_peut_ouvrir(classe: type[Evenement]):
    assert not re.search(r"\.md\b|§", str(schema(classe)))


@PAR_NOM
@given(data=st.data())
@settings(max_examples=10, deadline=None, suppress_health_check=list(HealthCheck))
def test_ce_que_dit_le_schema_passe_la_porte_et_en_ressort_conforme(
    classe: type[Evenement], data: st.DataObject
):
    document = data.draw(un_document(classe))

    evenement = valider(document)

    voyage = evenement.separer().model_dump(mode="json", exclude_none=True)
    validateur(classe).validate(voyage)


FAUX = [
    (("id",), "une espace"),
    (("source",), "urn"),
    (("type",), "fr.sanscouture.inconnu.v1"),
    (("subject",), "12"),
    (("specversion",), "0.3"),
    (("time",), 1772449200),
    (("datecivile",), "oui"),
    (("data", "nir"), "1"),
    (("data",), []),
    (("Majuscule",), "x"),
    (("objet",), {}),
]


@PAR_NOM
def test_ce_que_refuse_la_porte_le_schema_le_refuse(classe: type[Evenement]):
    for chemin, valeur in FAUX:
        document = remplacer(un_exemple(classe), chemin, valeur)

        with pytest.raises((ValidationError, KeyError)):
            valider(document)
        assert not validateur(classe).is_valid(document), chemin
