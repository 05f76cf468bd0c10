"""What an operator does by the internal routes of a service, from another one."""

from collections.abc import AsyncIterator, Callable, Sequence
from uuid import UUID, uuid4

import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from kit.consumer import Consumer, Reader, Record
from kit.errors import Unavailable
from kit.operations import Operations, SilentError
from kit.run import Service
from tests.kit.http_parts import SERVICE_KEY, a_client, a_service, served_here
from tests.kit.reading import (
    HAPPENED,
    POISON,
    READER,
    Event,
    LogSource,
    a_delivery,
    a_stream,
    an_empty_log,
    an_empty_reader,
    apply,
    deliver,
    effects_of,
    write,
)

NOWHERE = "http://127.0.0.1:1"


@pytest.fixture(scope="module")
def urls(module_database: Callable[[str], str]) -> tuple[str, str]:
    return module_database("suivi"), module_database("indicateurs")


class Ward:
    """A service that reads a log, and refuses what it is told to."""

    def __init__(self, source: LogSource, db: AsyncEngine) -> None:
        self.source = source
        self.db = db
        self.refused = {POISON}
        self.away = False

    async def apply(self, tx: AsyncConnection, records: Sequence[Record]) -> None:
        if self.away:
            raise Unavailable
        for record in records:
            if record.type in self.refused:
                raise ValueError(record.type)
        await apply(tx, [record._replace(type=HAPPENED) for record in records])

    async def fall_ill(self, *types: str) -> UUID:
        """A stream of events of these types, delivered."""
        stream = a_stream(4)
        records = await write(self.source.db, *(Event(stream, type=each) for each in types))
        await deliver(await a_delivery(self.db, self.source, self.apply), records)
        return stream


@pytest.fixture
async def ward(urls: tuple[str, str]) -> AsyncIterator[Ward]:
    async with an_empty_log(urls[0]) as source, an_empty_reader(urls[1]) as db:
        yield Ward(source, db)


@pytest.fixture
async def operations(ward: Ward, urls: tuple[str, str]) -> AsyncIterator[Operations]:
    """Two services: that one, and one which does not answer."""
    consumer = Consumer(
        name=READER.consumer,
        log=READER.log,
        topic="test.events",
        db=ward.db,
        source=ward.source,
        apply=ward.apply,
        dead_letters="test.dead-letters",
        known_types=None,
    )
    app = a_service(db=urls[1])
    Service(http=app, consumers=[consumer])
    async with served_here(app) as url:
        yield Operations({"reader": url, "absent": NOWHERE}, SERVICE_KEY)
    for each in app.state.databases:
        await each.dispose()


async def test_each_service_tells_what_is_set_aside_and_how_far_it_is(
    ward: Ward, operations: Operations
):
    stream = await ward.fall_ill(HAPPENED, POISON, HAPPENED, HAPPENED)
    await write(ward.source.db, Event(a_stream(4)), Event(a_stream(4)))

    states = await operations.states()

    assert states["absent"] is None
    state = states["reader"]
    assert state
    [mark] = state.set_aside
    assert (mark.stream, mark.first_position, mark.type, mark.waiting) == (stream, 2, POISON, 2)
    assert [(r.reason, r.streams) for r in state.reasons] == [(mark.reason, 1)]
    [reading] = state.readings
    assert reading.reader == READER
    assert reading.lags
    late = {lag.partition: lag for lag in reading.lags if lag.behind}
    assert late.keys() == {4}
    assert late[4].behind == 2
    assert late[4].since is not None
    assert state.sendings == []


async def test_a_stream_is_released_or_blocks_again_and_it_is_kept_who_asked(
    ward: Ward, operations: Operations
):
    stream = await ward.fall_ill(POISON, HAPPENED)

    [blocked] = await operations.release("reader", READER, "Basile", stream=stream)
    ward.refused.clear()
    [released] = await operations.release("reader", READER, "Odile", stream=stream)
    [gone] = await operations.release("reader", READER, "Odile", stream=stream)

    assert blocked.status == "blocked"
    assert blocked.blocked
    assert blocked.blocked.first_position == 1
    assert (released.status, gone.status) == ("released", "gone")
    assert await effects_of(ward.db, stream) == [1, 2]
    state = (await operations.states())["reader"]
    assert state
    assert [(d.author, d.decision, d.why) for d in state.decisions] == [
        ("Odile", "release", None),
        ("Basile", "release", None),
    ]


