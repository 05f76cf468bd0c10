"""Who relays which partition: session locks, counted so that relays share."""

from collections.abc import AsyncIterator, Callable, Collection, Sequence
from contextlib import asynccontextmanager
from typing import NamedTuple

import asyncpg
from sqlalchemy import make_url

_PATIENCE = 3.0  # seconds
_IDLE_TIMEOUT = "4s"

# Class 4243: one key for each partition and, after them, one that all relays hold: it counts them.
_BE_COUNTED = "select pg_advisory_lock_shared(4243, $1)"
_SITUATION = """
select (select count(*) from pg_locks
         where locktype = 'advisory' and granted and classid = 4243 and objid = $1::int::oid
           and database = (select oid from pg_database where datname = current_database())),
       array(select position from log.head order by partition)"""
_TAKE = """
select q from generate_series(0, $1 - 1) q
 where q <> all($2::int[]) and pg_try_advisory_lock(4243, q) limit $3"""
_GIVE_BACK = "select pg_advisory_unlock(4243, $1)"


class Situation(NamedTuple):
    relays: int
    heads: Sequence[int]


class Locks:
    """The one connection that holds them; idle for 4 s, as when frozen, it loses them all."""

    def __init__(self, connection: asyncpg.Connection, partitions: int) -> None:
        self._connection = connection
        self._partitions = partitions

    async def situation(self) -> Situation:
        """How many relays there are, and the last position of each partition."""
        return Situation(*await self._connection.fetchrow(_SITUATION, self._partitions))

    async def take(self, room: int, besides: Collection[int]) -> list[int]:
        """Take up to *room* partitions that nobody has."""
        lines = await self._connection.fetch(_TAKE, self._partitions, list(besides), room)
        return [partition for (partition,) in lines]

    async def give_back(self, partition: int) -> None:
        await self._connection.execute(_GIVE_BACK, partition)


@asynccontextmanager
async def open_locks(
    db_url: str, partitions: int, heard: Callable[[list[int]], None]
) -> AsyncIterator[Locks]:
    """Connect and be counted; *heard* is told of the partitions that others append to."""

    def notified(_connection: object, _pid: int, _channel: str, payload: str) -> None:
        heard([int(partition) for partition in payload.split(",")])

    connection = await asyncpg.connect(
        make_url(db_url).set(drivername="postgresql").render_as_string(hide_password=False),
        timeout=_PATIENCE,
        command_timeout=_PATIENCE,
        server_settings={"idle_session_timeout": _IDLE_TIMEOUT},
    )
    try:
        await connection.execute(_BE_COUNTED, partitions)
        await connection.add_listener("log", notified)
        yield Locks(connection, partitions)
    finally:
        connection.terminate()
