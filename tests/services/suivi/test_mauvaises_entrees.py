"""Tout ce que la porte refuse : un code, un lieu, et jamais la valeur reçue, ni rendue ni notée."""

import logging
from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import text

from kit import json
from kit.settings import Settings
from tests.services.suivi.conftest import Database, Partenaire, Suivi, des_reglages

LE = "2026-09-07T09:00:00+02:00"
NIR = "188067512345678"  # what must never come back
ENTREE = "suivi.entree_effective"


# What is wrong → what the document has instead (`...`: nothing), the fault's code and its place.
CHAMPS: dict[str, tuple[dict[str, Any], str, str | None]] = {
    "champ inconnu": ({"data": {"nir": NIR}}, "CHAMP_INCONNU", "/data/nir"),
    "champ inconnu plus bas": (
        {"data": {"lieu": {"siret": "99900060700013", "nir": NIR}}},
        "CHAMP_INCONNU",
        "/data/lieu/nir",
    ),
    "type inconnu": ({"type": f"fr.sanscouture.{NIR}.v1"}, "TYPE_INCONNU", "/type"),
    "sans identifiant": ({"id": ...}, "CHAMP_MANQUANT", "/id"),
    "sans version de CloudEvents": ({"specversion": ...}, "CHAMP_MANQUANT", "/specversion"),
    "sans sujet": ({"subject": ...}, "CHAMP_MANQUANT", "/subject"),
    "sans données": ({"data": ...}, "CHAMP_MANQUANT", "/data"),
    "sujet qui n’est pas un parcours": ({"subject": NIR}, "FORMAT_UUID", "/subject"),
    "date sans fuseau": ({"time": "2026-03-02T09:00:00"}, "FORMAT_DATE", "/time"),
    "date qui n’en est pas une": ({"time": NIR}, "FORMAT_DATE", "/time"),
    "date de l’avenir": ({"time": "2999-01-01T00:00:00Z"}, "DATE_FUTURE", "/time"),
    "nombre en lettres": ({"data": {"heures_prevues": NIR + "h"}}, "FORMAT_NOMBRE", None),
    "identifiant mal formé": ({"id": f"{NIR} é"}, "FORMAT_TEXTE", "/id"),
    "extension réservée": ({"organisation": NIR}, "CHAMP_RESERVE", "/organisation"),
    "données qui ne sont pas un objet": ({"data": NIR}, "FORMAT_OBJET", "/data"),
}
DOCUMENTS: dict[str, tuple[bytes, str]] = {
    "vide": (b"", "JSON_INVALIDE"),
    "pas du JSON": (f"{{{NIR}".encode(), "JSON_INVALIDE"),
    "un champ écrit deux fois": (f'{{"id":"{NIR}","id":"b"}}'.encode(), "JSON_INVALIDE"),
    "NaN": (b'{"data":{"heures_prevues":NaN}}', "JSON_INVALIDE"),
    "un nombre infini": (b'{"data":{"heures_prevues":1e400}}', "JSON_INVALIDE"),
    "un caractère coupé en deux": (b'{"id":"\\ud800"}', "JSON_INVALIDE"),
    "un caractère nul": (f'{{"id":"{NIR}\\u0000"}}'.encode(), "JSON_INVALIDE"),
    "un nombre trop grand": (b'{"data":{"heures_prevues":9007199254740993}}', "JSON_INVALIDE"),
    "pas de l’UTF-8": (b'{"id":"\xff"}', "JSON_INVALIDE"),
    "trop profond": (b'{"a":' * 21 + b"1" + b"}" * 21, "JSON_INVALIDE"),
}


@pytest.fixture(scope="module", autouse=True)
def _tout_noter() -> None:
    logging.getLogger().setLevel(logging.DEBUG)


@pytest.fixture(scope="module")
def _reglages(module_database: Database) -> Settings:
    return des_reglages(module_database)


@pytest.fixture
def settings(_reglages: Settings) -> Settings:
    """Une base pour tout le fichier : presque rien n’y entre."""
    return _reglages


