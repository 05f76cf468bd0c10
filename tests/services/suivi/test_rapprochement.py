"""Un fait dont l’émetteur ne connaît pas le parcours : gardé avant le journal, rien ne se perd."""

from typing import Any
from uuid import uuid4

from sqlalchemy import text

from tests.services.suivi.conftest import Partenaire, Suivi

LE = "2026-09-07T09:00:00+02:00"
NUMERO = "1850575999888"


def _fait(partenaire: Partenaire, nom: str = "suivi.entree_effective", **data: Any) -> Any:
    """Un fait qui ne dit de la personne qu’un numéro ; ici, aucune orientation ne répond."""
    fait = partenaire.fait(nom, uuid4(), LE, **data)
    del fait["subject"]
    fait["data"]["beneficiaire_ref"] = {"systeme": "i-milo", "valeur": NUMERO}
    return fait


async def test_sans_son_parcours_un_fait_attend_et_son_emetteur_le_sait(
    organisme: Partenaire, mission_locale: Partenaire
):
    fait = _fait(organisme)
    ou = {"source": fait["source"], "id": fait["id"]}

    recu = await organisme.dire(fait)
    statut = await organisme.http.get("/v1/evenements", params=ou)
    d_un_autre = await mission_locale.http.get("/v1/evenements", params=ou)

    assert (recu.status_code, recu.json()["resultat"]) == (202, "en_attente")
    assert statut.json()["effet"] == "EN_ATTENTE_DE_RAPPROCHEMENT"
    assert "subject" in statut.json()["a_faire"]
    assert d_un_autre.status_code == 404


async def test_redit_il_attend_toujours_et_son_identifiant_ne_porte_qu_un_contenu(
    organisme: Partenaire,
):
    fait = _fait(organisme)
    await organisme.dire(fait)

    redit = await organisme.dire(fait)
    autre = await organisme.dire({**fait, "data": {**fait["data"], "heures_prevues": 400}})

    assert redit.status_code == 202
    assert (autre.status_code, autre.json()["code"]) == (409, "CONFLIT_IDENTIFIANT")


async def test_dans_un_lot_il_attend_et_les_autres_passent(organisme: Partenaire):
    attend, passe = _fait(organisme), organisme.fait("suivi.entree_effective", uuid4(), LE)

    reponse = await organisme.dire_un_lot([attend, passe, attend])
    essai = await organisme.dire_un_lot([_fait(organisme)], essai="true")

    assert [ligne["status"] for ligne in reponse.json()["lignes"]] == [202, 201, 202]
    assert reponse.json()["comptes"] == {"en_attente": 2, "nouveau": 1}
    assert essai.json()["comptes"] == {"en_attente": 1}


async def test_l_emetteur_qui_trouve_le_parcours_n_attend_plus(organisme: Partenaire):
    fait = _fait(organisme)
    await organisme.dire(fait)

    trouve = {**fait, "subject": str(uuid4()), "data": {}}
    dit = await organisme.dire(trouve)
    redit = await organisme.dire(fait)

    assert dit.status_code == 201
    assert (redit.status_code, redit.json()["resultat"]) == (200, "doublon")


async def test_ni_le_numero_ni_les_confidences_ne_se_lisent_dans_ce_qui_attend(
    suivi: Suivi, organisme: Partenaire
):
    fait = _fait(organisme, "positionnement.refus_argumente", diagnostic="Vertiges en hauteur")
    reponse = await organisme.dire(fait)

    async with suivi.app.state.db.connect() as tx:
        garde = (await tx.execute(text("select a::text from attentes a"))).scalar_one()
        octets = (await tx.execute(text("select evenement from attentes"))).scalar_one()

    assert reponse.status_code == 202, reponse.text
    assert NUMERO not in garde
    assert NUMERO.encode() not in octets
    assert b"Vertiges" not in octets


async def test_un_numero_mal_ecrit_est_refuse_en_disant_ou(organisme: Partenaire):
    fait = _fait(organisme)
    fait["data"]["beneficiaire_ref"] = {"systeme": "i-milo", "valeur": "Mme Faufil", "nir": NUMERO}

    reponse = await organisme.dire(fait)

    assert reponse.status_code == 422
    assert {f["pointeur"] for f in reponse.json()["erreurs"]} == {
        "/data/beneficiaire_ref/valeur",
        "/data/beneficiaire_ref/nir",
    }
    assert "Faufil" not in reponse.text
    assert NUMERO not in reponse.text


async def test_on_dit_le_parcours_ou_la_personne_pas_les_deux(organisme: Partenaire):
    reponse = await organisme.dire({**_fait(organisme), "subject": str(uuid4())})

    assert reponse.status_code == 422
    [faute] = reponse.json()["erreurs"]
    assert (faute["code"], faute["pointeur"]) == ("CHAMP_INCONNU", "/data/beneficiaire_ref")
