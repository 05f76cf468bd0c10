"""A projection rebuilt beside the live one, which goes on: what is shown, what is put in place."""

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from uuid import UUID

import pytest
from sqlalchemy import BigInteger, Column, ForeignKey, MetaData, String, Table, Uuid, text
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from kit.consumer import Consumer, Record
from kit.consumer.delivery import Delivery
from kit.rebuild import BusyError, Projection, Reading, Rebuild, SupersededError, rebuilding
from tests.kit.reading import (
    HAPPENED,
    READER,
    Event,
    LogSource,
    a_delivery,
    a_stream,
    an_empty_log,
    an_empty_reader,
    deliver,
    write,
)

POISON = "test.poison"
TABLES = MetaData()
STREAMS = Table("streams", TABLES, Column("stream", Uuid, primary_key=True))
FACTS = Table(
    "facts",
    TABLES,
    Column("id", String, primary_key=True),
    Column("stream", ForeignKey("streams.stream"), nullable=False, index=True),
    Column("position", BigInteger, nullable=False),
)


async def learn(tx: AsyncConnection, records: Sequence[Record]) -> None:
    """A stream and one row per event; a poison is refused."""
    for r in records:
        if r.type == POISON:
            await tx.execute(text("select cast('poison' as int)"))
        of = {"stream": r.stream, "id": r.id, "position": r.position}
        await tx.execute(text("insert into streams values (:stream) on conflict do nothing"), of)
        await tx.execute(
            text("insert into facts values (:id, :stream, :position) on conflict do nothing"), of
        )


@dataclass
class World:
    source: LogSource
    db: AsyncEngine
    delivery: Delivery

    async def happen(self, *events: Event) -> None:
        """Write them to the log, and let the live projection take them."""
        await deliver(self.delivery, await write(self.source.db, *events))

    @asynccontextmanager
    async def rebuilding(self) -> AsyncIterator[Rebuild]:
        url = self.db.url.render_as_string(hide_password=False)
        feed = Reading(READER, self.source, {HAPPENED, POISON})
        async with rebuilding(url, Projection("facts", [STREAMS, FACTS], feed, learn)) as rebuild:
            yield rebuild

    async def damage(self, statement: str) -> None:
        async with self.db.begin() as tx:
            await tx.execute(text(statement))

    async def facts(self) -> list[str]:
        async with self.db.connect() as tx:
            return list(await tx.scalars(text("select id from facts order by id")))


@pytest.fixture
async def world(module_database: Callable[[str], str]) -> AsyncIterator[World]:
    log, reader = module_database("suivi"), module_database("indicateurs")
    async with an_empty_log(log) as source, an_empty_reader(reader) as db:
        async with db.begin() as tx:
            await tx.run_sync(TABLES.create_all)
        yield World(source, db, await a_delivery(db, source, learn))


def nothing(_events: int) -> None:
    pass


async def test_rows_lost_added_and_changed_are_told_then_mended(world: World):
    streams = [a_stream(partition) for partition in (1, 1, 7)]
    events = [Event(stream) for stream in streams for _ in range(3)]
    await world.happen(*events)
    right = await world.facts()
    await world.damage("delete from facts where id = (select min(id) from facts)")
    await world.damage("update facts set position = 99 where id = (select max(id) from facts)")
    await world.damage("insert into facts select 'invented', stream, 1 from streams limit 1")

    async with world.rebuilding() as rebuild:
        await rebuild.build(nothing)
        told = await rebuild.compare()
        assert "invented" in await world.facts()  # nothing is changed by telling
        assert await rebuild.replace() == (2, 2)

    assert [tuple(each) for each in told.tables] == [("streams", 0, 0, 0), ("facts", 1, 1, 1)]
    assert await world.facts() == right
    async with world.rebuilding() as rebuild:
        await rebuild.build(nothing)
        assert (await rebuild.compare()).same


async def test_what_comes_during_a_rebuild_is_in_the_new_one(world: World):
    await world.happen(Event(a_stream(2)))
    await world.damage("delete from facts")
    before, during, after = (Event(a_stream(partition)) for partition in (2, 3, 2))

    async with world.rebuilding() as rebuild:
        await world.happen(before)
        await rebuild.build(nothing)
        await world.happen(during)
        told = await rebuild.compare()
        await world.happen(after)
        await rebuild.replace()

    assert told.tables[1].only_new == 1  # of what both have heard, only the lost row differs
    assert {before.id, during.id, after.id} < set(await world.facts())


async def test_a_reader_that_began_before_keeps_what_it_saw(world: World):
    await world.happen(*(Event(a_stream(4)) for _ in range(5)))
    await world.damage("delete from facts")
    count = text("select count(*) from facts")

    async with world.db.connect() as reading, world.rebuilding() as rebuild:
        await reading.execution_options(isolation_level="REPEATABLE READ")
        await reading.execute(text("select 1 from streams"))  # it has not read `facts` yet
        await rebuild.build(nothing)
        await asyncio.wait_for(rebuild.replace(), 10)  # and does not make the rebuild wait
        assert await reading.scalar(count) == 0
        async with world.db.connect() as later:
            assert await later.scalar(count) == 5


async def test_what_waits_behind_a_set_aside_event_waits_in_the_rebuilt_one_too(world: World):
    stream = a_stream(5)
    await world.happen(Event(stream), Event(stream, POISON), Event(stream))

    async with world.rebuilding() as rebuild:
        await rebuild.build(nothing)
        assert (await rebuild.compare()).same

        await skip(world, stream)
        with pytest.raises(SupersededError):
            await rebuild.replace()

    async with world.rebuilding() as rebuild:
        await rebuild.build(nothing)
        assert (await rebuild.compare()).same


async def skip(world: World, stream: UUID) -> None:
    consumer = Consumer(
        name=READER.consumer,
        log=READER.log,
        topic="test.events",
        db=world.db,
        source=world.source,
        apply=learn,
        dead_letters="test.dead-letters",
        known_types=None,
    )
    assert await consumer.skip(stream, 2, "somebody", "a trial") is None


async def test_two_rebuilds_do_not_meet(world: World):
    await world.happen(Event(a_stream(6)))
    async with world.rebuilding():
        with pytest.raises(BusyError):
            async with world.rebuilding():
                pass
