"""Le chemin réel : du journal à ce que l’on montre, et d’une décision à son topic."""

import asyncio
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import asynccontextmanager, suppress
from typing import Any
from uuid import UUID, uuid4

import orjson
import uvicorn
from aiokafka import AIOKafkaConsumer, TopicPartition
from httpx import AsyncClient

from contracts import problemes
from kit import log
from kit.access import Access
from kit.db import engine
from kit.http import application
from kit.log import Relay
from tests.contracts import faits
from tests.contracts.faits import ETAPE, SESSION, le
from tests.fabriques import MISSION_LOCALE, ORGANISME
from tests.services.conftest import Porte, des_reglages

ECHEANCE = 60


async def test_le_journal_dit_qui_est_attendu_et_la_place_part_vers_suivi(
    bases: Callable[[str], str],
    ouvrir_porte: Callable[..., Porte],
    kafka: str,
    topic_prefix: str,
):
    topic, parcours_id = f"{topic_prefix}parcours.journal", uuid4()
    avis = faits.avis_favorable(le(9), session_id=SESSION, par=ORGANISME)
    dits = [faits.orientation(le(1)), faits.demande(le(2)), avis]

    async with _journal_de_suivi(bases("suivi"), parcours_id, *dits) as adresse:
        reglages = {"kafka": kafka, "topic_prefix": topic_prefix, "suivi_url": adresse}
        porte = ouvrir_porte("inscription", **reglages)
        [lecteur], [relais] = porte.service.consumers, porte.service.relays
        places = Places(await porte.de(ORGANISME))
        await places.ouvrir()
        publication = Relay(bases("suivi"), topic, kafka, "suivi")
        async with _a_cote(publication.run(), lecteur.run(kafka), relais.run()):
            await places.attendre(parcours_id)
            reservation = await places.reserver(parcours_id, await porte.de(MISSION_LOCALE))
            message = await _message(kafka, f"{topic_prefix}inscription.events", parcours_id)
        await lecteur.close()

    assert message["id"] == reservation["reservation_id"]
    assert message["causationid"] == f"{avis.source} {avis.id}"
    assert message["organisation"] == MISSION_LOCALE
    assert await places.attendus() == []


class Places:
    """Les places d’une session, vues par son organisme."""

    lieu = f"/v1/sessions/{SESSION}"

    def __init__(self, organisme: AsyncClient) -> None:
        self.organisme = organisme

    async def ouvrir(self) -> None:
        await self.organisme.put(f"{self.lieu}/places", json={"capacite": 1})

    async def attendus(self) -> list[str]:
        vu = (await self.organisme.get(f"{self.lieu}/places")).json()
        return [attendu["parcours_id"] for attendu in vu["attendus"]]

    async def attendre(self, parcours_id: UUID) -> None:
        async with asyncio.timeout(ECHEANCE):
            while await self.attendus() != [str(parcours_id)]:  # noqa: ASYNC110 - asked by HTTP
                await asyncio.sleep(0.1)

    async def reserver(self, parcours_id: UUID, par: AsyncClient) -> dict[str, Any]:
        corps = {"parcours_id": str(parcours_id), "etape_id": str(ETAPE)}
        reponse = await par.post(f"{self.lieu}/reservations", json=corps)
        recu: dict[str, Any] = reponse.json()
        return recu


@asynccontextmanager
async def _journal_de_suivi(
    base: str, parcours_id: UUID, *dits: faits.Evenement
) -> AsyncIterator[str]:
    """Le journal de suivi, qui dit cela de ce parcours : l’adresse où on le lit."""
    db = engine(base)
    reglages = des_reglages(database_url=base, access_database_url=base)
    app = application(
        "Suivi",
        settings=reglages,
        db=db,
        access=Access(db, reglages.platform_key),
        problems=problemes,
        log=True,
    )
    async with db.begin() as tx:
        await log.append(tx, *[dit.model_copy(update={"subject": parcours_id}) for dit in dits])
    config = uvicorn.Config(app, port=0, lifespan="off", log_config=None)
    serveur = uvicorn.Server(config)
    with config.bind_socket() as prise:
        sert = asyncio.create_task(serveur.serve([prise]))
        yield f"http://127.0.0.1:{prise.getsockname()[1]}"
        serveur.should_exit = True
        await sert
    await db.dispose()


@asynccontextmanager
async def _a_cote(*travaux: Coroutine[Any, Any, None]) -> AsyncIterator[None]:
    """Ces travaux courent pendant le bloc ; ce qui les arrête avant la fin se voit."""
    taches = [asyncio.create_task(travail) for travail in travaux]
    try:
        yield
    finally:
        for tache in taches:
            tache.cancel()
        for tache in taches:
            with suppress(asyncio.CancelledError):
                await tache


async def _message(kafka: str, topic: str, parcours_id: UUID) -> dict[str, Any]:
    """Le premier message du topic, dans la partition du parcours."""
    partition = TopicPartition(topic, log.partition_of(parcours_id))
    lecteur = AIOKafkaConsumer(bootstrap_servers=kafka, auto_offset_reset="earliest")
    await lecteur.start()
    try:
        lecteur.assign([partition])
        async with asyncio.timeout(ECHEANCE):
            message: dict[str, Any] = orjson.loads((await lecteur.getone()).value)
        return message
    finally:
        await lecteur.stop()
