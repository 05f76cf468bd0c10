"""Group commit: those who wait share one transaction, and nobody pays for another."""

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Self

import pytest
from sqlalchemy import make_url, text
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from deploy.embedded.postgresql import Postgresql
from kit import log
from kit.db import engine
from kit.errors import Invalid, Unavailable
from kit.log import CloudEvent, Receipt, Writer
from kit.log import writer as writing
from tests.conftest import Database
from tests.kit.events import Event, append, faults, stream_in, until
from tests.kit.frozen import frozen

Appended = list[tuple[CloudEvent, Receipt]]
REFUSED = {"text": "\0"}


@pytest.fixture(scope="module")
def url(module_database: Database) -> str:
    return module_database("passerelle")


@pytest.fixture
async def db(url: str) -> AsyncIterator[AsyncEngine]:
    db = engine(url)
    yield db
    await db.dispose()


@pytest.fixture
async def writer(db: AsyncEngine) -> AsyncIterator[Writer]:
    async with running(Writer(db)) as writer:
        yield writer


@asynccontextmanager
async def running(writer: Writer) -> AsyncIterator[Writer]:
    writer.start()
    yield writer
    await writer.stop()


@asynccontextmanager
async def held_up(db: AsyncEngine) -> AsyncIterator[None]:
    """Keep all appends waiting."""
    async with db.begin() as tx:
        await tx.execute(
            text("select pg_advisory_xact_lock(4242, q) from generate_series(0, 11) q")
        )
        yield


async def test_those_who_wait_share_a_transaction(db: AsyncEngine, url: str):
    database = make_url(url).database

    async def transactions() -> int:
        counted = text("select xact_commit from pg_stat_database where datname = :name")
        async with db.connect() as tx:
            await tx.execute(text("select pg_stat_force_next_flush()"))
            return (await tx.scalars(counted, {"name": database})).one()

    appending = engine(url)
    async with running(Writer(appending)) as writer:
        await writer.submit(Event())
        before = await transactions()

        async def client() -> None:
            for _ in range(20):
                assert (await writer.submit(Event())).status == "new"

        await asyncio.gather(*(client() for _ in range(64)))
    # A connection that ends reports all it did.
    await appending.dispose()
    await asyncio.sleep(0.3)

    assert 0 < await transactions() - before < 64 * 20 / 10


async def test_one_bad_row_among_64_is_refused_alone(writer: Writer, db: AsyncEngine):
    events = [Event(data=REFUSED if rank == 17 else {}) for rank in range(64)]

    answers = await asyncio.gather(*map(writer.submit, events), return_exceptions=True)

    assert isinstance(answers.pop(17), Invalid)
    assert {answer.status for answer in answers if isinstance(answer, Receipt)} == {"new"}
    assert len(answers) == 63
    assert await faults(db) == []


async def test_a_batch_joins_those_who_wait_and_each_of_its_rows_is_answered(writer: Writer):
    event = Event()
    batch = [event, Event(data=REFUSED), event, Event()]

    alone, answers = await asyncio.gather(
        writer.submit(Event()), writer.submit_many(batch, [b"a", None, b"b", None], [None] * 4)
    )

    assert alone.status == "new"
    assert isinstance(answers.pop(1), Invalid)
    assert [getattr(answer, "status", None) for answer in answers] == ["new", "conflict", "new"]
    assert await writer.submit_many([], [], []) == []


async def test_a_batch_larger_than_a_transaction_is_answered_whole(writer: Writer):
    none = [None] * 1201
    answers = await writer.submit_many([Event() for _ in range(1201)], none, none)

    assert len(answers) == 1201
    assert all(isinstance(answer, Receipt) for answer in answers)


async def test_a_stale_expectation_is_answered_to_whoever_had_it(writer: Writer):
    event = Event()

    receipts = await asyncio.gather(
        writer.submit(event, expected=0), writer.submit(Event(subject=event.subject), expected=0)
    )

    assert sorted(receipt.status for receipt in receipts) == ["new", "stale"]


async def test_who_hangs_up_cancels_nobody_else(writer: Writer, db: AsyncEngine):
    async with held_up(db):
        first = asyncio.create_task(writer.submit(Event()))
        await asyncio.sleep(0.1)
        leaving, staying = (asyncio.create_task(writer.submit(Event())) for _ in range(2))
        await asyncio.sleep(0.1)
        first.cancel()
        leaving.cancel()

    assert (await staying).status == "new"
    assert (await writer.submit(Event())).status == "new"


