"""PostgreSQL that answers, refuses, or says nothing: what a request gets, and how soon."""

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncEngine

from deploy.embedded.postgresql import Postgresql
from kit.db import engine, is_bad_data, is_outage
from tests.kit.frozen import frozen


@pytest.fixture
async def db(postgresql: Postgresql) -> AsyncIterator[AsyncEngine]:
    db = engine(postgresql.database_url("postgres"))
    yield db
    await db.dispose()


async def ask(db: AsyncEngine) -> int:
    async with db.connect() as connection:
        return int((await connection.scalars(text("select 42"))).one())


async def failures(*asked: Awaitable[object]) -> list[BaseException]:
    """All of them fail, each within 5 s."""

    async def timed(one: Awaitable[object]) -> BaseException:
        began = time.monotonic()
        with pytest.raises(Exception) as failure:  # noqa: PT011 - whatever it is, it is classified
            await one
        assert time.monotonic() - began < 5
        return failure.value

    return await asyncio.gather(*map(timed, asked))


async def test_a_stopped_postgresql_is_an_outage_and_once_back_it_serves(
    postgresql: Postgresql, db: AsyncEngine
):
    assert await ask(db) == 42
    postgresql.stop()
    try:
        errors = await failures(*(ask(db) for _ in range(12)))
    finally:
        postgresql.start()

    assert all(map(is_outage, errors))
    assert await ask(db) == 42


async def test_a_restart_that_nobody_saw_costs_no_request(postgresql: Postgresql, db: AsyncEngine):
    assert await asyncio.gather(*(ask(db) for _ in range(5))) == [42] * 5
    postgresql.execute(
        "select pg_terminate_backend(pid) from pg_stat_activity"
        " where backend_type = 'client backend' and pid <> pg_backend_pid()"
    )
    await asyncio.sleep(0.5)  # as long as it takes to hear of it

    assert await asyncio.gather(*(ask(db) for _ in range(5))) == [42] * 5


async def test_a_frozen_postgresql_is_an_outage_within_5_seconds_wherever_it_is_met(
    postgresql: Postgresql, db: AsyncEngine
):
    freezing = asyncio.Event()

    async def ask_again() -> None:
        async with db.connect() as connection:
            await connection.execute(text("create temp table met (a int)"))
            await freezing.wait()
            await connection.execute(text("select 1"))

    async def commit() -> None:
        async with db.connect() as connection:
            await connection.execute(text("create temp table met (a int)"))
            await freezing.wait()
            await connection.commit()

    pending = [asyncio.create_task(ask_again()), asyncio.create_task(commit())]
    await asyncio.sleep(0.3)
    with frozen(postgresql):
        freezing.set()
        errors = await failures(*pending, *(ask(db) for _ in range(8)))

    assert all(map(is_outage, errors))
    assert await ask(db) == 42


@pytest.mark.parametrize(
    ("statement", "meaning"),
    [
        ("select pg_terminate_backend(pg_backend_pid())", {is_outage}),
        ("select 1/0", {is_bad_data}),
        ("select '2026-13-01'::date", {is_bad_data}),
        ("do $$ begin raise exception using errcode = '40001'; end $$", {is_outage}),
        ("do $$ begin raise exception using errcode = '53300'; end $$", {is_outage}),
        ("do $$ begin raise exception using errcode = '23505'; end $$", {is_bad_data}),
        ("select nothing", set()),
    ],
)
async def test_an_error_tells_whether_to_wait_or_to_correct(
    db: AsyncEngine, statement: str, meaning: set[Callable[[BaseException], bool]]
):
    with pytest.raises(DBAPIError) as error:
        async with db.connect() as connection:
            await connection.execute(text(statement))

    assert {means for means in (is_outage, is_bad_data) if means(error.value)} == meaning
