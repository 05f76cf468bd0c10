import asyncio
import random
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from uuid import UUID, uuid4

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from kit import observability
from kit.consumer import Record, list_set_aside, store
from kit.consumer.delivery import Delivery, HoleError
from kit.consumer.resumption import UNFINISHED, Resumption
from kit.errors import NotFound, Unavailable
from tests.kit.collecting import REMOTE, Collector, collecting
from tests.kit.reading import (
    HAPPENED,
    POISON,
    UNFENCED,
    Event,
    LogSource,
    a_delivery,
    a_stream,
    an_empty_log,
    an_empty_reader,
    apply,
    deliver,
    effects,
    effects_of,
    places,
    positions,
    write,
)


@pytest.fixture
def collector(monkeypatch: pytest.MonkeyPatch) -> Iterator[Collector]:
    with collecting(monkeypatch) as collector:
        yield collector


@pytest.fixture(scope="module")
def urls(module_database: Callable[[str], str]) -> tuple[str, str]:
    return module_database("suivi"), module_database("indicateurs")


@pytest.fixture
async def source(urls: tuple[str, str]) -> AsyncIterator[LogSource]:
    async with an_empty_log(urls[0]) as source:
        yield source


@pytest.fixture
async def db(urls: tuple[str, str]) -> AsyncIterator[AsyncEngine]:
    async with an_empty_reader(urls[1]) as db:
        yield db


@pytest.fixture
def chance() -> random.Random:
    seed = random.randrange(1 << 32)
    print(f"seed {seed}")
    return random.Random(seed)


async def test_each_event_takes_effect_once_in_its_order_however_it_comes(
    source: LogSource, db: AsyncEngine, chance: random.Random
):
    delivery = await a_delivery(db, source)
    streams = [a_stream(partition) for partition in (0, 0, 1, 5)]
    records = await write(source.db, *(Event(chance.choice(streams)) for _ in range(300)))
    coming = records + chance.sample(records, 60)
    chance.shuffle(coming)

    while coming:
        batch, coming = coming[:40], coming[40:]
        await deliver(delivery, batch)
    await deliver(delivery, records)

    assert sorted(await effects(db)) == sorted(places(records))
    for partition in (0, 1, 5):
        order = [place for place in await effects(db) if place[0] == partition]
        assert order == sorted(order)
    assert await positions(db, delivery.epoch) == {
        partition: max(r.position for r in records if r.partition == partition)
        for partition in (0, 1, 5)
    }


async def test_a_gap_is_filled_by_the_owner_of_the_log(source: LogSource, db: AsyncEngine):
    delivery = await a_delivery(db, source)
    records = await write(source.db, *(Event(a_stream(3)) for _ in range(1200)))

    await deliver(delivery, records[1190:])

    assert await effects(db) == places(records)
    assert source.pages == 3


async def test_what_kafka_says_beyond_the_log_is_refused(source: LogSource, db: AsyncEngine):
    delivery = await a_delivery(db, source)
    [true] = await write(source.db, Event(a_stream(3)))
    [other] = await write(source.db, Event(a_stream(4)))
    invented = true._replace(position=9, id="invented")

    await deliver(delivery, [true, invented, other])

    assert await effects(db) == places([true, other])


async def test_a_page_with_a_hole_is_never_applied(source: LogSource, db: AsyncEngine):
    class Holed(LogSource):
        async def entries(self, partition: int, after: int, limit: int) -> list[Record]:
            return (await super().entries(partition, after, limit))[1:]

    delivery = await a_delivery(db, Holed(source.db))
    records = await write(source.db, *(Event(a_stream(3)) for _ in range(4)))

    with pytest.raises(HoleError):
        await deliver(delivery, records[3:])

    assert await effects(db) == []


async def test_an_unknown_type_is_passed_over(source: LogSource, db: AsyncEngine):
    delivery = await a_delivery(db, source, known_types={HAPPENED})
    records = await write(
        source.db, Event(a_stream(0)), Event(a_stream(0), type="test.new"), Event(a_stream(0))
    )

    await deliver(delivery, records)

    assert await effects(db) == places([records[0], records[2]])
    assert await positions(db, delivery.epoch) == {0: 3}


