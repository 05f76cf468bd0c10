"""The delivery rules: each event of a log takes effect once, in its order, or is set aside."""

import collections
from collections.abc import Awaitable, Callable, Container, Iterable, Sequence
from typing import NamedTuple
from uuid import UUID

import structlog
from aiohttp import ClientError
from aiokafka.errors import KafkaError
from prometheus_client import Counter
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from kit.clock import now
from kit.consumer import store
from kit.consumer.record import Record
from kit.consumer.source import Source
from kit.consumer.spans import Spans
from kit.consumer.store import Reader, SetAside
from kit.db import is_outage
from kit.errors import Unavailable
from kit.observability import describe, trace_id

PAGE = 500
EVENTS = Counter("consumer_events", "What became of events", ["consumer", "log", "outcome"])

_log = structlog.get_logger(__name__)

Apply = Callable[[AsyncConnection, Sequence[Record]], Awaitable[None]]
"""Gives events their effects, in the transaction that moves the cursor.

Events come in the order of their partition and are not repeated, as long as the log lives; a log
restored from a backup is read again from its beginning, so effects go by (source, id). A batch
that raises is tried again in halves, down to the event that cannot be applied.
"""


class Gap(NamedTuple):
    """Positions that Kafka did not deliver: those between the two."""

    partition: int
    after: int
    before: int


class HoleError(RuntimeError):
    """The owner of a log answered a page with positions missing."""


class Delivery(NamedTuple):
    """One reader of one life of one log."""

    reader: Reader
    epoch: UUID
    topic: str
    db: AsyncEngine
    source: Source
    apply: Apply
    known_types: Container[str] | None

    async def deliver(self, records: Iterable[Record], spans: Spans) -> None:
        """Return once all that is new in *records* is committed; raises when to try again.

        They come in any order, any number of times, with any of them missing.
        """
        ordered = sorted({record[:2]: record for record in records}.values())
        while ordered and (gap := await self._attempt(ordered, spans)):
            last = gap.before - 1
            reached = await self.fetch(gap.partition, gap.after, last)
            if reached < last:
                ordered = self._refuse_beyond(gap.partition, reached, ordered)

    async def fetch(self, partition: int, after: int, upto: int) -> int:
        """Apply, from the owner of the log, what follows *after*; say how far it goes."""
        while after < upto:
            page = await self.source.entries(partition, after, PAGE)
            if not page:
                break
            if [record.position for record in page] != [*range(after + 1, after + 1 + len(page))]:
                raise HoleError
            with Spans(self.topic) as spans:
                await self.deliver(page, spans)
            self._count("fetched", len(page))
            after = page[-1].position
        return after

    async def _attempt(self, records: Sequence[Record], spans: Spans) -> Gap | None:
        """Apply *records* whole, or in halves until what cannot be applied is alone."""
        try:
            return await self._transact(records, spans)
        except Exception as error:
            if passes(error):
                raise
            if len(records) == 1:
                await self._set_aside(records[0], error, spans)
                return None
            half = len(records) // 2
        return await self._attempt(records[:half], spans) or await self._attempt(
            records[half:], spans
        )

    async def _transact(self, records: Sequence[Record], spans: Spans) -> Gap | None:
        """One transaction: cursors locked, effects, cursors moved."""
        async with self.db.begin() as tx:
            partitions = {record.partition for record in records}
            cursors = await store.lock(tx, self.reader, self.epoch, partitions)
            fresh, gap = _next(records, cursors)
            streams = {record.stream for record in fresh}
            marked = await store.marked(tx, self.reader, streams) if fresh else set()
            going = [r for r in fresh if r.stream not in marked] if marked else fresh
            if waiting := collections.Counter(r.stream for r in fresh if r.stream in marked):
                await store.wait(tx, self.reader, waiting)
            due = [record for record in going if self.knows(record)]
            if due:
                await self.apply(tx, spans.open(due))
            if fresh:
                passed = {record.partition: record.position for record in fresh}
                await store.move(tx, self.reader, self.epoch, passed)
        self._count("applied", len(due))
        self._count("waiting", len(fresh) - len(going))
        self._count("unknown_type", len(going) - len(due))
        return gap

    async def _set_aside(self, record: Record, error: Exception, spans: Spans) -> None:
        """Pass over *record* and make what follows it in its stream wait."""
        [opened] = spans.open([record])
        async with self.db.begin() as tx:
            cursors = await store.lock(tx, self.reader, self.epoch, [record.partition])
            if record.position != cursors[record.partition] + 1:
                return  # somebody else took it in the meantime
            await store.put_mark(tx, mark_of(self.reader, opened, error))
            await store.move(tx, self.reader, self.epoch, {record.partition: record.position})
        spans.fail(record, error)
        self._count("set_aside", 1)
        _log.error(
            "a stream is set aside",
            **self.reader._asdict(),
            stream=str(record.stream),
            position=record.position,
            reason=describe(error),
            trace_id=trace_id(opened.traceparent),
        )

    def _refuse_beyond(self, partition: int, head: int, records: Iterable[Record]) -> list[Record]:
        """Keep what the log really holds: the owner's word stands against Kafka's."""
        kept = [r for r in records if r.partition != partition or r.position <= head]
        _log.error(
            "Kafka holds messages that the log does not",
            **self.reader._asdict(),
            partition=partition,
            head=head,
        )
        self._count("refused", 1)
        return kept

    def knows(self, record: Record) -> bool:
        return self.known_types is None or record.type in self.known_types

    def _count(self, outcome: str, number: int) -> None:
        if number:
            EVENTS.labels(*self.reader, outcome).inc(number)


def passes(error: Exception) -> bool:
    """Whether the same batch may succeed later, as it is."""
    return is_outage(error) or isinstance(error, Unavailable | ClientError | KafkaError)


def mark_of(reader: Reader, record: Record, error: Exception) -> SetAside:
    return SetAside(
        *reader,
        record.stream,
        record.position,
        record.type,
        describe(error),
        trace_id(record.traceparent),
        now(),
    )


def _next(records: Iterable[Record], cursors: dict[int, int]) -> tuple[list[Record], Gap | None]:
    """What follows the cursors without a hole, and the first hole there is."""
    fresh, gap, passed = [], None, dict(cursors)
    for record in records:
        after = passed[record.partition]
        if record.position == after + 1:
            passed[record.partition] = record.position
            fresh.append(record)
        elif record.position > after and gap is None:
            gap = Gap(record.partition, after, record.position)
    return fresh, gap
