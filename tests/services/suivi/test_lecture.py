"""Lire un parcours : qui y a droit, à quelle date, et tel que connu quand."""

from uuid import uuid4

import pytest
from sqlalchemy import text

from tests.services.suivi.conftest import Partenaire, Suivi

ENTREE = "2026-09-07T09:00:00+02:00"


async def test_qui_ouvre_un_parcours_le_lit(suivi: Suivi, mission_locale: Partenaire):
    parcours_id = await suivi.ouvrir(mission_locale)

    reponse = await mission_locale.http.get(f"/v1/parcours/{parcours_id}")

    assert reponse.status_code == 200, reponse.text
    assert (reponse.json()["etat"], reponse.json()["version"]) == ("OUVERT", 1)


async def test_dire_un_fait_ne_donne_aucun_droit_de_lecture(
    suivi: Suivi, mission_locale: Partenaire, organisme: Partenaire
):
    parcours_id = await suivi.ouvrir(mission_locale)
    siret = organisme.organisation.siret
    fait = organisme.fait(
        "suivi.entree_effective", parcours_id, ENTREE, organisme_formateur={"siret": siret}
    )
    await organisme.dire(fait)

    for chemin in ("", "/chronologie", "/evenements/2"):
        reponse = await organisme.http.get(f"/v1/parcours/{parcours_id}{chemin}")
        assert reponse.status_code == 404
        assert reponse.json()["code"] == "PARCOURS_INCONNU"


async def test_etre_nomme_par_qui_peut_lire_donne_de_lire(
    suivi: Suivi, mission_locale: Partenaire, organisme: Partenaire
):
    tiers = await suivi.partenaire("99900070600013", "Bâtir Givors")
    parcours_id = await suivi.ouvrir(mission_locale)
    # Nobody who may read has named the one who names: nothing is given yet.
    par_un_inconnu = organisme.fait(
        "suivi.reprise_effective",
        parcours_id,
        ENTREE,
        organisme={"siret": tiers.organisation.siret},
    )
    await organisme.dire(par_un_inconnu)
    avant = await tiers.http.get(f"/v1/parcours/{parcours_id}")

    demande = mission_locale.fait(
        "positionnement.demande",
        parcours_id,
        ENTREE,
        organisme_formateur={"siret": organisme.organisation.siret},
    )
    await mission_locale.dire(demande)

    assert avant.status_code == 404
    assert (await organisme.http.get(f"/v1/parcours/{parcours_id}")).status_code == 200
    assert (await tiers.http.get(f"/v1/parcours/{parcours_id}")).status_code == 200


async def test_la_base_elle_meme_ne_montre_que_ce_que_l_on_peut_lire(
    suivi: Suivi, mission_locale: Partenaire, organisme: Partenaire
):
    await suivi.ouvrir(mission_locale)

    async def vus(organisation: str | None) -> int:
        async with suivi.app.state.db.begin() as tx:
            await tx.execute(text("set local role suivi_lecteur"))
            if organisation:
                await tx.execute(
                    text("select set_config('app.org', :o, true)"), {"o": organisation}
                )
            return int(await tx.scalar(text("select count(*) from log.entry")) or 0)

    assert await vus(str(mission_locale.organisation.id)) == 1
    assert await vus(str(organisme.organisation.id)) == 0
    assert await vus(None) == 0


async def test_une_version_repete_sa_reponse_pour_toujours(
    suivi: Suivi, mission_locale: Partenaire
):
    parcours_id = await suivi.ouvrir(mission_locale)
    url = f"/v1/parcours/{parcours_id}"
    alors = {"version": "1", "au": "2026-10-01"}
    avant = await mission_locale.http.get(url, params=alors)

    await mission_locale.dire(mission_locale.fait("suivi.entree_effective", parcours_id, ENTREE))

    assert (await mission_locale.http.get(url, params=alors)).content == avant.content
    assert (await mission_locale.http.get(url)).json()["etat"] == "EN_FORMATION"
    inconnue = await mission_locale.http.get(url, params={"version": "3"})
    assert (inconnue.status_code, inconnue.json()["code"]) == (404, "VERSION_INCONNUE")


@pytest.mark.parametrize(("au", "etat"), [("2026-09-06", "OUVERT"), ("2026-09-07", "EN_FORMATION")])
async def test_l_etat_est_celui_d_une_date(
    suivi: Suivi, mission_locale: Partenaire, au: str, etat: str
):
    parcours_id = await suivi.ouvrir(mission_locale)
    await mission_locale.dire(mission_locale.fait("suivi.entree_effective", parcours_id, ENTREE))

    reponse = await mission_locale.http.get(f"/v1/parcours/{parcours_id}", params={"au": au})

    assert reponse.json()["etat"] == etat


async def test_l_etat_est_celui_que_l_on_connaissait(suivi: Suivi, mission_locale: Partenaire):
    parcours_id = await suivi.ouvrir(mission_locale)
    url = f"/v1/parcours/{parcours_id}"
    connu_le = (await mission_locale.http.get(url)).json()["connu_le"]
    await mission_locale.dire(mission_locale.fait("suivi.entree_effective", parcours_id, ENTREE))

    alors = await mission_locale.http.get(url, params={"connu_le": connu_le})

    assert (alors.json()["etat"], alors.json()["connu_le"]) == ("OUVERT", connu_le)


async def test_toute_lecture_est_notee(suivi: Suivi, mission_locale: Partenaire):
    parcours_id = await suivi.ouvrir(mission_locale)
    await mission_locale.http.get(f"/v1/parcours/{parcours_id}")
    await mission_locale.http.get(f"/v1/parcours/{uuid4()}")

    async with suivi.access._connected() as tx:  # noqa: SLF001 - the table has no other reader yet
        lues = (await tx.execute(text("select action, object from reading"))).all()

    assert [tuple(ligne) for ligne in lues] == [("lire un parcours", str(parcours_id))]


async def test_une_confidence_se_lit_par_qui_y_a_droit(
    suivi: Suivi, mission_locale: Partenaire, organisme: Partenaire
):
    tiers = await suivi.partenaire("99900070600013", "Bâtir Givors")
    parcours_id = await suivi.ouvrir(mission_locale)
    for nomme in (organisme, tiers):
        await mission_locale.dire(
            mission_locale.fait(
                "positionnement.demande",
                parcours_id,
                ENTREE,
                organisme_formateur={"siret": nomme.organisation.siret},
            )
        )
    texte = "Les bases de lecture manquent pour suivre cette session."
    refus = organisme.fait("positionnement.refus_argumente", parcours_id, ENTREE, diagnostic=texte)
    await organisme.dire(refus)
    url = f"/v1/confidences/{refus['source']}/{refus['id']}"

    lus = [await p.http.get(url) for p in (organisme, mission_locale, tiers)]
    evenement = await mission_locale.http.get(f"/v1/parcours/{parcours_id}/evenements/4")

    assert [r.status_code for r in lus] == [200, 200, 404]
    assert lus[0].json() == {"diagnostic": texte}
    assert evenement.json()["data"]["confidences"] == ["diagnostic"]
    assert texte not in evenement.text
