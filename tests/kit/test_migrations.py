"""Migrations: what they make of an empty database, alone and once."""

import asyncio
from collections.abc import Iterator

import pytest
from alembic.util import CommandError
from sqlalchemy import Column, Integer, MetaData, Table, text

from deploy.embedded.postgresql import Postgresql
from kit import migrations
from kit.db import engine


@pytest.fixture
def empty(postgresql: Postgresql) -> Iterator[str]:
    postgresql.execute("create database empty")
    yield postgresql.database_url("empty")
    postgresql.execute("drop database empty with (force)")


async def test_processes_that_migrate_at_once_do_it_once(empty: str):
    await asyncio.gather(*(migrations.upgrade(empty, "indicateurs") for _ in range(4)))

    db = engine(empty)
    async with db.connect() as connection:
        assert await connection.scalar(text("select count(*) from alembic_version")) == 1
        assert await connection.scalar(text("select count(*) from consumer.cursor")) == 0
    await db.dispose()


async def test_a_failed_migration_leaves_nothing(empty: str, monkeypatch: pytest.MonkeyPatch):
    log = migrations.sql("log")
    monkeypatch.setattr(migrations, "sql", lambda name: log if name == "log" else "select nothing")

    with pytest.raises(Exception, match="nothing"):
        await migrations.upgrade(empty, "passerelle")

    db = engine(empty)
    async with db.connect() as connection:
        assert await connection.scalar(text("select to_regclass('log.entry')")) is None
    await db.dispose()


async def test_tables_and_migrations_agree(postgresql: Postgresql):
    await migrations.check(postgresql.database_url("postgres"), "access")


async def test_a_table_without_migration_is_told(
    postgresql: Postgresql, monkeypatch: pytest.MonkeyPatch
):
    metadata = MetaData()
    Table("forgotten", metadata, Column("id", Integer, primary_key=True))
    monkeypatch.setattr("kit.access.metadata", metadata)

    with pytest.raises(CommandError, match="forgotten"):
        await migrations.check(postgresql.database_url("postgres"), "access")


async def test_an_unknown_service_is_named(postgresql: Postgresql):
    with pytest.raises(LookupError, match="'unknown'"):
        await migrations.upgrade(postgresql.database_url("postgres"), "unknown")