@pytest.mark.parametrize("faute", CHAMPS)
async def test_un_evenement_fautif_dit_ou_et_quoi_ecrire(
    organisme: Partenaire, capfd: pytest.CaptureFixture[str], faute: str
):
    change, code, lieu = CHAMPS[faute]
    fait = organisme.fait(ENTREE, uuid4(), LE) | change
    document = {nom: valeur for nom, valeur in fait.items() if valeur is not ...}

    reponse = await organisme.dire(document)

    corps = reponse.json()
    assert (reponse.status_code, corps["code"]) == (422, "EVENEMENT_INVALIDE"), reponse.text
    assert reponse.headers["content-type"] == "application/problem+json"
    assert code in {erreur["code"] for erreur in corps["erreurs"]}
    if lieu:
        assert lieu in {erreur["pointeur"] for erreur in corps["erreurs"]}
    assert all(erreur["detail"] for erreur in corps["erreurs"])
    _rien_n_est_redit(reponse.text, capfd)


@pytest.mark.parametrize("faute", DOCUMENTS)
async def test_un_document_que_deux_lecteurs_liraient_autrement_est_refuse(
    organisme: Partenaire, capfd: pytest.CaptureFixture[str], faute: str
):
    document, code = DOCUMENTS[faute]

    reponse = await organisme.dire(document)

    assert (reponse.status_code, reponse.json()["code"]) == (400, code)
    _rien_n_est_redit(reponse.text, capfd)


@pytest.mark.parametrize("cle", ["", "Bearer", f"Bearer {NIR}", f"Basic {NIR}"])
async def test_une_mauvaise_cle_n_ouvre_rien(
    organisme: Partenaire, capfd: pytest.CaptureFixture[str], cle: str
):
    organisme.http.headers["authorization"] = cle

    reponse = await organisme.dire(organisme.fait(ENTREE, uuid4(), LE))

    assert (reponse.status_code, reponse.json()["code"]) == (401, "CLE_INVALIDE")
    _rien_n_est_redit(reponse.text, capfd)


async def test_un_format_qui_n_est_pas_pris_le_dit(organisme: Partenaire):
    reponse = await organisme.http.post(
        "/v1/evenements",
        content=json.dumps(organisme.fait(ENTREE, uuid4(), LE)),
        headers={"content-type": "text/plain"},
    )

    assert (reponse.status_code, reponse.json()["code"]) == (415, "FORMAT_NON_PRIS")


async def test_dans_un_lot_les_bons_sont_gardes_et_chaque_mauvais_dit_pourquoi(
    suivi: Suivi, organisme: Partenaire
):
    lot = []
    for change, *_ in CHAMPS.values():
        bon = organisme.fait(ENTREE, uuid4(), LE)
        mauvais = organisme.fait(ENTREE, uuid4(), LE) | change
        lot += [bon, {nom: valeur for nom, valeur in mauvais.items() if valeur is not ...}]

    reponse = await organisme.dire_un_lot(lot)

    lignes = reponse.json()["lignes"]
    assert [ligne["status"] for ligne in lignes] == [201, 422] * len(CHAMPS)
    assert all(ligne["probleme"]["erreurs"] for ligne in lignes[1::2])
    assert NIR not in reponse.text
    async with suivi.app.state.db.connect() as tx:
        gardes = await tx.scalars(text("select id from log.entry"))
    envoyes = {fait["id"] for fait in lot if "id" in fait}
    assert set(gardes.all()) & envoyes == {bon["id"] for bon in lot[::2]}


async def test_un_lot_trop_grand_est_refuse_entier(suivi: Suivi, organisme: Partenaire):
    fait = organisme.fait(ENTREE, uuid4(), LE)

    reponse = await organisme.dire_un_lot([fait] * 501)

    assert (reponse.status_code, reponse.json()["code"]) == (413, "TROP_GRAND")
    async with suivi.app.state.db.connect() as tx:
        gardes = await tx.scalars(text("select id from log.entry"))
    assert fait["id"] not in gardes.all()


def _rien_n_est_redit(reponse: str, capfd: pytest.CaptureFixture[str]) -> None:
    dit = capfd.readouterr()
    assert NIR not in reponse
    assert NIR not in dit.out
    assert NIR not in dit.err