async def _read_twice_at_once(source: LogSource, db: AsyncEngine) -> list[tuple[int, int]]:
    """Two members of a group that both believe they hold the partitions."""

    async def slowly(tx: AsyncConnection, records: Sequence[Record]) -> None:
        await apply(tx, records)
        await asyncio.sleep(0.1)

    deliveries = [await a_delivery(db, source, slowly) for _ in range(2)]
    records = await write(source.db, *(Event(a_stream(n % 12)) for n in range(400)))

    async def read(delivery: Delivery) -> None:
        await deliver(delivery, records[:200])
        await deliver(delivery, records[200:])

    await asyncio.gather(*map(read, deliveries))
    assert set(await effects(db)) == set(places(records))
    return await effects(db)


async def test_two_readers_at_once_double_nothing(source: LogSource, db: AsyncEngine):
    found = await _read_twice_at_once(source, db)

    assert len(found) == len(set(found))


async def test_without_its_lock_on_the_cursor_they_would(
    source: LogSource, db: AsyncEngine, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(store, "_LOCK", UNFENCED)

    found = await _read_twice_at_once(source, db)

    assert len(found) > len(set(found))


async def test_an_outage_leaves_no_trace_and_is_raised(source: LogSource, db: AsyncEngine):
    async def unlucky(tx: AsyncConnection, records: Sequence[Record]) -> None:
        await apply(tx, records)
        raise Unavailable

    delivery = await a_delivery(db, source, unlucky)
    records = await write(source.db, Event(a_stream(0)), Event(a_stream(1)))

    with pytest.raises(Unavailable):
        await deliver(delivery, records)

    assert await effects(db) == []
    assert await positions(db, delivery.epoch) == {}
    assert await list_set_aside(db) == []


@pytest.mark.parametrize("where", ["database", "code"])
async def test_an_event_that_cannot_be_applied_sets_its_stream_aside_and_only_it(
    where: str, source: LogSource, db: AsyncEngine
):
    calls = 0

    async def refusing(tx: AsyncConnection, records: Sequence[Record]) -> None:
        nonlocal calls
        calls += 1
        if where == "code" and any(r.type == POISON for r in records):
            raise ValueError("1850575")
        await apply(tx, records)

    delivery = await a_delivery(db, source, refusing)
    bad, good = a_stream(0), a_stream(0)
    events = [Event(good) for _ in range(500)]
    events[100:100] = [Event(bad), Event(bad, type=POISON), Event(bad)]
    records = await write(source.db, *events)
    trace = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"
    records[101] = records[101]._replace(traceparent=trace)

    await deliver(delivery, records)
    later = await write(source.db, Event(bad), Event(good))
    await deliver(delivery, later)

    assert await effects_of(db, bad) == [records[100].position]
    assert await effects_of(db, good) == [r.position for r in records + later if r.stream == good]
    assert await positions(db, delivery.epoch) == {0: 505}
    [mark] = await list_set_aside(db)
    assert mark[:5] == ("reader", "writer", bad, records[101].position, POISON)
    assert mark.waiting == 2
    assert mark.trace == trace[3:35]
    assert ("23514" if where == "database" else "ValueError") in mark.reason
    assert "1850575" not in mark.reason
    assert calls < 40


async def test_each_event_is_one_span_child_of_its_own_trace_whatever_the_batch(
    source: LogSource, db: AsyncEngine, collector: Collector
):
    observability.setup("indicateurs")
    seen: dict[tuple[int, int], str | None] = {}

    async def watching(tx: AsyncConnection, records: Sequence[Record]) -> None:
        seen.update({(r.partition, r.position): r.traceparent for r in records})
        await apply(tx, records)

    delivery = await a_delivery(db, source, watching, known_types={HAPPENED, POISON})
    events = [Event(a_stream(0), traceparent=REMOTE) for _ in range(4)]
    events[1:1] = [Event(a_stream(0), type=POISON, traceparent=REMOTE)]
    events += [Event(a_stream(0)), Event(a_stream(0), type="test.unknown")]
    records = await write(source.db, *events)

    await deliver(delivery, records[3:])
    await deliver(delivery, records)
    observability.shutdown()

    spans = {int(span["tags"]["log.position"]): span for span in collector.spans}
    assert len(collector.spans) == len(spans) == 6
    assert {span["name"] for span in collector.spans} == {"process test.events"}
    assert [spans[n].get("parentId") for n in range(1, 7)] == [REMOTE[36:52]] * 5 + [None]
    assert {n: (span["traceId"], span["id"]) for n, span in spans.items()} == {
        position: (traceparent[3:35], traceparent[36:52])
        for (_, position), traceparent in seen.items()
        if traceparent
    }
    assert [n for n, span in spans.items() if "error" in span["tags"]] == [2]
    [mark] = await list_set_aside(db)
    assert mark.trace == REMOTE[3:35]


async def test_a_batch_refused_at_commit_is_taken_apart_too(source: LogSource, db: AsyncEngine):
    async def twice(tx: AsyncConnection, records: Sequence[Record]) -> None:
        await tx.execute(
            text(
                "create temp table once (id text unique deferrable initially deferred)"
                " on commit drop"
            )
        )
        ids = [r.id for r in records] + [r.id for r in records if r.type == "test.twice"]
        await tx.execute(text("insert into once values (:id)"), [{"id": each} for each in ids])
        await apply(tx, records)

    delivery = await a_delivery(db, source, twice)
    bad, good = a_stream(0), a_stream(0)
    records = await write(source.db, Event(good), Event(bad, type="test.twice"), Event(good))

    await deliver(delivery, records)

    assert await effects(db) == places([records[0], records[2]])
    assert [mark.stream for mark in await list_set_aside(db)] == [bad]


async def test_a_log_that_begins_another_life_is_read_again_from_its_beginning(
    source: LogSource, db: AsyncEngine
):
    delivery = await a_delivery(db, source)
    bad = a_stream(0)
    records = await write(source.db, Event(a_stream(0)), Event(bad, type=POISON), Event(bad))
    await deliver(delivery, records)
    async with source.db.begin() as tx:
        await tx.execute(text("update log.identity set epoch = gen_random_uuid()"))

    restored = await a_delivery(db, source)
    marks = await list_set_aside(db)
    await deliver(restored, records)
    again = await a_delivery(db, source)

    assert marks == []
    assert restored.epoch == again.epoch != delivery.epoch
    assert await effects(db) == places([records[0], records[0]])
    assert len(await list_set_aside(db)) == 1
    assert await positions(db, restored.epoch) == await positions(db, delivery.epoch) == {0: 3}
    assert (await source.heads())[1][0] == 3


class Ward:
    """A projection that refuses poisons until it is cured."""

    def __init__(self) -> None:
        self.cured = False

    async def apply(self, tx: AsyncConnection, records: Sequence[Record]) -> None:
        if not self.cured and any(r.type == POISON for r in records):
            raise ValueError("poison")
        await apply(tx, [r._replace(type=HAPPENED) for r in records])


async def _an_ill_stream(
    source: LogSource, db: AsyncEngine, ward: Ward, *types: str
) -> tuple[Delivery, UUID, list[Record]]:
    delivery = await a_delivery(db, source, ward.apply)
    stream = a_stream(7)
    records = await write(source.db, *(Event(stream, type=each) for each in types))
    await deliver(delivery, records)
    return delivery, stream, records


async def test_a_release_that_fails_again_says_where_and_keeps_what_it_could_apply(
    source: LogSource, db: AsyncEngine
):
    ward = Ward()
    types = (POISON, HAPPENED, "test.worse", HAPPENED)
    delivery, stream, _ = await _an_ill_stream(source, db, ward, *types)
    [before] = await list_set_aside(db)
    ward.cured = True
    plain = ward.apply

    async def worse(tx: AsyncConnection, records: Sequence[Record]) -> None:
        if any(r.type == "test.worse" for r in records):
            raise KeyError("worse")
        await plain(tx, records)

    blocked = await Resumption(delivery._replace(apply=worse), 7, stream, "Basile").release()

    [mark] = await list_set_aside(db)
    assert blocked == mark
    assert (mark.first_position, mark.type, mark.since) == (3, "test.worse", before.since)
    assert (before.waiting, mark.waiting) == (3, 1)
    assert mark.reason.startswith("KeyError")
    assert await effects_of(db, stream) == [1, 2]


async def test_an_event_skipped_stays_in_the_log_and_the_rest_goes_on(
    source: LogSource, db: AsyncEngine
):
    types = (HAPPENED, POISON, HAPPENED, POISON, HAPPENED)
    delivery, stream, _ = await _an_ill_stream(source, db, Ward(), *types)
    resumption = Resumption(delivery, 7, stream, "Basile")
    [before] = await list_set_aside(db)

    with pytest.raises(NotFound):
        await resumption.skip(4, "too early")
    left = await resumption.skip(2, "a trial")
    blocked = await resumption.release()
    await resumption.skip(4, "another")
    done = await Resumption(delivery, 7, stream, "Odile").release()

    assert left
    assert (left.first_position, left.reason, left.waiting) == (3, UNFINISHED, 2)
    assert blocked
    assert (blocked.first_position, blocked.waiting) == (4, 1)
    assert done is None
    assert await effects_of(db, stream) == [1, 3, 5]
    async with db.connect() as tx:
        decisions = await store.list_decisions(tx, 10)
    assert [(d.decision, d.position, d.author, d.why) for d in reversed(decisions)] == [
        ("skip", 2, "Basile", "a trial"),
        ("release", 3, "Basile", None),
        ("skip", 4, "Basile", "another"),
        ("release", 5, "Odile", None),
    ]
    assert decisions[-1].type == POISON
    assert decisions[-1].reason == before.reason


async def test_skipping_the_last_event_of_a_stream_frees_it(source: LogSource, db: AsyncEngine):
    delivery, stream, _ = await _an_ill_stream(source, db, Ward(), HAPPENED, POISON)

    left = await Resumption(delivery, 7, stream, "Basile").skip(2, "a trial")
    later = await write(source.db, Event(stream))
    await deliver(delivery, later)

    assert left is None
    assert await effects_of(db, stream) == [1, 3]


async def test_what_was_decided_stays(source: LogSource, db: AsyncEngine):
    delivery, stream, _ = await _an_ill_stream(source, db, Ward(), POISON)
    await Resumption(delivery, 7, stream, "Basile").skip(1, "a trial")

    for forbidden in ("update consumer.decision set author = ''", "delete from consumer.decision"):
        with pytest.raises(DBAPIError, match="what was decided stays"):
            async with db.begin() as tx:
                await tx.execute(text(forbidden))


async def test_a_long_stream_goes_on_by_parts_that_a_failure_does_not_undo(
    source: LogSource, db: AsyncEngine
):
    ward = Ward()
    types = (POISON, *[HAPPENED] * 1100)
    delivery, stream, records = await _an_ill_stream(source, db, ward, *types)
    ward.cured = True
    sizes = []

    async def tired(tx: AsyncConnection, records: Sequence[Record]) -> None:
        sizes.append(len(records))
        if len(sizes) == 3:
            raise Unavailable
        await ward.apply(tx, records)

    resumption = Resumption(delivery._replace(apply=tired), 7, stream, "Basile")
    with pytest.raises(Unavailable):
        await resumption.release()
    [mark] = await list_set_aside(db)
    done = await resumption.release()

    assert (mark.first_position, mark.reason, mark.waiting) == (1001, UNFINISHED, 100)
    assert done is None
    assert max(sizes) <= 500
    assert await effects_of(db, stream) == [r.position for r in records]


async def test_a_stream_that_is_not_set_aside_cannot_be_released(
    source: LogSource, db: AsyncEngine
):
    delivery = await a_delivery(db, source)

    with pytest.raises(NotFound):
        await Resumption(delivery, 0, uuid4(), "Basile").release()


async def test_two_releases_at_once_apply_once(source: LogSource, db: AsyncEngine):
    ward = Ward()
    delivery, stream, records = await _an_ill_stream(source, db, ward, POISON, HAPPENED, HAPPENED)
    ward.cured = True

    releases = [Resumption(delivery, 7, stream, author).release() for author in ("Basile", "Odile")]
    answers = await asyncio.gather(*releases, return_exceptions=True)

    assert await effects_of(db, stream) == [r.position for r in records]
    assert sorted(type(answer).__name__ for answer in answers) == ["NoneType", "NotFound"]