async def test_what_the_caller_adds_is_in_the_same_transaction(db: AsyncEngine):
    async with db.begin() as tx:
        await tx.execute(text("create table named (id text primary key, check (id <> 'refused'))"))

    async def name(tx: AsyncConnection, appended: Appended) -> None:
        for event, receipt in appended:
            assert receipt.status == "new"
            await tx.execute(text("insert into named values (:id)"), {"id": event.id})

    async with running(Writer(db, name)) as writer:
        answers = await asyncio.gather(
            *(writer.submit(Event(id=id_)) for id_ in ("kept", "refused", "kept too")),
            return_exceptions=True,
        )

    assert isinstance(answers[1], Invalid)
    async with db.connect() as tx:
        assert set(await tx.scalars(text("select id from named"))) == {"kept", "kept too"}
        assert await log.find(tx, Event().source, "refused") is None


async def test_a_mistake_of_the_caller_reaches_the_one_who_made_it(db: AsyncEngine):
    async def mistaken(_tx: AsyncConnection, appended: Appended) -> None:
        if any(event.id == "unexpected" for event, _ in appended):
            raise ZeroDivisionError

    async with running(Writer(db, mistaken)) as writer:
        good, bad = await asyncio.gather(
            writer.submit(Event()), writer.submit(Event(id="unexpected")), return_exceptions=True
        )

    assert isinstance(good, Receipt)
    assert isinstance(bad, ZeroDivisionError)


async def test_a_connection_lost_before_the_commit_is_tried_again(db: AsyncEngine):
    lost = []

    async def lose(tx: AsyncConnection, _appended: Appended) -> None:
        if not lost:
            lost.append(1)
            await tx.execute(text("select pg_terminate_backend(pg_backend_pid())"))

    async with running(Writer(db, lose)) as writer:
        receipt = await writer.submit(Event())

    assert receipt.status == "new"
    assert lost


class Gate:
    """A way to PostgreSQL that can cut a connection between its COMMIT and the answer."""

    def __init__(self, url: str) -> None:
        self._target = make_url(url)
        self._cut = False
        self.armed = False

    async def __aenter__(self) -> Self:
        self._server = await asyncio.start_server(self._pass, "127.0.0.1", 0)
        host, port = self._server.sockets[0].getsockname()
        self.url = self._target.set(host=host, port=port).render_as_string(hide_password=False)
        return self

    async def __aexit__(self, *_: object) -> None:
        self._server.close()

    async def _pass(self, client: asyncio.StreamReader, back: asyncio.StreamWriter) -> None:
        assert self._target.host
        server, forth = await asyncio.open_connection(self._target.host, self._target.port)

        async def answers() -> None:
            while data := await server.read(65536):
                if not self._cut:
                    back.write(data)

        answering = asyncio.create_task(answers())
        while data := await client.read(65536):
            self._cut |= self.armed and b"COMMIT" in data
            forth.write(data)
            if self._cut:
                # The time that the commit takes: what is lost is its answer.
                await asyncio.sleep(0.2)
                break
        for end in (back, forth):
            end.close()
        await answering


async def test_a_connection_lost_during_the_commit_is_unavailable_and_resent_a_duplicate(
    url: str, writer: Writer
):
    event = Event()
    async with Gate(url) as gate:
        cut = engine(gate.url)
        async with running(Writer(cut)) as through_the_gate:
            await through_the_gate.submit(Event())
            gate.armed = True
            with pytest.raises(Unavailable):
                await through_the_gate.submit(event)
        await cut.dispose()

    assert (await writer.submit(event)).status == "duplicate"


async def test_the_line_is_bounded(
    writer: Writer, db: AsyncEngine, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(writing, "LINE", 3)
    async with held_up(db):
        first = asyncio.create_task(writer.submit(Event()))
        await asyncio.sleep(0.1)
        waiting = [asyncio.create_task(writer.submit(Event())) for _ in range(3)]
        await asyncio.sleep(0.1)

        with pytest.raises(Unavailable) as refusal:
            await writer.submit(Event())

    assert refusal.value.retry_after > 0
    assert {receipt.status for receipt in await asyncio.gather(first, *waiting)} == {"new"}


async def test_a_stop_finishes_what_waits_and_takes_no_more(db: AsyncEngine):
    writer = Writer(db)
    writer.start()
    waiting = [asyncio.create_task(writer.submit(Event())) for _ in range(700)]
    await asyncio.sleep(0)

    await writer.stop()

    assert {receipt.status for receipt in await asyncio.gather(*waiting)} == {"new"}
    with pytest.raises(Unavailable):
        await writer.submit(Event())


async def test_a_frozen_postgresql_is_said_within_5_seconds_and_forgotten_after(
    postgresql: Postgresql, writer: Writer, db: AsyncEngine
):
    await append(db, Event(subject=stream_in(0)))
    began = time.monotonic()
    with frozen(postgresql):
        answers = await asyncio.gather(
            *(writer.submit(Event()) for _ in range(64)), return_exceptions=True
        )

    assert {type(answer) for answer in answers} == {Unavailable}
    assert time.monotonic() - began < 5

    async def served() -> bool:
        try:
            return (await writer.submit(Event())).status == "new"
        except Unavailable:
            return False

    await until(served)
    assert await faults(db) == []
