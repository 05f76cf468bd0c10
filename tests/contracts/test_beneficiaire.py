"""Ce qui arrive à une personne est publié comme le reste, et ne se lit pas comme un parcours."""

import json

import pytest
from jsonschema import Draft202012Validator, FormatChecker
from pydantic import ValidationError

from contracts.base import Flux, Porte
from contracts.beneficiaire import BeneficiaireEfface
from contracts.catalogue import PAR_TYPE, TOUS, FaitDePersonne, lire, lire_tout_flux
from contracts.generer import EXEMPLES, RACINE, SCHEMAS
from contracts.schemas import schema

TYPE = "fr.sanscouture.beneficiaire.efface.v1"
EXEMPLE = (RACINE / EXEMPLES / f"{TYPE}.json").read_text()


def test_il_est_publie_annonce_et_au_catalogue():
    assert set(TOUS) - set(PAR_TYPE) == {TYPE}
    assert (RACINE / SCHEMAS / f"{TYPE}.json").exists()
    assert f"name: {TYPE}\n" in (RACINE / SCHEMAS / "asyncapi.yaml").read_text()
    for page in ("docs/evenements.md", "CHANGELOG.md"):
        assert f"`{TYPE}`" in (RACINE / page).read_text()


def test_son_exemple_est_conforme_et_se_lit_tel_quel():
    Draft202012Validator(schema(BeneficiaireEfface), format_checker=FormatChecker()).validate(
        json.loads(EXEMPLE)
    )

    lu = lire_tout_flux(EXEMPLE)

    assert isinstance(lu, FaitDePersonne)
    assert (lu.flux, lu.portes) == (Flux.BENEFICIAIRE, {Porte.COMMANDE})


def test_ce_n_est_pas_un_fait_d_un_parcours():
    with pytest.raises(ValidationError, match="union_tag"):
        lire(EXEMPLE)
