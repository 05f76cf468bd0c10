"""PostgreSQL restored to an older point: what is lost, what comes back, and who follows."""

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path
from uuid import uuid4

import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from contracts.catalogue import PAR_TYPE, EvenementPoste, lire
from deploy.embedded.postgresql import BIN, Postgresql, start_postgresql
from deploy.embedded.process import Child
from deploy.journal.backup import NotSaved, backup, check
from deploy.journal.recovery import AnotherKafka
from deploy.journal.restore import Archive, put_back, renew, wait_until_it_writes
from indicateurs import projections
from kit import migrations
from kit.consumer import Consumer
from kit.db import engine
from kit.log import Relay
from kit.log.verification import Fault, Seal, verify
from suivi.commands.noter import consigner
from tests.conftest import Database
from tests.kit.events import until
from tests.kit.reading import LogSource

WITHIN = 60  # seconds, on a machine that does much else
_READ = text("select id from evenements order by id")
_PUBLISHED = text(
    "select not exists (select from log.head h left join log.cursor c using (partition)"
    " where h.position > coalesce(c.position, 0))"
)
_COUNTED = text("select parcours, id, le from entrees order by parcours")


class Parts:
    """A journal on a server that will be lost; a reader elsewhere, who will know more than it."""

    def __init__(self, url: str, reader: AsyncEngine, kafka: str, prefix: str) -> None:
        self.url = url
        self.reader = reader
        self.kafka = kafka
        self.prefix = prefix

    @asynccontextmanager
    async def at_work(self) -> AsyncIterator[AsyncEngine]:
        """A relay and a reader run; the journal is there to be written."""
        db = engine(self.url)
        topic = f"{self.prefix}parcours.journal"
        source = LogSource(db)
        consumer = Consumer(
            name="indicateurs",
            log="suivi",
            topic=topic,
            db=self.reader,
            source=source,
            apply=projections.suivre,
            dead_letters=f"{self.prefix}indicateurs.dead-letters",
            known_types=PAR_TYPE,
        )
        relay = Relay(self.url, topic, self.kafka, "suivi")
        tasks = [asyncio.create_task(relay.run()), asyncio.create_task(consumer.run(self.kafka))]
        try:
            yield db
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
            await db.dispose()

    async def say(self, db: AsyncEngine, *ids: str) -> None:
        """Write events, and return once read and published; each is of a journey of its own."""
        async with db.begin() as tx:
            await consigner(tx, [_entry(one) for one in ids])

        async def told() -> bool:
            async with db.connect() as tx:
                published = bool(await tx.scalar(_PUBLISHED))
            return published and set(ids) <= set(await self.known())

        await until(told, within=WITHIN)

    async def known(self) -> list[str]:
        """The events that the reader has, each as often as it has it."""
        async with self.reader.connect() as tx:
            return list(await tx.scalars(_READ))

    async def counted(self) -> list[tuple[object, ...]]:
        async with self.reader.connect() as tx:
            return [tuple(line) for line in await tx.execute(_COUNTED)]

    async def seal(self, db: AsyncEngine, sealed: Seal | None = None) -> Seal:
        """Verify the journal: it has no fault."""
        faults: list[Fault] = []
        async with db.connect() as tx:
            seal = await verify(tx, faults.append, sealed=sealed)
        assert faults == []
        return seal


@pytest.fixture
async def reader(database: Database) -> AsyncIterator[AsyncEngine]:
    db = engine(database("indicateurs"))
    yield db
    await db.dispose()


@pytest.fixture
def lost(tmp_path: Path) -> Iterator[Postgresql]:
    """A server that will be lost."""
    server = start_postgresql(tmp_path / "postgresql")
    server.execute("create database suivi")
    yield server
    server.stop()


