"""Sur quoi une lecture repose, ce qui diffère d’une autre, et ce qui la répète exactement."""

import asyncio
from collections.abc import Awaitable, Callable
from functools import partial
from http import HTTPStatus
from typing import Any
from uuid import UUID

from httpx import Response

from tests.services.suivi.conftest import Partenaire, Suivi

ENTREE = "2026-09-07T09:00:00+02:00"
SORTIE = "2026-10-07T09:00:00+02:00"
AVANT_LA_SORTIE = "2026-10-01"


async def dire(par: Partenaire, nom: str, parcours_id: UUID, time: str, **data: Any) -> Any:
    fait = par.fait(nom, parcours_id, time, **data)
    reponse = await par.dire(fait)
    assert reponse.status_code == 201, reponse.text
    return {"source": fait["source"], "id": fait["id"]}


async def lire(par: Partenaire, chemin: str, **params: Any) -> Any:
    reponse = await par.http.get(f"/v1/parcours/{chemin}", params=params)
    assert reponse.status_code == 200, reponse.text
    return reponse.json()


async def insister(demander: Callable[[], Awaitable[Response]]) -> Response:
    """La réponse ; « indisponible » veut dire que rien n’est fait, et qu’il faut redemander."""
    for pause in (0.1, 0.5, 2):
        if (reponse := await demander()).status_code != HTTPStatus.SERVICE_UNAVAILABLE:
            return reponse
        await asyncio.sleep(pause)
    return await demander()


async def test_l_etat_dit_sur_quoi_il_repose_et_ce_qui_est_a_part(
    suivi: Suivi, mission_locale: Partenaire
):
    ailleurs = await suivi.ouvrir(mission_locale)
    lointain = await dire(mission_locale, "suivi.entree_effective", ailleurs, ENTREE)
    ici = await suivi.ouvrir(mission_locale)
    entree = await dire(mission_locale, "suivi.entree_effective", ici, ENTREE)
    abandon = await dire(mission_locale, "suivi.abandon_constate", ici, ENTREE)
    sortie = await dire(mission_locale, "suivi.sortie_effective", ici, SORTIE)
    champs = {"/data/heures_prevues": 350}
    corrige = await dire(
        mission_locale, "evenement.corrige", ici, SORTIE, cible=entree, champs=champs
    )
    annule = await dire(mission_locale, "evenement.annule", ici, SORTIE, cible=abandon)
    vise_ailleurs = await dire(mission_locale, "evenement.annule", ici, SORTIE, cible=lointain)
    inconnue = {"source": mission_locale.source, "id": "jamais-arrive"}
    attend = await dire(mission_locale, "evenement.annule", ici, SORTIE, cible=inconnue)
    connu_le = (await lire(mission_locale, str(ici)))["connu_le"]
    suite = await dire(mission_locale, "suivi.suspension_prononcee", ici, ENTREE)

    lu = await lire(mission_locale, str(ici), au=AVANT_LA_SORTIE, connu_le=connu_le)

    assert [e["evenement"]["id"] for e in lu["evenements"][1:]] == [
        entree["id"],
        *sorted((corrige["id"], annule["id"])),
    ]
    assert {(m["evenement"]["id"], m["raison"], m["raison_libelle"]) for m in lu["mis_a_part"]} == {
        (entree["id"], "CORRIGE", "Corrigé"),
        (abandon["id"], "ANNULE", "Annulé"),
        (sortie["id"], "POSTERIEUR", "Postérieur à la date lue"),
        (suite["id"], "PAS_ENCORE_CONNU", "Pas encore connu"),
        (vise_ailleurs["id"], "CIBLE_AILLEURS", "Vise un autre parcours"),
        (attend["id"], "EN_ATTENTE_DE_CIBLE", "En attente de l’événement visé"),
    }
    par = {m["raison"]: (m["par"], m["champs"]) for m in lu["mis_a_part"]}
    assert par["CORRIGE"] == ([corrige], ["/data/heures_prevues"])
    assert par["ANNULE"] == ([annule], [])
    assert [a["code"] for a in lu["anomalies"]] == ["cible_ailleurs"]
    assert (lu["version"], lu["version_lue"]) == (8, 9)


async def test_l_emetteur_sait_que_sa_rectification_vise_ailleurs(
    suivi: Suivi, mission_locale: Partenaire
):
    un, autre = [await suivi.ouvrir(mission_locale) for _ in range(2)]
    entree = await dire(mission_locale, "suivi.entree_effective", un, ENTREE)
    retrait = await dire(mission_locale, "evenement.annule", autre, SORTIE, cible=entree)

    statut = (await mission_locale.http.get("/v1/evenements", params=retrait)).json()

    assert statut["effet"] == "CIBLE_AILLEURS"
    assert "subject" in statut["a_faire"]


