"""The story of a stream set aside, on the real parts: log, relay, Kafka, consumer, owner by HTTP.

Events 5 to 9 of A, 5 fails; B's go on; A's 6 to 9 wait; A is released while 10 arrives. Fifty of
these at once, each in its own order, beside a reader of the same events whom nothing befalls.
"""

import asyncio
import random
from collections.abc import AsyncIterator, Callable, Coroutine, Iterable, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from typing import Any, TypeVar
from uuid import UUID

import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from kit import log
from kit.broker import create_topics
from kit.consumer import Consumer, HttpSource, Record, SetAside, list_set_aside
from kit.db import engine
from kit.errors import Unavailable
from kit.log import P, Relay
from tests.kit.events import until
from tests.kit.http_parts import SERVICE_KEY, a_service, served_here
from tests.kit.reading import HAPPENED, POISON, Event, a_stream

T = TypeVar("T")
STORIES = 50
POOL = 20
WITHIN = 60

_TABLES = (
    (
        "create table state (reader text, stream uuid, events int, fold text,"
        " primary key (reader, stream))"
    ),
    (
        "create table seen (reader text, stream uuid, position bigint,"
        " at timestamptz default clock_timestamp())"
    ),
)
# The fold differs as soon as two events change places, or one comes twice or never.
_FOLD = text(
    "insert into state as s values (:reader, :stream, 1, md5(:id)) on conflict (reader, stream)"
    " do update set events = s.events + 1, fold = md5(s.fold || :id)"
)
_SEEN = text("insert into seen (reader, stream, position) values (:reader, :stream, :position)")
_REFUSED = text("select 1 / 0")
# By how many seconds the ill one is behind the other, at worst.
_LATE = text(
    "select max(extract(epoch from ill.at - well.at))::float from seen ill join seen well"
    " using (stream, position) where ill.reader = 'ill' and well.reader = 'well'"
    " and stream = :stream"
)


@dataclass(frozen=True)
class Story:
    """A, whose fifth event cannot be applied, and B, in the same partition."""

    a: UUID
    b: UUID

    def told(self, chance: random.Random) -> list[Event]:
        """Nine events of A, in order, and ten of B among them."""
        events = [Event(self.a, type=POISON if n == 5 else HAPPENED) for n in range(1, 10)]
        for _ in range(10):
            events.insert(chance.randrange(len(events) + 1), Event(self.b))
        return events


class Readers:
    """One whom nothing befalls, and one who cannot apply a poison before it is cured."""

    def __init__(self, db: AsyncEngine) -> None:
        self.db = db
        self.cured: set[UUID] = set()

    async def well(self, tx: AsyncConnection, records: Sequence[Record]) -> None:
        await _keep(tx, "well", records)

    async def ill(self, tx: AsyncConnection, records: Sequence[Record]) -> None:
        if any(r.type == POISON and r.stream not in self.cured for r in records):
            await tx.execute(_REFUSED)
        await _keep(tx, "ill", records)

    async def events(self, reader: str) -> int:
        async with self.db.connect() as tx:
            query = text("select coalesce(sum(events), 0) from state where reader = :reader")
            return int((await tx.execute(query, {"reader": reader})).scalar_one())

    async def states(self, reader: str) -> dict[UUID, tuple[int, str]]:
        async with self.db.connect() as tx:
            query = text("select stream, events, fold from state where reader = :reader")
            found = await tx.execute(query, {"reader": reader})
            return {stream: (events, fold) for stream, events, fold in found}


async def _keep(tx: AsyncConnection, reader: str, records: Sequence[Record]) -> None:
    told = [
        {"reader": reader, "stream": r.stream, "position": r.position, "id": r.id} for r in records
    ]
    await tx.execute(_FOLD, told)
    await tx.execute(_SEEN, told)


@pytest.fixture
def chance(tell: Callable[[str], None]) -> random.Random:
    seed = random.randrange(1 << 32)
    tell(f"{STORIES} stories, seed {seed}")
    return random.Random(seed)


@pytest.fixture
async def writer(database: Callable[[str], str]) -> AsyncIterator[AsyncEngine]:
    db = engine(database("suivi"), pool=POOL)
    yield db
    await db.dispose()


@pytest.fixture
async def readers(database: Callable[[str], str]) -> AsyncIterator[Readers]:
    db = engine(database("indicateurs"), pool=POOL)
    async with db.begin() as tx:
        for table in _TABLES:
            await tx.execute(text(table))
    yield Readers(db)
    await db.dispose()


@asynccontextmanager
async def _at_work(*works: asyncio.Task[None]) -> AsyncIterator[None]:
    try:
        yield
    finally:
        for work in works:
            work.cancel()
            with suppress(asyncio.CancelledError):
                await work


