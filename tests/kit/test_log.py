"""The log: what append promises, and what is read back."""

import asyncio
import json
import random
from collections.abc import AsyncIterator
from datetime import timedelta
from uuid import UUID, uuid4

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncEngine

from kit import clock, log
from kit.db import engine, is_bad_data
from kit.errors import IdentityError
from tests.conftest import Database
from tests.kit.events import NOON, SOURCE, Event, append, faults, stream_in


@pytest.fixture(scope="module")
def url(module_database: Database) -> str:
    return module_database("passerelle")


@pytest.fixture
async def db(url: str) -> AsyncIterator[AsyncEngine]:
    """One log for all these tests: each brings its own streams."""
    db = engine(url)
    yield db
    await db.dispose()


async def head(db: AsyncEngine) -> int:
    async with db.connect() as tx:
        return sum((await log.heads(tx))[1].values())


async def test_positions_and_versions_are_contiguous_however_many_append(db: AsyncEngine):
    streams = [uuid4() for _ in range(40)]
    dice = random.Random(7)

    async def client() -> int:
        stored = 0
        for _ in range(15):
            batch = [Event(subject=dice.choice(streams)) for _ in range(dice.randint(1, 12))]
            stored += len(await append(db, *batch))
        return stored

    before = await head(db)
    stored = sum(await asyncio.gather(*(client() for _ in range(5))))

    async with db.connect() as tx:
        histories = [await log.read(tx, stream) for stream in streams]
    assert await head(db) == before + stored
    assert sum(map(len, histories)) == stored
    for history in histories:
        assert [entry.version for entry in history] == list(range(1, len(history) + 1))
    assert await faults(db) == []


async def test_batches_that_share_ids_all_end_and_each_id_is_stored_once(db: AsyncEngine):
    """They hold different partitions, so that only the receipts make them wait for one another."""
    dice = random.Random(11)
    races = 12

    async def client(partition: int, ids: list[str]) -> list[log.Receipt]:
        batch = [Event(subject=stream_in(partition), id=id_) for id_ in dice.sample(ids, len(ids))]
        return await append(db, *batch)

    before = await head(db)
    for race in range(races):
        ids = [f"shared {race} {number}" for number in range(30)]
        clients = (client(partition, dice.sample(ids, 20)) for partition in range(5))
        answers = [one for answer in await asyncio.gather(*clients) for one in answer]
        stored = [(one.partition, one.position) for one in answers if one.status == "new"]
        assert {one.status for one in answers} == {"new", "duplicate"}
        assert {(one.partition, one.position) for one in answers} == set(stored)
        assert await head(db) == before + len(stored)
        before += len(stored)
    assert await faults(db) == []


async def test_a_stream_lives_in_one_partition_python_and_sql_agree(db: AsyncEngine):
    streams = [uuid4() for _ in range(300)] + [UUID(int=0), UUID(int=(1 << 128) - 1)]

    async with db.connect() as connection:
        placed = await connection.scalars(
            text("select log.partition_of(s) from unnest(cast(:s as uuid[])) s"), {"s": streams}
        )

    assert list(placed) == [log.partition_of(stream) for stream in streams]


async def test_the_same_event_again_is_a_duplicate_and_says_where_it_is(db: AsyncEngine):
    event = Event()

    [first] = await append(db, event, fingerprints=[b"one"])
    [again] = await append(db, event, fingerprints=[b"one"])
    [elsewhere] = await append(db, Event(id=event.id, subject=uuid4()), fingerprints=[b"one"])

    assert first.status == "new"
    assert again == elsewhere == first._replace(status="duplicate")


async def test_the_same_id_with_another_content_is_a_conflict(db: AsyncEngine):
    event = Event()
    [first] = await append(db, event, fingerprints=[b"one"])

    [other] = await append(db, event, fingerprints=[b"two"])

    assert other == first._replace(status="conflict")


async def test_once_erased_a_content_is_no_longer_compared(db: AsyncEngine):
    event = Event()
    await append(db, event, fingerprints=[b"one"])
    async with db.begin() as tx:
        erasure = text("update log.receipt set fingerprint = null where id = :id")
        await tx.execute(erasure, {"id": event.id})

    [other] = await append(db, event, fingerprints=[b"two"])

    assert other.status == "duplicate"


async def test_twins_of_a_batch_are_one_event(db: AsyncEngine):
    event, other = Event(), Event()

    receipts = await append(
        db, event, other, event, event, fingerprints=[b"one", b"other", b"one", b"two"]
    )

    assert [receipt.status for receipt in receipts] == ["new", "new", "duplicate", "conflict"]
    assert receipts[2].position == receipts[3].position == receipts[0].position


async def test_a_stale_expectation_writes_nothing_and_does_not_consume_the_id(db: AsyncEngine):
    stream = uuid4()
    await append(db, Event(subject=stream))
    late = Event(subject=stream)

    [stale] = await append(db, late, expected=[0])
    [fresh] = await append(db, late, expected=[1])

    assert (stale.status, stale.position, stale.version) == ("stale", None, 1)
    assert (fresh.status, fresh.version) == ("new", 2)


async def test_append_comes_once_in_a_transaction(db: AsyncEngine):
    async with db.begin() as tx:
        await log.append(tx, Event())
        with pytest.raises(DBAPIError, match="once per transaction"):
            await log.append(tx, Event())


async def test_nothing_to_append_is_nothing(db: AsyncEngine):
    assert await append(db) == []


async def test_what_postgresql_refuses_is_bad_data(db: AsyncEngine):
    for refused in (Event(data={"text": "\0"}), Event(source="\0")):
        with pytest.raises(DBAPIError) as refusal:
            await append(db, refused)
        assert is_bad_data(refusal.value)


