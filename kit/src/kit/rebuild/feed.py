"""Where the events of a projection come from, and how far the live one has gone."""

from collections.abc import Awaitable, Callable, Container, Mapping
from typing import Protocol
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from kit import log
from kit.consumer import Record, Source, store
from kit.consumer.store import Reader

Kept = Callable[[AsyncConnection, int, int, int], Awaitable[list[Record]]]
"""A service's own copy of the log: partition, after, limit; what it has not kept is left out."""

_SKIPPED = text(
    "select stream, position from consumer.decision"
    " where consumer = :consumer and log = :log and decision = 'skip'"
)
_HOLD = text(
    "select pg_advisory_xact_lock(4242, p) from unnest(cast(:partitions as int[])) p order by p"
)


class SupersededError(RuntimeError):
    """What was rebuilt rests on what is no longer so: it is to be done again."""


class Feed(Protocol):
    """The events that a live projection has taken, partition by partition."""

    async def positions(self, tx: AsyncConnection, *, hold: bool = False) -> dict[int, int]:
        """Return how far the live one is; with *hold*, it stays there until *tx* ends."""

    async def entries(
        self, tx: AsyncConnection, partition: int, after: int, upto: int
    ) -> tuple[list[Record], int]:
        """Return some of what the live one took after *after*, and how far this goes.

        *upto* is a position that `positions` told, and the answer never goes beyond.
        """

    async def close(self) -> None:
        """Let go of connections."""


class Reading:
    """What a consumer has taken from the log of another service, or kept of it in *kept*."""

    def __init__(
        self,
        reader: Reader,
        source: Source,
        known_types: Container[str],
        kept: Kept | None = None,
    ) -> None:
        self._reader = reader
        self._source = source
        self._known_types = known_types
        self._kept = kept
        self._epoch: UUID | None = None
        self._waiting: Mapping[UUID, int] = {}
        self._skipped: Container[tuple[UUID, int]] = ()

    async def positions(self, tx: AsyncConnection, *, hold: bool = False) -> dict[int, int]:
        epoch, heads = await self._source.heads()
        if self._epoch not in {None, epoch}:
            raise SupersededError("The log lives another life than when this rebuild began.")
        self._epoch = epoch
        positions = await (
            store.lock(tx, self._reader, epoch, heads)
            if hold
            else store.positions(tx, self._reader, epoch)
        )
        if not positions:
            raise SupersededError("The live one has not begun to read this life of the log.")
        await self._see_what_waits(tx)
        return positions

    async def entries(
        self, tx: AsyncConnection, partition: int, after: int, upto: int
    ) -> tuple[list[Record], int]:
        if self._kept:
            records = await self._kept(tx, partition, after, PAGE)
            reached = records[-1].position if len(records) == PAGE else upto
            return [r for r in records if r.position <= upto], min(reached, upto)
        page = await self._source.entries(partition, after, PAGE)
        if not page:
            raise SupersededError("The log no longer holds what was read from it.")
        return [r for r in page if r.position <= upto and self._took(r)], min(
            page[-1].position, upto
        )

    async def close(self) -> None:
        await self._source.close()

    async def _see_what_waits(self, tx: AsyncConnection) -> None:
        """Know what the live one has not taken; what waited before must wait still."""
        marks = await store.list_marks(tx)
        waiting = {
            mark.stream: mark.first_position
            for mark in marks
            if (mark.consumer, mark.log) == self._reader
        }
        if any(waiting.get(stream) != position for stream, position in self._waiting.items()):
            raise SupersededError("A stream set aside was taken up again during this rebuild.")
        self._waiting = waiting
        lines = await tx.execute(_SKIPPED, self._reader._asdict())
        self._skipped = {(line.stream, line.position) for line in lines}

    def _took(self, record: Record) -> bool:
        waits_from = self._waiting.get(record.stream)
        return (
            record.type in self._known_types
            and (waits_from is None or record.position < waits_from)
            and (record.stream, record.position) not in self._skipped
        )


class OwnLog:
    """The log of this very service, whose projection is written together with it."""

    async def positions(self, tx: AsyncConnection, *, hold: bool = False) -> dict[int, int]:
        _epoch, heads = await log.heads(tx)
        if hold:
            await tx.execute(_HOLD, {"partitions": sorted(heads)})
            _epoch, heads = await log.heads(tx)
        return heads

    async def entries(
        self, tx: AsyncConnection, partition: int, after: int, upto: int
    ) -> tuple[list[Record], int]:
        page = await log.page(tx, partition, after, min(PAGE, upto - after))
        return [Record.of(entry) for entry in page], page[-1].position

    async def close(self) -> None:
        pass


PAGE = 500