async def test_un_evenement_conteste_se_dit_sans_changer_l_etat(
    suivi: Suivi, mission_locale: Partenaire, organisme: Partenaire
):
    parcours_id = await suivi.ouvrir(mission_locale)
    entree = await dire(organisme, "suivi.entree_effective", parcours_id, ENTREE)
    await dire(
        mission_locale,
        "evenement.conteste",
        parcours_id,
        SORTIE,
        cible=entree,
        motif="DATE_INEXACTE",
    )

    lu = await lire(mission_locale, str(parcours_id))
    lignes = (await lire(mission_locale, f"{parcours_id}/chronologie"))["evenements"]
    statut = (await organisme.http.get("/v1/evenements", params=entree)).json()

    assert lu["etat"] == "EN_FORMATION"
    assert [a["code"] for a in lu["anomalies"]] == ["contestation"]
    assert [ligne["contestations"][0]["motif"] for ligne in lignes if ligne["contestations"]] == [
        "DATE_INEXACTE"
    ]
    assert [a["code"] for a in statut["anomalies"]] == ["contestation"]


async def test_la_difference_nomme_l_evenement_son_auteur_et_ses_deux_dates(
    suivi: Suivi, mission_locale: Partenaire, organisme: Partenaire
):
    parcours_id = await suivi.ouvrir(mission_locale)
    alors = (await lire(mission_locale, str(parcours_id)))["connu_le"]
    await dire(organisme, "suivi.entree_effective", parcours_id, ENTREE)

    rien = await lire(mission_locale, f"{parcours_id}/difference")
    appris = await lire(mission_locale, f"{parcours_id}/difference", connu_le=alors)
    vecu = await lire(
        mission_locale, f"{parcours_id}/difference", au="2026-09-01", puis_au=AVANT_LA_SORTIE
    )

    assert rien["ecarts"] == []
    assert (appris["avant"]["version"], appris["apres"]["version"]) == (1, 2)
    natures = {e["nature"]: e["phrase"] for e in appris["ecarts"]}
    assert natures["PARCOURS"] == "Le parcours est « En formation » au lieu de « Ouvert »."
    assert natures["COMPTE_EN_PLUS"].startswith(
        "« Entrée effective » (survenu le 7 septembre 2026, dit par Compétences Pilat, "
        "enregistré le "
    )
    assert "compte en plus : il n’était pas encore connu le " in natures["COMPTE_EN_PLUS"]
    phrases = {e["nature"]: e["phrase"] for e in vecu["ecarts"]}
    assert phrases["COMPTE_EN_PLUS"].endswith("il est postérieur au 1er septembre 2026.")


async def test_qui_ne_lit_pas_le_parcours_n_en_lit_pas_la_difference(
    suivi: Suivi, mission_locale: Partenaire, organisme: Partenaire
):
    parcours_id = await suivi.ouvrir(mission_locale)
    await dire(organisme, "suivi.entree_effective", parcours_id, ENTREE)

    reponse = await organisme.http.get(f"/v1/parcours/{parcours_id}/difference")

    assert (reponse.status_code, reponse.json()["code"]) == (404, "PARCOURS_INCONNU")


async def test_une_version_repete_sa_reponse_octet_pour_octet_pendant_que_l_on_ecrit(
    suivi: Suivi, mission_locale: Partenaire, organisme: Partenaire
):
    ailleurs = [await suivi.ouvrir(mission_locale) for _ in range(4)]
    parcours_id = await suivi.ouvrir(mission_locale)
    url, au = f"/v1/parcours/{parcours_id}", AVANT_LA_SORTIE
    lu = asyncio.Event()

    async def ecrire(rang: int) -> None:
        """Un fait, ailleurs ou ici, et de quoi l’annuler, parfois avant lui."""
        for tour in range(200):
            ou = parcours_id if tour % 3 else ailleurs[rang]
            fait = organisme.fait("suivi.entree_effective", ou, ENTREE)
            cible = {"source": fait["source"], "id": fait["id"]}
            retrait = organisme.fait("evenement.annule", parcours_id, SORTIE, cible=cible)
            for evenement in (retrait, fait) if tour % 2 else (fait, retrait):
                recu = await insister(partial(organisme.dire, evenement))
                assert recu.status_code == 201
            if lu.is_set():
                return

    async def relire(**params: Any) -> Response:
        return await insister(partial(mission_locale.http.get, url, params={"au": au, **params}))

    async def repeter() -> list[tuple[dict[str, int], bytes]]:
        """Des réponses, chacune avec de quoi la redemander, et redemandée aussitôt."""
        lues = []
        for _ in range(5):
            lue = await relire()
            datee = await relire(connu_le=lue.json()["connu_le"])
            for reponse in (lue, datee):
                coordonnees = {nom: reponse.json()[nom] for nom in ("version", "version_lue")}
                lues.append((coordonnees, reponse.content))
                assert (await relire(**coordonnees)).content == reponse.content
        lu.set()
        return lues

    lues, *_ = await asyncio.gather(repeter(), *map(ecrire, range(4)))

    assert len({coordonnees["version"] for coordonnees, _ in lues}) > 2
    for coordonnees, contenu in lues:
        assert (await relire(**coordonnees)).content == contenu
