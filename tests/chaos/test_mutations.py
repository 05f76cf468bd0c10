"""Each safeguard taken away in turn: the account of a run finds it out."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass

import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from kit import log
from kit.broker import create_topics
from kit.consumer import Record, store
from kit.errors import Refusal
from kit.log import P, Writer
from kit.log.relay.publisher import Publisher
from kit.log.store import Entry
from tests.chaos.ledger import Ledger
from tests.conftest import Database
from tests.kit.events import faults, until
from tests.kit.reading import (
    UNFENCED,
    Event,
    LogSource,
    a_delivery,
    a_stream,
    an_empty_log,
    an_empty_reader,
    apply,
    deliver,
)
from tests.kit.relaying import relaying
from tests.parcours.compte import Publication, au_journal, publies

SOURCE, PARTITION = Event(a_stream(0)).source, 3
_LOCK = "perform pg_advisory_xact_lock(4242, p);"
_WAITING = text(
    "select count(*) from pg_stat_activity where wait_event_type = 'Lock'"
    " and datname = current_database()"
)
_BEHIND = text(
    "select count(*) from log.head h left join log.cursor c on c.partition = h.partition"
    " where h.position > coalesce(c.position, 0)"
)


@dataclass
class Scene:
    """A log, its topic, its reader."""

    source: LogSource
    reader: AsyncEngine
    kafka: str
    topic: str

    @property
    def url(self) -> str:
        return self.source.db.url.render_as_string(hide_password=False)

    async def run(self) -> Ledger:
        """All that the safeguards are for, once: two at a time, twice the same, two readers."""
        async with self.source.db.connect() as tx:
            first, second = Event(a_stream(PARTITION)), Event(a_stream(PARTITION))
            answers = await self._two_at_once(tx, first, second)
        again = Event(a_stream(PARTITION))
        answers += [(again, await self._post(again)), (again, await self._post(again))]
        publication = await self._publish()
        records = await self._read_twice_at_once()
        return Ledger(
            Counter({(e.source, e.id): 1 for e, answer in answers if answer is None}),
            await au_journal(self.url, [SOURCE]),
            publication.de([SOURCE]),
            Counter((r.source, r.id) for r in records),
            refused=[e.id for e, answer in answers if answer],
            faults=await faults(self.source.db),
            inversions=publication.inversions,
        )

    async def _two_at_once(
        self, tx: AsyncConnection, first: Event, second: Event
    ) -> list[tuple[Event, Refusal | None]]:
        """The second begins while the first has not committed yet."""
        await log.append(tx, first)
        posting = asyncio.create_task(self._post(second))
        with suppress(AssertionError):  # without anything to wait for, it is done already
            await until(self._waits_or(posting), within=3)
        await tx.commit()
        return [(first, None), (second, await posting)]

    def _waits_or(self, posting: asyncio.Task[Refusal | None]) -> Callable[[], Awaitable[bool]]:
        async def waits() -> bool:
            async with self.source.db.connect() as tx:
                return posting.done() or bool(await tx.scalar(_WAITING))

        return waits

    async def _post(self, event: Event) -> Refusal | None:
        writer = Writer(self.source.db)
        writer.start()
        try:
            await writer.submit(event, b"fingerprint")
        except Refusal as refusal:
            return refusal
        finally:
            await writer.stop()
        return None

    async def _publish(self) -> Publication:
        async def published() -> bool:
            async with self.source.db.connect() as tx:
                return not await tx.scalar(_BEHIND)

        async with relaying(self.url, self.topic, self.kafka):
            await until(published, within=20)
        return await publies(self.kafka, self.topic)

    async def _read_twice_at_once(self) -> list[Record]:
        """Two members that both believe they hold the partition; what took effect."""
        both = asyncio.Barrier(2)
        done: list[Record] = []

        async def together(tx: AsyncConnection, records: Sequence[Record]) -> None:
            with suppress(TimeoutError, asyncio.BrokenBarrierError):
                async with asyncio.timeout(0.3):
                    await both.wait()
            await apply(tx, records)
            done.extend(records)

        deliveries = [await a_delivery(self.reader, self.source, together) for _ in range(2)]
        async with self.source.db.connect() as tx:
            records = [Record.of(entry) for entry in await log.page(tx, PARTITION, 0, 100)]
        await asyncio.gather(*(deliver(delivery, records) for delivery in deliveries))
        return done


async def _change(db: AsyncEngine, old: str, new: str) -> None:
    """Change `log.append`, in this database alone."""
    async with db.begin() as tx:
        definition = await tx.scalar(text("select pg_get_functiondef('log.append'::regproc)"))
        assert old in definition
        await tx.exec_driver_sql(definition.replace(old, new))


async def _drop(db: AsyncEngine, constraint: str, table: str) -> None:
    async with db.begin() as tx:
        await tx.execute(text(f"alter table {table} drop constraint {constraint}"))


async def _without_the_lock(scene: Scene, _patch: pytest.MonkeyPatch) -> None:
    await _change(scene.source.db, _LOCK, "null;")


async def _without_the_lock_nor_the_key(scene: Scene, _patch: pytest.MonkeyPatch) -> None:
    await _change(scene.source.db, _LOCK, "null;")
    await _drop(scene.source.db, "entry_pkey", "log.entry")


async def _without_the_receipts_key(scene: Scene, _patch: pytest.MonkeyPatch) -> None:
    await _drop(scene.source.db, "receipt_pkey", "log.receipt")


async def _without_the_cursors_lock(_scene: Scene, patch: pytest.MonkeyPatch) -> None:
    patch.setattr(store, "_LOCK", UNFENCED)


async def _without_the_order_of_the_relay(_scene: Scene, patch: pytest.MonkeyPatch) -> None:
    send = Publisher.send

    async def backwards(
        publisher: Publisher, partition: int, entries: Sequence[Entry]
    ) -> tuple[int | None, BaseException | None]:
        return await send(publisher, partition, entries[::-1])

    patch.setattr(Publisher, "send", backwards)


@pytest.fixture(scope="module")
def readers(module_database: Database) -> str:
    return module_database("indicateurs")


@pytest.fixture
async def scene(
    database: Database, readers: str, kafka: str, topic_prefix: str
) -> AsyncIterator[Scene]:
    async with (
        an_empty_log(database("passerelle")) as source,
        an_empty_reader(readers) as reader,
    ):
        topic = f"{topic_prefix}passerelle.events"
        await create_topics(kafka, {topic: P})
        yield Scene(source, reader, kafka, topic)


async def test_a_run_as_it_is_leaves_no_difference(scene: Scene):
    ledger = await scene.run()

    assert ledger.differences() == []
    assert ledger.acknowledged.total() == 3


@pytest.mark.parametrize(
    ("remove", "found"),
    [
        (_without_the_lock, "1 faits justes ont été refusés."),
        (_without_the_lock_nor_the_key, "Le journal se dit abîmé : hole before."),
        (_without_the_receipts_key, "1 journalisés de trop."),
        (_without_the_cursors_lock, "3 appliqués de trop."),
        (_without_the_order_of_the_relay, "1 inversions à la lecture, après le curseur."),
    ],
)
async def test_a_safeguard_removed_is_found(
    scene: Scene,
    monkeypatch: pytest.MonkeyPatch,
    remove: Callable[[Scene, pytest.MonkeyPatch], Awaitable[None]],
    found: str,
):
    await remove(scene, monkeypatch)

    ledger = await scene.run()

    assert found in ledger.differences()
