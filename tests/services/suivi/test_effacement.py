"""D’une personne effacée, le suivi ne lit ni ne prend plus rien ; son journal reste tel quel."""

from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy import text

from contracts.catalogue import lire_tout_flux
from kit import confidential, log
from suivi import commands
from tests.services.suivi.conftest import Partenaire, Suivi

LE = "2026-03-17T14:00:00+01:00"
EFFACE_LE = "2026-03-26T14:05:00+01:00"
TEXTE = "Elle m’a confié un souci de santé, à dire à son référent."


async def effacer(suivi: Suivi, par: Partenaire, *parcours: UUID) -> None:
    """Ce que l’orientation annonce, tel qu’il arrive par Kafka."""
    evenement = par.fait(
        "beneficiaire.efface",
        uuid4(),
        "2026-03-26T14:05:00+01:00",
        parcours=list(map(str, parcours)),
    )
    evenement |= {"source": "urn:sanscouture:orientation", "organisation": par.source}
    async with suivi.app.state.db.begin() as tx:
        await commands.noter.consigner(tx, [lire_tout_flux(evenement)])


@pytest.fixture
async def parcours_id(suivi: Suivi, mission_locale: Partenaire, organisme: Partenaire) -> UUID:
    siret = {"siret": organisme.source.removeprefix("urn:siret:")}
    return await suivi.ouvrir(
        mission_locale, referent={"role": "SECURISATION_OF", "organisme": siret}
    )


def un_refus(par: Partenaire, parcours_id: UUID) -> dict[str, Any]:
    return par.fait("positionnement.refus_argumente", parcours_id, LE, diagnostic=TEXTE)


async def etat(suivi: Suivi, parcours_id: UUID) -> tuple[int, int, list[str]]:
    """Les textes gardés, les empreintes, et le journal de ce parcours."""
    async with suivi.app.state.db.connect() as tx:
        textes = await tx.scalar(
            text("select count(*) from confidential.text where stream = :s"), {"s": parcours_id}
        )
        empreintes = await tx.scalar(
            text(
                "select count(fingerprint) from log.receipt join log.entry using (source, id)"
                " where stream = :s"
            ),
            {"s": parcours_id},
        )
        return textes, empreintes, [e.body for e in await log.read(tx, parcours_id)]


async def test_effacer_retire_les_textes_et_les_empreintes_et_rien_du_journal(
    suivi: Suivi, mission_locale: Partenaire, organisme: Partenaire, parcours_id: UUID
):
    refus = un_refus(organisme, parcours_id)
    await organisme.dire(refus)
    voisin = await suivi.ouvrir(mission_locale)
    await organisme.dire(un_refus(organisme, voisin))
    _, _, journal = await etat(suivi, parcours_id)
    assert (await etat(suivi, parcours_id))[:2] == (1, 1)

    await effacer(suivi, mission_locale, parcours_id)

    assert await etat(suivi, parcours_id) == (0, 0, journal)
    assert (await etat(suivi, voisin))[:2] == (1, 1)
    async with suivi.app.state.db.connect() as tx:
        assert await tx.scalar(text("select count(*) from log.verify()")) == 0


async def test_le_meme_envoi_est_un_doublon_et_un_nouveau_410(
    suivi: Suivi, mission_locale: Partenaire, organisme: Partenaire, parcours_id: UUID
):
    refus = un_refus(organisme, parcours_id)
    await organisme.dire(refus)
    await effacer(suivi, mission_locale, parcours_id)

    for _ in range(2):  # the second time, the door knows before it writes
        redit = await organisme.dire(refus)
        autrement = await organisme.dire(refus | {"data": {}})
        essai = await organisme.dire_un_lot([un_refus(organisme, parcours_id)], essai="true")
        nouveau = await organisme.dire(un_refus(organisme, parcours_id))
        lot = await organisme.dire_un_lot(
            [
                organisme.fait("suivi.entree_effective", uuid4(), LE),
                un_refus(organisme, parcours_id),
                refus,
                organisme.fait("suivi.entree_effective", uuid4(), LE),
            ]
        )

        assert (redit.status_code, redit.json()["resultat"]) == (200, "doublon")
        assert (autrement.status_code, autrement.json()["resultat"]) == (200, "doublon")
        assert (nouveau.status_code, nouveau.json()["code"]) == (410, "PARCOURS_EFFACE")
        assert "26/03/2026" in nouveau.json()["detail"]
        assert [ligne["status"] for ligne in essai.json()["lignes"]] == [410]
        assert [ligne["status"] for ligne in lot.json()["lignes"]] == [201, 410, 200, 201]

    textes, _, journal = await etat(suivi, parcours_id)
    assert (textes, len(journal)) == (0, 2)


async def test_rien_ne_se_lit_plus_d_un_parcours_efface(
    suivi: Suivi, mission_locale: Partenaire, organisme: Partenaire, parcours_id: UUID
):
    refus = un_refus(organisme, parcours_id)
    await organisme.dire(refus)
    etranger = await suivi.partenaire("99900070600013", "Bâtir")
    await effacer(suivi, mission_locale, parcours_id)

    for suite in ("", "/chronologie", "/evenements/1"):
        chemin = f"/v1/parcours/{parcours_id}{suite}"
        vu = await organisme.http.get(chemin)
        assert (vu.status_code, vu.json()["code"]) == (410, "PARCOURS_EFFACE")
        assert (await etranger.http.get(chemin)).status_code == 404
    confidences = f"/v1/confidences/{refus['source']}/{refus['id']}"
    assert (await organisme.http.get(confidences)).status_code == 404


async def test_une_personne_ne_s_efface_pas_par_la_porte_des_faits(organisme: Partenaire):
    reponse = await organisme.dire(organisme.fait("beneficiaire.efface", uuid4(), LE))

    assert (reponse.status_code, reponse.json()["code"]) == (403, "DECISION_RESERVEE")
    assert "effacement" in reponse.json()["route"]


async def test_un_texte_dit_pendant_que_l_on_efface_n_est_pas_garde(
    suivi: Suivi, mission_locale: Partenaire, parcours_id: UUID
):
    await effacer(suivi, mission_locale, parcours_id)

    async with suivi.app.state.db.begin() as tx:
        await confidential.store(tx, "urn:siret:1", "tard", {"diagnostic": TEXTE}, parcours_id)

    assert (await etat(suivi, parcours_id))[0] == 0