async def test_all_those_of_one_reason_are_released_each_with_its_own_result(
    ward: Ward, operations: Operations
):
    ill = [await ward.fall_ill(POISON) for _ in range(3)]
    ward.refused.add("test.worse")
    ill += [await ward.fall_ill(POISON, "test.worse")]
    async with ward.db.begin() as tx:
        await tx.execute(
            text("update consumer.set_aside set reason = 'another' where stream = :stream"),
            {"stream": ill[0]},
        )
    state = (await operations.states())["reader"]
    assert state
    [reason] = [each.reason for each in state.reasons if each.reason != "another"]
    ward.refused.discard(POISON)

    outcomes = await operations.release("reader", READER, "Basile", reason=reason)
    rest = await operations.release("reader", READER, "Basile")

    assert [(outcome.stream, outcome.status) for outcome in outcomes] == [
        (ill[1], "released"),
        (ill[2], "released"),
        (ill[3], "blocked"),
    ]
    assert [(o.stream, o.status) for o in rest] == [(ill[0], "released"), (ill[3], "blocked")]


async def test_an_outage_ends_a_release_of_many(ward: Ward, operations: Operations):
    ill = [await ward.fall_ill(POISON) for _ in range(3)]
    ward.away = True

    outcomes = await operations.release("reader", READER, "Basile")

    assert [(outcome.stream, outcome.status) for outcome in outcomes] == [(ill[0], "unavailable")]


async def test_a_skip_says_why_and_only_of_the_event_that_blocks(
    ward: Ward, operations: Operations
):
    stream = await ward.fall_ill(HAPPENED, POISON, HAPPENED)

    early = await operations.skip(
        "reader", READER, "Basile", stream=stream, position=3, why="too early"
    )
    done = await operations.skip(
        "reader", READER, "Basile", stream=stream, position=2, why="a trial"
    )

    assert (early.status, done.status) == ("gone", "released")
    assert await effects_of(ward.db, stream) == [1, 3]
    state = (await operations.states())["reader"]
    assert state
    assert ("skip", 2, "a trial") in [(d.decision, d.position, d.why) for d in state.decisions]


async def test_what_does_not_answer_is_silent(operations: Operations):
    for service, reader in (("absent", READER), ("reader", Reader("nobody", "nothing"))):
        with pytest.raises(SilentError):
            await operations.release(service, reader, "Basile", stream=uuid4())


async def test_a_log_that_does_not_tell_its_heads_leaves_the_lag_unknown(
    ward: Ward, operations: Operations, monkeypatch: pytest.MonkeyPatch
):
    async def heads(_self: LogSource) -> tuple[UUID, dict[int, int]]:
        raise Unavailable

    monkeypatch.setattr(LogSource, "heads", heads)

    state = (await operations.states())["reader"]

    assert state
    assert [reading.lags for reading in state.readings] == [None]


async def test_the_owner_of_a_log_tells_what_its_relays_have_to_send(urls: tuple[str, str]):
    async with an_empty_log(urls[0]) as source:
        await write(source.db, *(Event(a_stream(4)) for _ in range(3)))
        async with source.db.begin() as tx:
            await tx.execute(
                text("insert into log.cursor values ('writer', 4, 1), ('writer', 5, 0)")
            )
        app = a_service(db=urls[0], log=True)
        async with served_here(app) as url:
            state = (await Operations({"writer": url}, SERVICE_KEY).states())["writer"]
        for each in app.state.databases:
            await each.dispose()

    assert state
    [sending] = state.sendings
    behind = {lag.partition: (lag.behind, lag.since is not None) for lag in sending.lags}
    assert (sending.relay, behind[4]) == ("writer", (2, True))


@pytest.mark.parametrize("path", ["", "/relacher", "/passer"])
async def test_only_our_own_services_come_in(path: str):
    async with a_client(a_service()) as client:
        address = f"/interne/exploitation{path}"
        answer = await (client.post(address, json={}) if path else client.get(address))

    assert answer.status_code == 401
