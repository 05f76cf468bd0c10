"""Ce qui est dû aux abonnés, quand le journal se relit ou renaît d’une sauvegarde."""

import asyncio
from collections.abc import Sequence
from datetime import timedelta
from ipaddress import ip_network
from uuid import uuid4

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncEngine

from kit import clock, log
from kit.consumer import Record
from kit.db import engine, is_outage
from kit.webhooks import Sender
from suivi import consumers
from suivi.commands.envoyer import Envoyeur
from suivi.domain.abonnements import identifiant_d_envoi
from tests.services.suivi.conftest import Partenaire, Suivi

_DUS = text("select id from envois order by id")


@pytest.fixture
async def faits(suivi: Suivi, organisme: Partenaire) -> list[Record]:
    """Un parcours que l’organisme peut lire, son ouverture et deux faits, tels que lus."""
    parcours_id = await suivi.ouvrir(organisme)
    for jour in ("04", "05"):
        entree = organisme.fait(
            "suivi.entree_effective", parcours_id, f"2026-03-{jour}T09:00:00+01:00"
        )
        assert (await organisme.dire(entree)).status_code == 201
    async with suivi.app.state.db.connect() as tx:
        return [Record.of(entry) for entry in await log.read(tx, parcours_id)]


async def test_relu_sous_une_autre_epoque_a_une_autre_place_un_evenement_ne_repart_pas(
    suivi: Suivi, organisme: Partenaire, faits: list[Record]
):
    await _abonner(organisme)
    envoyes = await _appliquer(suivi.app.state.db, faits)

    ailleurs = [fait._replace(position=fait.position + 40) for fait in faits]
    ensuite = await _appliquer(suivi.app.state.db, ailleurs)

    assert len(envoyes) == 3
    assert ensuite == envoyes


async def test_une_position_redonnee_a_un_autre_evenement_n_en_cache_pas_l_envoi(
    suivi: Suivi, organisme: Partenaire, faits: list[Record]
):
    await _abonner(organisme)
    perdu, *_, autre = faits

    await _appliquer(suivi.app.state.db, [perdu])
    dus = await _appliquer(suivi.app.state.db, [autre._replace(position=perdu.position)])

    assert dus == sorted(identifiant_d_envoi(un.source, un.id) for un in (perdu, autre))


async def test_un_abonne_ne_recoit_pas_ce_qui_a_ete_note_avant_lui(
    suivi: Suivi, organisme: Partenaire, faits: list[Record]
):
    await _abonner(organisme)
    avant = clock.now() - timedelta(hours=1)

    dus = await _appliquer(
        suivi.app.state.db, [faits[0]._replace(recorded_at=avant), faits[1], faits[2]]
    )

    assert dus == sorted(identifiant_d_envoi(un.source, un.id) for un in faits[1:])


async def test_qui_ouvre_un_parcours_recoit_ce_qui_en_etait_dit_avant_que_l_ouverture_n_arrive(
    suivi: Suivi, organisme: Partenaire
):
    await _abonner(organisme)
    parcours_id = uuid4()
    entree = organisme.fait("suivi.entree_effective", parcours_id, "2026-03-04T09:00:00+01:00")
    await organisme.dire(entree)
    donnees = {"beneficiaire_id": str(uuid4()), "objectif": "Soudeuse"}
    await suivi.decider("parcours.ouvert", organisme, parcours_id, **donnees)
    async with suivi.app.state.db.connect() as tx:
        fait, ouverture = [Record.of(entry) for entry in await log.read(tx, parcours_id)]

    dus = await _appliquer(suivi.app.state.db, [ouverture])

    assert dus == sorted(identifiant_d_envoi(un.source, un.id) for un in (fait, ouverture))


async def test_l_identifiant_d_un_envoi_est_celui_que_donne_aussi_la_base(suivi: Suivi):
    refait = text("select 'evt_' || left(encode(sha256(convert_to('é a', 'UTF8')), 'hex'), 32)")

    async with suivi.app.state.db.connect() as tx:
        assert await tx.scalar(refait) == identifiant_d_envoi("é", "a")


async def test_une_base_lente_fait_attendre_les_tentatives_et_n_en_fait_refaire_aucune(
    suivi: Suivi, organisme: Partenaire
):
    db, reseau = suivi.app.state.db, [ip_network("127.0.0.0/8")]
    parcours_id = await suivi.ouvrir(organisme)
    faits = [
        organisme.fait("suivi.entree_effective", parcours_id, f"2026-03-{jour:02}T09:00:00+01:00")
        for jour in range(1, 12)
    ]
    await organisme.dire_un_lot(faits)
    await _abonner(organisme)
    async with db.connect() as tx:
        records = [Record.of(entry) for entry in await log.read(tx, parcours_id)]
    dus = await _appliquer(db, records)
    envoyeur = Envoyeur(suivi.app.state.abonnes, Sender(reseau), "http://suivi")

    ailleurs = engine(db.url.render_as_string(hide_password=False))
    async with envoyeur.sender:
        async with asyncio.TaskGroup() as taches:
            await envoyeur.envoyer(clock.now(), taches)
        async with ailleurs.begin() as tx, asyncio.TaskGroup() as taches:
            await tx.execute(text("select from envois for update"))
            with pytest.raises((DBAPIError, TimeoutError)) as lenteur:
                await envoyeur.envoyer(clock.now(), taches)
        async with asyncio.TaskGroup() as taches:
            repartis = await envoyeur.envoyer(clock.now(), taches)
    await ailleurs.dispose()

    async with db.connect() as tx:
        notees = list(await tx.scalars(text("select envoi from tentatives order by envoi")))
    assert is_outage(lenteur.value)
    assert len(dus) == 12
    assert notees == dus
    assert repartis == 0


async def _abonner(partenaire: Partenaire) -> None:
    reponse = await partenaire.http.post("/v1/abonnements", json={"url": "http://127.0.0.1:9/"})
    assert reponse.status_code == 201, reponse.text


async def _appliquer(db: AsyncEngine, records: Sequence[Record]) -> list[str]:
    async with db.begin() as tx:
        await consumers.abonnes(tx, records)
        return list(await tx.scalars(_DUS))