@pytest.fixture
async def ill(
    writer: AsyncEngine, readers: Readers, kafka: str, topic_prefix: str
) -> AsyncIterator[Consumer]:
    """The consumer that falls ill, at work beside the other, fed by a relay."""
    url = writer.url.render_as_string(hide_password=False)
    topic, dead_letters = f"{topic_prefix}test.events", f"{topic_prefix}test.dead-letters"
    await create_topics(kafka, {topic: P, dead_letters: 1})
    owner = a_service(db=url, log=True, pool=POOL)
    async with served_here(owner) as base:
        ill, well = (
            Consumer(
                name=name,
                log="writer",
                topic=topic,
                db=readers.db,
                source=HttpSource(base, SERVICE_KEY),
                apply=apply,
                dead_letters=dead_letters,
                known_types=None,
            )
            for name, apply in (("ill", readers.ill), ("well", readers.well))
        )
        relay = Relay(url, topic, kafka, "writer")
        works = (relay.run(), ill.run(kafka), well.run(kafka))
        async with _at_work(*map(asyncio.create_task, works)):
            await until(lambda: _ready(ill, well), WITHIN)
            yield ill
        await ill.close()
        await well.close()
    for each in owner.state.databases:
        await each.dispose()


async def test_a_stream_released_while_it_goes_on_ends_as_if_nothing_had_failed(
    writer: AsyncEngine, readers: Readers, ill: Consumer, chance: random.Random
):
    stories = [Story(a_stream(n % P), a_stream(n % P)) for n in range(STORIES)]

    await _write(writer, stories[0].told(chance), chance)
    await until(lambda: _reached(readers, ill=14, well=19), WITHIN)
    async with readers.db.connect() as tx:
        late = await tx.scalar(_LATE, {"stream": stories[0].b})
    assert late < 1

    await _together(_write(writer, story.told(chance), chance) for story in stories[1:])
    await until(lambda: _reached(readers, ill=14 * STORIES, well=19 * STORIES), WITHIN)
    await until(lambda: _waiting(readers.db, 4 * STORIES), WITHIN)

    marks = await list_set_aside(readers.db)
    assert {mark.stream for mark in marks} == {story.a for story in stories}
    assert {(mark.type, mark.waiting) for mark in marks} == {(POISON, 4)}
    states = await readers.states("ill")
    assert {states[story.a][0] for story in stories} == {4}
    well = await readers.states("well")
    assert all(states[story.b] == well[story.b] for story in stories)

    readers.cured = {story.a for story in stories}
    blocked = await _together(_release(ill, writer, story, chance) for story in stories)
    await until(lambda: _reached(readers, ill=21 * STORIES, well=21 * STORIES), WITHIN)

    assert blocked == [None] * STORIES
    assert await readers.states("ill") == await readers.states("well")
    assert await list_set_aside(readers.db) == []


async def _together(works: Iterable[Coroutine[Any, Any, T]]) -> list[T]:
    """Do *works* at once, as far as a few connections serve them all."""
    room = asyncio.Semaphore(POOL // 2)

    async def done(work: Coroutine[Any, Any, T]) -> T:
        async with room:
            return await work

    return await asyncio.gather(*map(done, works))


async def _write(db: AsyncEngine, events: Sequence[Event], chance: random.Random) -> None:
    """Append *events* in their order, when and by as many transactions as it pleases chance."""
    await asyncio.sleep(chance.random())
    while events:
        size = chance.randint(1, 6)
        part, events = events[:size], events[size:]
        async with db.begin() as tx:
            await log.append(tx, *part)
        await asyncio.sleep(chance.random() * 0.05)


async def _release(
    ill: Consumer, db: AsyncEngine, story: Story, chance: random.Random
) -> SetAside | None:
    """Release A while its tenth event arrives, before or after."""
    arrives, released = (chance.random() * 0.2 for _ in range(2))
    if chance.random() < 0.7:  # together, to within what an event takes to come
        released = arrives + chance.uniform(-0.02, 0.1)

    async def tenth() -> None:
        await asyncio.sleep(arrives)
        async with db.begin() as tx:
            await log.append(tx, Event(story.a), Event(story.b))

    async def release() -> SetAside | None:
        await asyncio.sleep(released)
        return await ill.release(story.a, "Basile")

    _, blocked = await asyncio.gather(tenth(), release())
    return blocked


async def _ready(*consumers: Consumer) -> bool:
    try:
        for consumer in consumers:
            await consumer.check()
    except Unavailable:
        return False
    return True


async def _reached(readers: Readers, **expected: int) -> bool:
    return all([await readers.events(reader) >= events for reader, events in expected.items()])


async def _waiting(db: AsyncEngine, events: int) -> bool:
    return sum(mark.waiting for mark in await list_set_aside(db)) >= events
