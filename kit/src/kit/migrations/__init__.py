"""Alembic, run the same way for every database: forward only, alone, in one transaction."""

import secrets
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from importlib import import_module
from importlib.resources import files
from importlib.util import find_spec
from pathlib import Path
from typing import Any, cast

from alembic import command, context, op
from alembic.config import Config
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, make_url, text
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine
from sqlalchemy.pool import NullPool

# One class of advisory locks for each use: 4242 and 4243 are the log's.
_LOCK = text("select pg_advisory_xact_lock(4244, 0)")


def sql(name: str) -> str:
    """Return the text of one of kit's own SQL scripts, such as `log`."""
    return files("kit").joinpath(f"{name}.sql").read_text("utf-8")


def install(name: str) -> None:
    """Run one of kit's own SQL scripts: what a migration of a service calls."""
    # Alembic's own execute takes one statement at a time and reads `:word` as a parameter.
    connection = cast("Any", op.get_bind().connection.dbapi_connection)
    connection.run_async(lambda driver: driver.execute(sql(name)))


async def upgrade(database_url: str, service: str) -> None:
    """Bring a database to its last revision; a second process waits, then finds nothing to do."""
    await _run(database_url, _config(service), lambda config: command.upgrade(config, "head"))


async def check(server_url: str, service: str) -> None:
    """Raise if the tables of *service* are not what its migrations make of an empty database.

    The database is made for it, and dropped, on the server of *server_url*.
    """
    async with _scratch(server_url, service) as url:
        await _run(url, _config(service, compare=True), command.check)


async def revise(server_url: str, service: str, title: str) -> None:
    """Write the revision that leads from the migrations of *service* to its tables of today."""
    config = _config(service, compare=True)
    number = len(list(ScriptDirectory.from_config(config).walk_revisions())) + 1
    async with _scratch(server_url, service) as url:
        await _run(
            url,
            config,
            lambda config: command.revision(
                config, title, autogenerate=True, rev_id=f"{number:04}"
            ),
        )


def run_env(tables: str) -> None:
    """Do the work of an `env.py`; *tables* names the module whose `metadata` is the service's.

    It is imported only to be compared: an upgrade rests on the migrations alone. Only the schema
    `public` is compared: the others come from kit's scripts.
    """
    attributes = context.config.attributes
    context.configure(
        connection=attributes["connection"],
        target_metadata=import_module(tables).metadata if attributes["compare"] else None,
    )
    with context.begin_transaction():
        context.run_migrations()


def _config(service: str, *, compare: bool = False) -> Config:
    config = Config(attributes={"compare": compare})
    config.set_main_option("script_location", str(_folder(service)).replace("%", "%%"))
    config.set_main_option("file_template", "%%(rev)s_%%(slug)s")
    config.set_main_option("path_separator", "newline")
    return config


def _folder(service: str) -> Path:
    """Where the migrations are: beside the `src` of the service, as in the checkout."""
    if service == "access":
        return Path(__file__).with_name("access")
    found = find_spec(service)
    if found is None or found.origin is None:
        raise LookupError(f"No installed service is called {service!r}.")
    return Path(found.origin).parents[2] / "migrations"


async def _run(database_url: str, config: Config, work: Callable[[Config], object]) -> None:
    def with_connection(connection: Connection) -> None:
        config.attributes["connection"] = connection
        work(config)

    engine = _engine(database_url)
    try:
        async with engine.begin() as tx:
            await tx.execute(_LOCK)
            await tx.run_sync(with_connection)
    finally:
        await engine.dispose()


@asynccontextmanager
async def _scratch(server_url: str, service: str) -> AsyncIterator[str]:
    """Make a database at the last revision, and drop it afterwards."""
    name = f"{service}_{secrets.token_hex(4)}"
    server = _engine(server_url).execution_options(isolation_level="AUTOCOMMIT")
    try:
        async with server.connect() as connection:
            await connection.execute(text(f"create database {name}"))
            try:
                url = make_url(server_url).set(database=name).render_as_string(hide_password=False)
                await upgrade(url, service)
                yield url
            finally:
                await connection.execute(text(f"drop database {name} with (force)"))
    finally:
        await server.dispose()


def _engine(url: str) -> AsyncEngine:
    # No bounded wait: a migration takes the time it takes.
    return create_async_engine(url, poolclass=NullPool)
