"""La porte des faits : ce qui est gardé, ce qui est refusé, et comment on le dit."""

from uuid import uuid4

from kit import json
from tests.services.suivi.conftest import Partenaire, Suivi

LE = "2026-09-07T09:00:00+02:00"


async def test_un_fait_est_garde_et_accuse(organisme: Partenaire):
    reponse = await organisme.dire(organisme.fait("suivi.entree_effective", uuid4(), LE))

    assert reponse.status_code == 201, reponse.text
    assert reponse.json().items() >= {"resultat": "nouveau", "position": 1, "version": 1}.items()
    assert {m["pointeur"] for m in reponse.json()["a_completer"]} == {
        "/data/heures_prevues", "/data/fin_prevue_le", "/data/nouveau_plan",
    }  # fmt: skip


async def test_le_meme_fait_redit_est_un_doublon(organisme: Partenaire):
    fait = organisme.fait("suivi.entree_effective", uuid4(), LE)
    premier = await organisme.dire(fait)

    redite = await organisme.dire(fait | {"traceparent": f"00-{'a' * 32}-{'b' * 16}-01"})

    assert redite.status_code == 200, redite.text
    assert redite.headers["idempotent-replayed"] == "true"
    assert redite.json()["resultat"] == "doublon"
    assert redite.json()["position"] == premier.json()["position"]


async def test_un_identifiant_ne_porte_qu_un_contenu(organisme: Partenaire):
    fait = organisme.fait("suivi.entree_effective", uuid4(), LE)
    await organisme.dire(fait)

    autre = await organisme.dire(fait | {"data": {"heures_prevues": 480}})

    assert autre.status_code == 409
    assert autre.json()["code"] == "CONFLIT_IDENTIFIANT"


async def test_une_decision_ne_se_rapporte_pas(organisme: Partenaire):
    decision = organisme.fait("inscription.garantie", uuid4(), LE)

    reponse = await organisme.dire(decision)

    assert reponse.status_code == 403
    assert reponse.json()["code"] == "DECISION_RESERVEE"
    assert "inscription" in reponse.json()["route"]


async def test_on_ne_parle_qu_en_son_nom(organisme: Partenaire, mission_locale: Partenaire):
    fait = mission_locale.fait("suivi.entree_effective", uuid4(), LE)

    for source in (fait["source"], organisme.source + "9"):
        reponse = await organisme.dire(fait | {"source": source})
        assert reponse.status_code == 403
        assert reponse.json()["code"] == "SOURCE_ETRANGERE"

    assert (await organisme.dire(fait | {"source": f"{organisme.source}:si"})).status_code == 201


async def test_un_fait_n_est_pas_date_de_l_avenir(organisme: Partenaire):
    reponse = await organisme.dire(
        organisme.fait("suivi.entree_effective", uuid4(), "2999-01-01T00:00:00Z")
    )

    assert reponse.status_code == 422
    [faute] = reponse.json()["erreurs"]
    assert (faute["code"], faute["pointeur"]) == ("DATE_FUTURE", "/time")


async def test_dans_un_lot_chacun_a_sa_reponse(organisme: Partenaire):
    bon = organisme.fait("suivi.entree_effective", uuid4(), LE)
    nir = "1880675123456"
    lot = [bon, bon, bon | {"data": {"motif": nir}}, {"type": bon["type"]}, nir, None]

    reponse = await organisme.dire_un_lot(lot)

    assert reponse.status_code == 207
    corps = reponse.json()
    assert corps["comptes"] == {"nouveau": 1, "doublon": 1, "rejete": 4}
    assert [ligne["status"] for ligne in corps["lignes"]] == [201, 200, 422, 422, 422, 422]
    assert corps["lignes"][3]["id"] is None
    assert nir not in reponse.text


async def test_a_l_essai_rien_n_est_garde(organisme: Partenaire):
    fait = organisme.fait("suivi.entree_effective", uuid4(), LE)

    essai = await organisme.dire_un_lot([fait], essai="true")
    vrai = await organisme.dire_un_lot([fait])

    assert essai.json()["comptes"] == vrai.json()["comptes"] == {"nouveau": 1}
    assert essai.json()["lignes"] == vrai.json()["lignes"]


async def test_une_cle_d_une_famille_n_ecrit_qu_elle(suivi: Suivi):
    partenaire = await suivi.partenaire("99900070600013", "Bâtir", ("evenements:ecrire:emploi",))

    entree = await partenaire.dire(partenaire.fait("suivi.entree_effective", uuid4(), LE))
    emploi = await partenaire.dire(partenaire.fait("emploi.retour_emploi_declare", uuid4(), LE))

    assert (entree.status_code, entree.json()["code"]) == (403, "PORTEE_INSUFFISANTE")
    assert emploi.status_code == 201


async def test_l_emetteur_sait_ce_que_son_fait_est_devenu(
    suivi: Suivi, mission_locale: Partenaire, organisme: Partenaire
):
    parcours_id = await suivi.ouvrir(mission_locale)
    annulation = organisme.fait(
        "evenement.annule", parcours_id, LE, cible={"source": organisme.source, "id": "inconnu"}
    )
    await organisme.dire(annulation)
    ou = {"source": annulation["source"], "id": annulation["id"]}

    sien = await organisme.http.get("/v1/evenements", params=ou)
    d_un_autre = await mission_locale.http.get("/v1/evenements", params=ou)

    assert sien.json()["effet"] == "EN_ATTENTE_DE_CIBLE"
    assert sien.json()["a_faire"]
    assert d_un_autre.status_code == 404


async def test_un_document_mal_forme_ne_perd_pas_les_autres(organisme: Partenaire):
    bon = organisme.fait("suivi.entree_effective", uuid4(), LE)
    lot = b'[%s,{"id":"a","id":"b"},{"data":{"x":NaN}}]' % json.dumps(bon)

    reponse = await organisme.http.post(
        "/v1/evenements",
        content=lot,
        headers={"content-type": "application/cloudevents-batch+json"},
    )

    lignes = reponse.json()["lignes"]
    assert [ligne["status"] for ligne in lignes] == [201, 422, 422]
    assert [ligne["probleme"]["erreurs"][0]["pointeur"] for ligne in lignes[1:]] == [
        "/id",
        "/data/x",
    ]
