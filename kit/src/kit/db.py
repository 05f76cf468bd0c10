"""PostgreSQL: small pools, bounded waits, and what an error of the database means."""

from typing import Annotated

import asyncpg
from fastapi import Depends, Request
from sqlalchemy import event
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.exc import DBAPIError, DisconnectionError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine

_POOL_TIMEOUT = 1
_CONNECT_TIMEOUT = 2
_COMMAND_TIMEOUT = 3
_CLOSE_TIMEOUT = 0.5
_OUTAGE = {"08", "40", "53", "57"}
_BAD_DATA = {"22", "23"}


class _Connection(asyncpg.Connection):  # type: ignore[misc]  # asyncpg has no types
    async def close(self, *, timeout: float | None = None) -> None:  # noqa: ARG002, ASYNC109
        """Say goodbye briefly: a frozen server would make a failed request wait for it."""
        await super().close(timeout=_CLOSE_TIMEOUT)


def engine(url: str, *, pool: int = 5, **settings: str) -> AsyncEngine:
    """Make a pool whose every wait is bounded: PostgreSQL stopped or frozen is known within 5 s.

    A connection that PostgreSQL closed while nobody used it is replaced, not handed out.
    *settings* are PostgreSQL's own, for each connection.
    """
    made = create_async_engine(
        url,
        pool_size=pool,
        max_overflow=0,
        pool_timeout=_POOL_TIMEOUT,
        connect_args={
            "connection_class": _Connection,
            "timeout": _CONNECT_TIMEOUT,
            "command_timeout": _COMMAND_TIMEOUT,
            "server_settings": {"jit": "off", "timezone": "UTC", **settings},
        },
    )
    event.listen(made.sync_engine, "checkout", _replace_if_closed)
    return made


def _replace_if_closed(connection: DBAPIConnection, *_: object) -> None:
    """Know it from its own end of the wire: a question to the server would cost a round trip."""
    if connection.driver_connection.is_closed():
        raise DisconnectionError


async def _database(request: Request) -> AsyncEngine:
    db: AsyncEngine = request.app.state.db
    return db


Database = Annotated[AsyncEngine, Depends(_database)]


def sqlstate(error: BaseException) -> str | None:
    """The five characters by which PostgreSQL names what happened, if it said anything."""
    cause = error.orig if isinstance(error, DBAPIError) else error
    return getattr(cause, "sqlstate", None) or getattr(cause, "pgcode", None)


def is_outage(error: BaseException) -> bool:
    """Whether the same call may succeed later: no connection, no answer, or a victim of others."""
    state = sqlstate(error)
    if state is not None:
        return state[:2] in _OUTAGE
    if isinstance(error, DBAPIError):
        return error.connection_invalidated or isinstance(error.orig, OSError | TimeoutError)
    return isinstance(error, OSError | TimeoutError | PoolTimeout)


def is_bad_data(error: BaseException) -> bool:
    """Whether PostgreSQL refuses the values themselves, today and tomorrow."""
    return (sqlstate(error) or "")[:2] in _BAD_DATA