@pytest.mark.parametrize(
    "violation",
    [
        "update log.entry set type = 'other'",
        "delete from log.entry",
        "truncate log.entry",
        "update log.entry_0 set type = 'other'",
        "delete from log.entry_11",
    ],
)
async def test_nothing_is_ever_updated_or_deleted(db: AsyncEngine, violation: str):
    await append(db, Event())

    with pytest.raises(DBAPIError, match="nothing is ever updated or deleted"):
        async with db.begin() as tx:
            await tx.execute(text(violation))


async def test_a_clock_that_steps_back_reorders_nothing(db: AsyncEngine):
    stream = uuid4()
    ahead = clock.now() + timedelta(hours=1)
    await append(db, Event(subject=stream))

    async with db.connect() as tx:
        await tx.execute(text("set local session_replication_role = replica"))
        backward = text("update log.entry set recorded_at = :ahead where stream = :stream")
        await tx.execute(backward, {"ahead": ahead, "stream": stream})
        await log.append(tx, Event(subject=stream))

        assert [entry.recorded_at for entry in await log.read(tx, stream)] == [ahead, ahead]


async def test_an_event_is_read_back_whole(db: AsyncEngine):
    event = Event(
        correlationid="c", causationid="d", traceparent="00-" + "1" * 32 + "-" + "2" * 16 + "-01"
    )
    [receipt] = await append(db, event)
    assert receipt.position

    async with db.connect() as tx:
        [entry] = await log.read(tx, event.subject)
        assert await log.find(tx, SOURCE, event.id) == entry
        assert await log.page(tx, receipt.partition, receipt.position - 1, 1) == [entry]
        assert await log.find(tx, SOURCE, "unknown") is None

    assert (entry.stream, entry.id, entry.happened_at) == (event.subject, event.id, NOON)
    assert (entry.correlation, entry.causation) == ("c", "d")
    assert entry.traceparent == event.traceparent
    assert "traceparent" not in json.loads(entry.body)
    assert json.loads(log.message(entry)) == json.loads(entry.body) | {
        "partition": receipt.partition,
        "position": receipt.position,
        "version": 1,
        "recordedtime": entry.recorded_at.isoformat().replace("+00:00", "Z"),
    }


async def test_a_page_follows_a_position(db: AsyncEngine):
    receipts = await append(db, *(Event(subject=stream_in(5)) for _ in range(7)))
    positions = [receipt.position or 0 for receipt in receipts]

    async with db.connect() as tx:
        page = await log.page(tx, 5, positions[1], 3)

    assert [entry.position for entry in page] == positions[2:5]


async def test_a_stream_is_read_as_it_was_known(db: AsyncEngine):
    stream = uuid4()
    await append(db, Event(subject=stream))
    known_at, version = await log.settle(db, stream)
    await append(db, Event(subject=stream))

    async with db.connect() as tx:
        assert len(await log.read(tx, stream)) == 2
        assert len(await log.read(tx, stream, known_at=known_at)) == version == 1
        assert len(await log.read(tx, stream, version=1)) == 1


async def test_a_settled_version_does_not_change_while_others_write(db: AsyncEngine):
    stream = uuid4()
    stop = asyncio.Event()

    async def write() -> None:
        while not stop.is_set():
            await append(db, *(Event(subject=stream) for _ in range(3)))

    writing = [asyncio.create_task(write()) for _ in range(2)]
    for _ in range(20):
        known_at, version = await log.settle(db, stream)
        async with db.connect() as tx:
            settled = await log.read(tx, stream, version=version)
            assert await log.read(tx, stream, known_at=known_at) == settled
        assert len(settled) == version
    stop.set()
    await asyncio.gather(*writing)


async def test_a_store_cut_otherwise_is_refused(db: AsyncEngine):
    with pytest.raises(IdentityError, match="has 12 partitions and this process expects 8"):
        await log.check_identity(db, 8)


async def test_a_topic_of_another_store_is_refused_one_from_before_a_restore_is_not(
    db: AsyncEngine,
):
    before = await log.check_identity(db)
    async with db.begin() as tx:
        await tx.execute(text("call log.begin_epoch()"))

    after = await log.check_identity(db, published=[before])

    assert after != before
    with pytest.raises(IdentityError, match="events of another log"):
        await log.check_identity(db, published=[uuid4()])


DAMAGES = {
    "hole before": "delete from log.entry where partition = 3 and position = 2",
    "recorded before its predecessor": "update log.entry set recorded_at = recorded_at"
    " - interval '1 day' where partition = 3 and position = 2",
    "version gap before": "update log.entry set version = 99 where partition = 3 and position = 2",
    "version against position": "update log.entry set version = case position when 1 then 2"
    " else 1 end, stream = '00000000-0000-4000-8000-000000000003'"
    " where partition = 3 and position in (1, 2)",
    "stream in a wrong partition": "update log.entry set stream ="
    " '00000000-0000-4000-8000-000000000000' where partition = 3 and position = 3",
    "entry without receipt": "delete from log.receipt where partition = 3 and position = 1",
    "receipt without entry": "insert into log.receipt values ('urn:x', '1', 3, 99999)",
    "cursor ahead of the head: x": "insert into log.cursor values ('x', 3, 99999)",
    "identity": "update log.identity set partitions = 11",
}


@pytest.mark.parametrize("fault", DAMAGES)
async def test_verify_finds_planted_damage(db: AsyncEngine, fault: str):
    await append(db, *(Event(subject=stream_in(3)) for _ in range(3)))
    assert await faults(db) == []

    async with db.connect() as tx:
        await tx.execute(text("set local session_replication_role = replica"))
        await tx.execute(text(DAMAGES[fault]))
        found = list(await tx.scalars(text("select fault from log.verify()")))

    assert fault in found
