"""One rebuild: beside the live projection, followed as it goes on, compared, then put in place."""

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine
from sqlalchemy.pool import NullPool

from kit.rebuild import shadow
from kit.rebuild.projection import Projection
from kit.rebuild.shadow import Difference

AT_ONCE = 2  # partitions: one may wait for its database while the other reads
NEAR = 500  # events behind: few enough to be applied while the live one is held
ROUNDS = 10  # each leaves fewer behind, unless more come than can be followed
# One class of advisory locks for each use; this one lasts as long as its connection.
_ALONE = text("select pg_try_advisory_lock(4250, 0)")
# PostgreSQL looks each second whether we live: a killed rebuild holds nobody for longer.
_SETTINGS = {"jit": "off", "timezone": "UTC", "client_connection_check_interval": "1000"}
_MEMORY = text("set local work_mem = '256MB'")


class BusyError(RuntimeError):
    """Another rebuild is under way in this database."""


@dataclass(frozen=True)
class Comparison:
    """What a rebuild changes: the rows of each table, and figures before and after."""

    tables: Sequence[Difference]
    before: Mapping[str, tuple[int, int]]
    after: Mapping[str, tuple[int, int]]

    @property
    def same(self) -> bool:
        return not any(sum(table[1:]) for table in self.tables)


@asynccontextmanager
async def rebuilding(database_url: str, projection: Projection) -> AsyncIterator["Rebuild"]:
    """Be alone at rebuilding in this database; nothing is left behind, even of a killed rebuild."""
    db = create_async_engine(
        database_url,
        poolclass=NullPool,  # and no bounded wait: it takes the time it takes
        connect_args={"server_settings": _SETTINGS},
    )
    try:
        async with db.connect() as alone:
            await alone.execution_options(isolation_level="AUTOCOMMIT")
            if not await alone.scalar(_ALONE):
                raise BusyError
            async with db.begin() as tx:
                await shadow.create(tx, projection.tables)
            try:
                yield Rebuild(db, projection)
            finally:
                await alone.execute(shadow.DROP)
    finally:
        await projection.feed.close()
        await db.dispose()


class Rebuild:
    """A projection beside the live one."""

    def __init__(self, db: AsyncEngine, projection: Projection) -> None:
        self._db = db
        self._projection = projection
        self._feed = projection.feed
        self._reached: dict[int, int] = {}

    async def size(self) -> int:
        """How many events the live one has passed."""
        async with self._beside() as tx:
            return sum((await self._feed.positions(tx)).values())

    async def build(self, told: Callable[[int], None]) -> None:
        """Deduce it from the first event to about where the live one is.

        *told* hears of each number of events read.
        """
        async with self._beside() as tx:
            positions = await self._feed.positions(tx)
        turns = asyncio.Semaphore(AT_ONCE)

        async def build(partition: int) -> None:
            async with turns:
                if self._projection.fill:
                    await self._fill(partition, told)
                await self._approach(partition, positions[partition], told)

        try:
            async with asyncio.TaskGroup() as tasks:
                for partition in positions:
                    tasks.create_task(build(partition))
        except ExceptionGroup as group:
            raise group.exceptions[0] from None
        await self._come_near(told)

    async def compare(self) -> Comparison:
        """Say what it would change, both read at one instant and from the same events."""
        async with self._beside() as tx:
            await tx.execute(_MEMORY)
            await self._follow(tx, await self._feed.positions(tx))
            differences = [await shadow.compare(tx, table) for table in self._projection.tables]
            await tx.execute(shadow.LIVE_ONLY)
            before = await self._projection.figures(tx)
            await tx.execute(shadow.BESIDE)
            return Comparison(differences, before, await self._projection.figures(tx))

    async def replace(self) -> tuple[int, int]:
        """Put it in place of the live one, with all that came meanwhile.

        Return how many rows went, and how many came; one whose value changes is both.
        """
        await self._come_near(lambda _events: None)
        async with self._db.begin() as tx:
            await tx.execute(shadow.BESIDE)
            await tx.execute(_MEMORY)
            await self._follow(tx, await self._feed.positions(tx, hold=True))
            await shadow.lock(tx, self._projection.tables)
            return await shadow.replace(tx, self._projection.tables)

    async def _fill(self, partition: int, told: Callable[[int], None]) -> None:
        if self._projection.fill:
            async with self._beside() as tx:
                positions = await self._feed.positions(tx)
                told(await self._projection.fill(tx, partition))
            self._reached[partition] = positions[partition]

    async def _approach(self, partition: int, upto: int, told: Callable[[int], None]) -> None:
        """Go as far as *upto*, a page at a time, each durable by itself."""
        reached = self._reached.setdefault(partition, 0)
        while reached < upto:
            async with self._beside() as tx:
                reached = await self._page(tx, partition, reached, upto)
            told(reached - self._reached[partition])
            self._reached[partition] = reached

    async def _come_near(self, told: Callable[[int], None]) -> None:
        for _ in range(ROUNDS):
            async with self._beside() as tx:
                positions = await self._feed.positions(tx)
            if sum(positions.values()) - sum(self._reached.values()) <= NEAR:
                return
            for partition, upto in positions.items():
                await self._approach(partition, upto, told)

    async def _follow(self, tx: AsyncConnection, positions: Mapping[int, int]) -> None:
        """Go exactly as far as the live one, in the transaction that has seen where it is."""
        for partition, upto in positions.items():
            reached = self._reached[partition]
            while reached < upto:
                reached = await self._page(tx, partition, reached, upto)
            self._reached[partition] = reached

    async def _page(self, tx: AsyncConnection, partition: int, after: int, upto: int) -> int:
        records, reached = await self._feed.entries(tx, partition, after, upto)
        if records:
            await self._projection.apply(tx, records)
        return reached

    @asynccontextmanager
    async def _beside(self) -> AsyncIterator[AsyncConnection]:
        """A transaction that sees one instant, where the tables being rebuilt come first."""
        async with self._db.connect() as tx:
            await tx.execution_options(isolation_level="REPEATABLE READ")
            async with tx.begin():
                await tx.execute(shadow.BESIDE)
                yield tx
