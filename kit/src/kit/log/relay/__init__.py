"""From the log to its Kafka topic: at least once, and in the order of each partition."""

import asyncio
from collections.abc import AsyncIterator, Iterable, Iterator, Mapping
from contextlib import asynccontextmanager, suppress
from math import ceil
from uuid import UUID

import structlog
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from kit.broker import create_topics, last_headers
from kit.db import engine
from kit.errors import IdentityError
from kit.log.relay.locks import Locks, open_locks
from kit.log.relay.publisher import Publisher, open_publisher
from kit.log.store import P, check_identity, page
from kit.observability import describe

# Seconds. A frozen relay loses its locks in 4 s and is replaced a tick later: in less than 5 s.
_TICK = 0.25
_PAUSE = 1.0
_FINISH = 3.0
_PAGE = 500

_CREATE_CURSORS = text(
    "insert into log.cursor (consumer, partition)"
    " select :name, partition from log.head on conflict do nothing"
)
_CURSOR = text("select position from log.cursor where consumer = :name and partition = :partition")
_MOVE = text(
    "update log.cursor set position = :new"
    " where consumer = :name and partition = :partition and position = :old"
)

_log = structlog.get_logger(__name__)


class Relay:
    """Publishes a log. Any number of processes may run one: they share its partitions.

    A dead or frozen process is replaced within 5 s. What it may still send afterwards repeats old
    positions, which readers drop.
    """

    def __init__(self, db_url: str, topic: str, kafka: str, name: str) -> None:
        self._db_url = db_url
        self._topic = topic
        self._kafka = kafka
        self._name = name
        self._held: dict[int, _Held] = {}

    async def run(self) -> None:
        """Publish until cancelled; when anything breaks, start again from what is stored."""
        while True:
            try:
                await self._live()
            except IdentityError:
                raise
            except Exception as error:  # noqa: BLE001 - nothing is lost by starting again
                cause = error.exceptions[0] if isinstance(error, ExceptionGroup) else error
                _log.warning("relay interrupted", topic=self._topic, error=describe(cause))
            await asyncio.sleep(_PAUSE)

    async def _live(self) -> None:
        async with self._database() as db:
            epoch = await self._introduce(db)
            async with (
                open_publisher(self._kafka, self._topic, epoch) as publisher,
                open_locks(self._db_url, P, self._heard) as locks,
                asyncio.TaskGroup() as tasks,
            ):
                self._held.clear()
                try:
                    while True:
                        for held in await self._share(locks):
                            publishing = self._publish(held, db, publisher)
                            held.publishing = tasks.create_task(publishing)
                        await asyncio.sleep(_TICK)
                except asyncio.CancelledError:
                    await self._finish()
                    raise

    @asynccontextmanager
    async def _database(self) -> AsyncIterator[AsyncEngine]:
        # A lost move of a cursor repeats messages and no more: no need to wait for the disk.
        db = engine(self._db_url, pool=2, synchronous_commit="off")
        try:
            yield db.execution_options(isolation_level="AUTOCOMMIT")
        finally:
            await db.dispose()

    async def _introduce(self, db: AsyncEngine) -> str:
        """Make sure that this process, its store and its topic belong together."""
        await check_identity(db)
        await create_topics(self._kafka, {self._topic: P})
        last = await last_headers(self._kafka, self._topic, range(P))
        epoch = await check_identity(db, published=list(_epochs(last)))
        async with db.connect() as connection:
            await connection.execute(_CREATE_CURSORS, {"name": self._name})
        return str(epoch)

    async def _share(self, locks: Locks) -> list["_Held"]:
        """Hold no more than one's share; wake what was not heard; answer the newly held."""
        relays, heads = await locks.situation()
        for held in list(self._held.values()):
            if held.publishing.done():
                await locks.give_back(held.partition)
                del self._held[held.partition]
            elif heads[held.partition] > held.position:
                held.news.set()
        share = ceil(P / relays)
        for held in list(self._held.values())[share:]:
            held.leave()
        taken: list[_Held] = []
        if len(self._held) < share:
            room = share - len(self._held)
            taken = [_Held(partition) for partition in await locks.take(room, self._held)]
            self._held.update({held.partition: held for held in taken})
        return taken

    def _heard(self, partitions: list[int]) -> None:
        for partition in partitions:
            if partition in self._held:
                self._held[partition].news.set()

    async def _publish(self, held: "_Held", db: AsyncEngine, publisher: Publisher) -> None:
        place = {"name": self._name, "partition": held.partition}
        async with db.connect() as tx:
            held.position = (await tx.execute(_CURSOR, place)).scalar_one()
        while not held.leaving:
            held.news.clear()
            async with db.connect() as tx:
                entries = await page(tx, held.partition, held.position, _PAGE)
            if entries:
                acknowledged, failure = await publisher.send(held.partition, entries)
                if acknowledged:
                    move = {**place, "old": held.position, "new": acknowledged}
                    async with db.connect() as tx:
                        if (await tx.execute(_MOVE, move)).rowcount != 1:
                            raise _SupersededError
                    held.position = acknowledged
                if failure:
                    raise failure
            if len(entries) < _PAGE:
                await held.news.wait()

    async def _finish(self) -> None:
        """Let each partition end the page it is sending, within a bound."""
        for held in self._held.values():
            held.leave()
        if self._held:
            publishing = [held.publishing for held in self._held.values()]
            await asyncio.wait(publishing, timeout=_FINISH)


class _Held:
    """A partition whose lock is ours, and how far it is published."""

    publishing: asyncio.Task[None]

    def __init__(self, partition: int) -> None:
        self.partition = partition
        self.position = 0
        self.news = asyncio.Event()
        self.leaving = False

    def leave(self) -> None:
        self.leaving = True
        self.news.set()


def _epochs(last: Iterable[Mapping[str, bytes]]) -> Iterator[UUID]:
    for headers in last:
        # What others write there is the readers' concern: they set it aside.
        with suppress(KeyError, ValueError):
            yield UUID(headers["epoch"].decode())


class _SupersededError(Exception):
    """Another relay moved the cursor: this one had lost its lock without knowing."""
