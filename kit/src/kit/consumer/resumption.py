"""What is decided about a stream set aside: apply what waits, or pass over what blocks it."""

from uuid import UUID

import structlog
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from kit.consumer import store
from kit.consumer.delivery import PAGE, Delivery, mark_of, passes
from kit.consumer.record import Record
from kit.consumer.spans import Spans
from kit.consumer.store import SetAside
from kit.errors import NotFound, Unavailable

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
        self._waiting: list[Record] = []
        self._read_upto = 0

    async def skip(self, position: int) -> None:
        """Pass over the event at *position*, if it still is the one that blocks the stream."""
        async with self._delivery.db.begin() as tx:
            mark, _cursor = await self._lock(tx)
            if mark.first_position != position:
                raise NotFound("This event no longer blocks its stream.")
            await store.decide(tx, mark, "skip", self._author)
            await store.advance_mark(tx, mark, position + 1)
        self._tell("an event is skipped", position)

    async def release(self) -> SetAside | None:
        """Apply from the log, in order, until nothing waits; return what blocks again, if any.

        The last effects and the removal of the mark are one transaction, in which the consumer
        cannot move: no event falls between the two of them.
        """
        async with self._delivery.db.begin() as tx:
            mark, cursor = await self._lock(tx)
        await self._read(mark, cursor)  # while nothing is locked: it may be long
        size: int | None = None
        with Spans(self._delivery.topic) as spans:
            while True:
                part: list[Record] = []
                try:
                    async with self._delivery.db.begin() as tx:
                        mark, cursor = await self._lock(tx)
                        await self._read(mark, cursor)
                        due = [
                            record
                            for record in self._waiting
                            if mark.first_position <= record.position <= cursor
                        ]
                        part = due[:size]
                        if known := [record for record in part if self._delivery.knows(record)]:
                            await self._delivery.apply(tx, spans.open(known))
                        if len(part) < len(due):
                            await store.advance_mark(tx, mark, due[len(part)].position)
                            size = None
                            continue
                        await store.decide(tx, mark, "release", self._author)
                        await store.remove_mark(tx, mark)
                except Exception as error:
                    if passes(error) or not part:
                        raise
                    if len(part) == 1:
                        spans.fail(part[0], error)
                        return await self._block_again(part[0], error)
                    size = len(part) // 2
                    continue
                self._tell("a stream is released", mark.first_position)
                return None

    async def _block_again(self, record: Record, error: Exception) -> SetAside:
        async with self._delivery.db.begin() as tx:
            mark, _cursor = await self._lock(tx)
            mark = mark_of(self._delivery.reader, record, error)._replace(since=mark.since)
            await store.put_mark(tx, mark)
        return mark

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

    async def _read(self, mark: SetAside, upto: int) -> None:
        self._read_upto = max(self._read_upto, mark.first_position - 1)
        while self._read_upto < upto:
            page = await self._delivery.source.entries(self._partition, self._read_upto, PAGE)
            if not page:
                raise Unavailable  # the log is behind what was read from it
            self._waiting += [record for record in page if record.stream == self._stream]
            self._read_upto = page[-1].position

    def _tell(self, event: str, position: int) -> None:
        _log.info(
            event,
            **self._delivery.reader._asdict(),
            stream=str(self._stream),
            position=position,
            author=self._author,
        )