@contextmanager
def archiving(server: Postgresql, folder: Path) -> Iterator[Callable[[], None]]:
    """Keep all that *server* writes from here on; what is given returns once nothing is missing."""
    folder.mkdir()
    receiver = Child(
        "pg_receivewal",
        [BIN / "pg_receivewal", "-d", server.url, "-D", folder, "--synchronous"],
        log=folder.with_suffix(".log"),
    )
    complete = (
        "select count(*) > 0 from pg_stat_replication"
        " where application_name = 'pg_receivewal' and flush_lsn >= pg_current_wal_flush_lsn()"
    )

    def caught_up() -> None:
        receiver.wait_until(lambda: server.execute(complete) == "t")

    try:
        caught_up()
        yield caught_up
    finally:
        receiver.kill()


@pytest.mark.timeout(600)
async def test_a_journal_restored_to_an_older_point_loses_nothing_that_was_published(
    lost: Postgresql, reader: AsyncEngine, kafka: str, topic_prefix: str, tmp_path: Path
):
    saved, wal = tmp_path / "saved", tmp_path / "wal"
    url = lost.database_url("suivi")
    await migrations.upgrade(url, "suivi")
    parts = Parts(url, reader, kafka, topic_prefix)

    async def restore(archive: Archive | None = None) -> dict[str, int]:
        """Lose the server as by a power cut, and go back to the backup."""
        lost.kill()
        put_back(saved, lost.data.parent, archive)
        lost.start()
        wait_until_it_writes(lost)
        return await renew({"suivi": url}, kafka, topic_prefix)

    async with parts.at_work() as db:
        await parts.say(db, "a1", "a2", "a3")
        with archiving(lost, wal) as caught_up:
            await asyncio.to_thread(backup, lost.url, saved)
            await parts.say(db, "b1", "b2")
            instant = lost.execute("select clock_timestamp()")
            # Known to Kafka and to the reader, and beyond the point that is restored.
            await parts.say(db, "c1", "c2", "c3")
            seal = await parts.seal(db)
            await asyncio.to_thread(caught_up)
    counted = await parts.counted()

    # To an instant, with the WAL; then a second time, to the backup alone: what was said between
    # the two is in a life that this store has never heard of.
    given = await restore(Archive(wal, instant))
    async with parts.at_work() as db:
        await parts.say(db, "d1")
        seal = await parts.seal(db, seal)
    given_again = await restore()
    async with parts.at_work() as db:
        await parts.say(db, "e1")
        await parts.seal(db, seal)
        async with db.connect() as tx:
            journal = list(await tx.scalars(text("select id from log.entry order by id")))

    said = ["a1", "a2", "a3", "b1", "b2", "c1", "c2", "c3", "d1", "e1"]
    assert given == {"parcours.journal": 3}
    assert given_again == {"parcours.journal": 6}
    assert journal == said
    assert await parts.known() == said
    assert set(counted) <= set(await parts.counted())
    assert len(await parts.counted()) == len(said)

    (saved / "PG_VERSION").write_text("17\n")
    with pytest.raises(NotSaved, match="pg_verifybackup"):
        check(saved)


async def test_the_kafka_of_another_journal_gives_nothing_back(
    database: Database, reader: AsyncEngine, kafka: str, topic_prefix: str
):
    parts = Parts(database("suivi"), reader, kafka, topic_prefix)
    async with parts.at_work() as db:
        await parts.say(db, "a1")
        async with db.begin() as tx:
            await tx.execute(text("update log.identity set epoch = gen_random_uuid()"))

    with pytest.raises(AnotherKafka):
        await renew({"suivi": parts.url}, kafka, topic_prefix)


def _entry(event_id: str) -> EvenementPoste:
    return lire(
        {
            "specversion": "1.0",
            "id": event_id,
            "source": "urn:siret:99900060700013",
            "organisation": "urn:siret:99900060700013",
            "type": "fr.sanscouture.suivi.entree_effective.v1",
            "subject": str(uuid4()),
            "time": "2026-03-04T09:00:00+01:00",
            "data": {"heures_prevues": 480},
        }
    )
