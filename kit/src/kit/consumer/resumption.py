"""What is decided about a stream set aside: apply what waits, or pass over what blocks it."""

import asyncio
from collections.abc import Sequence
from uuid import UUID

import structlog
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from kit.consumer import store
from kit.consumer.delivery import PAGE, Delivery, mark_of, passes
from kit.consumer.record import Record
from kit.consumer.spans import Spans
from kit.consumer.store import SetAside
from kit.errors import NotFound, Unavailable

UNFINISHED = "released, and not yet applied"
"""The reason of a stream whose release was interrupted: nothing blocks it."""

# Less than others wait for a lock: the owner of the log is asked while one is held.
_PATIENCE = 2.0
_log = structlog.get_logger(__name__)


async def list_set_aside(db: AsyncEngine) -> list[SetAside]:
    """The streams that the consumers of a service have set aside, the oldest first."""
    async with db.connect() as tx:
        return await store.list_marks(tx)


class Resumption:
    """One attempt at letting a stream go on, decided by *author*."""

    def __init__(self, delivery: Delivery, partition: int, stream: UUID, author: str) -> None:
        self._delivery = delivery
        self._partition = partition
        self._stream = stream
        self._author = author
        self._decided = False

    async def skip(self, position: int, why: str) -> SetAside | None:
        """Pass over the event at *position*, if it still is the one that blocks the stream.

        Return the mark that remains, for a release, if something waits behind it.
        """
        async with self._delivery.db.begin() as tx:
            mark, cursor = await self._lock(tx)
            if mark.first_position != position:
                raise NotFound("This event no longer blocks its stream.")
            await store.decide(tx, mark, "skip", self._author, why)
            remaining = await self._go_on(tx, mark, 1, await self._due(position, cursor, 1))
        self._tell("an event is skipped", position)
        return remaining

    async def release(self) -> SetAside | None:
        """Apply from the log, in order, until nothing waits; return what blocks again, if any.

        A long stream takes several transactions, each with its mark further on. The last effects
        and the removal of the mark are one, in which the consumer cannot move: no event falls
        between the two of them.
        """
        size = PAGE
        with Spans(self._delivery.topic) as spans:
            while True:
                part: Sequence[Record] = ()
                try:
                    async with self._delivery.db.begin() as tx:
                        mark, cursor = await self._lock(tx)
                        due = await self._waiting(mark, cursor, size + 1)
                        part = due[:size]
                        if known := [record for record in part if self._delivery.knows(record)]:
                            await self._delivery.apply(tx, spans.open(known))
                        await self._decide(tx, mark)
                        remaining = await self._go_on(tx, mark, len(part), due[size:])
                except Exception as error:
                    if passes(error) or not part:
                        raise
                    if len(part) == 1:
                        [opened] = spans.open(part)
                        spans.fail(opened, error)
                        return await self._block_again(opened, error)
                    size = len(part) // 2
                    continue
                self._decided = True
                if remaining is None:
                    self._tell("a stream is released", mark.first_position)
                    return None
                size = PAGE

    async def _go_on(
        self, tx: AsyncConnection, mark: SetAside, passed: int, due: Sequence[Record]
    ) -> SetAside | None:
        """Move the mark to the first of *due*, or remove it."""
        if not due:
            await store.remove_mark(tx, mark)
            return None
        remaining = mark._replace(
            first_position=due[0].position,
            type=due[0].type,
            reason=UNFINISHED,
            trace=None,
            waiting=max(mark.waiting - passed, 0),
        )
        await store.put_mark(tx, remaining)
        return remaining

    async def _block_again(self, record: Record, error: Exception) -> SetAside:
        async with self._delivery.db.begin() as tx:
            mark, _cursor = await self._lock(tx)
            await self._decide(tx, mark)
            if mark.first_position == record.position:  # nobody else has passed it meanwhile
                blocked = mark_of(self._delivery.reader, record, error)
                mark = blocked._replace(since=mark.since, waiting=mark.waiting)
                await store.put_mark(tx, mark)
        return mark

    async def _decide(self, tx: AsyncConnection, mark: SetAside) -> None:
        """Keep, once, that this release was asked for."""
        if not self._decided:
            await store.decide(tx, mark, "release", self._author)

    async def _lock(self, tx: AsyncConnection) -> tuple[SetAside, int]:
        """Keep the consumer and other decisions out; say what blocks, and where the consumer is."""
        delivery = self._delivery
        cursors = await store.lock(tx, delivery.reader, delivery.epoch, [self._partition])
        if not cursors:
            raise Unavailable  # the consumer has not met this life of the log yet
        mark = await store.read_mark(tx, delivery.reader, self._stream)
        if mark is None:
            raise NotFound("This stream is not set aside.")
        return mark, cursors[self._partition]

    async def _waiting(self, mark: SetAside, upto: int, limit: int) -> Sequence[Record]:
        due = await self._due(mark.first_position - 1, upto, limit)
        if not due:
            raise Unavailable  # the log is behind what was read from it
        return due

    async def _due(self, after: int, upto: int, limit: int) -> Sequence[Record]:
        """The events of the stream after one position, and not after where the consumer is."""
        async with asyncio.timeout(_PATIENCE):
            found = await self._delivery.source.stream(self._stream, after, limit)
        return [record for record in found if record.position <= upto]

    def _tell(self, event: str, position: int) -> None:
        _log.info(
            event,
            **self._delivery.reader._asdict(),
            stream=str(self._stream),
            position=position,
            author=self._author,
        )
