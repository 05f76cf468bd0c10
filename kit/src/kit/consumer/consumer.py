"""A consumer at work: it hears Kafka, and compares with the log what it has heard."""

import asyncio
from collections.abc import Container, Mapping, Sequence
from uuid import UUID

import structlog
from prometheus_client import Gauge
from sqlalchemy.ext.asyncio import AsyncEngine

from kit.consumer import store
from kit.consumer.delivery import EVENTS, Apply, Delivery
from kit.consumer.listening import Listener
from kit.consumer.patience import patiently, warn
from kit.consumer.record import Record
from kit.consumer.resumption import Resumption
from kit.consumer.source import Source
from kit.consumer.spans import Spans
from kit.consumer.store import Reader, SetAside
from kit.errors import Unavailable
from kit.log import Lag, partition_of

COMPARE_EVERY = 10.0
_LAG = Gauge("consumer_lag", "Events not passed yet", ["consumer", "log", "partition"])
_log = structlog.get_logger(__name__)


class Consumer:
    """Gives the events of another service's log their effects here: each once, in order.

    *name* owns the cursors; *log* is the name of the service whose log it is; *topic* is where
    that log is published and *source* where it is kept. What the source says holds.
    """

    def __init__(  # noqa: PLR0913 - each is a decision of the service
        self,
        *,
        name: str,
        log: str,
        topic: str,
        db: AsyncEngine,
        source: Source,
        apply: Apply,
        dead_letters: str,
        known_types: Container[str] | None,
    ) -> None:
        self.reader = Reader(name, log)
        self._topic = topic
        self._db = db
        self._source = source
        self._apply = apply
        self._known_types = known_types
        self._listener = Listener(self.reader, topic, dead_letters, self._take)
        self._delivery: Delivery | None = None
        self._positions: Mapping[int, int] = {}
        self._refused: set[UUID] = set()

    async def run(self, kafka: str) -> None:
        """Consume until cancelled; then finish the batch in hand, within a bound."""
        await patiently(self.reader)(self._compare)
        try:
            async with asyncio.TaskGroup() as tasks:
                tasks.create_task(self._keep_comparing())
                tasks.create_task(self._listener.run(kafka, len(self._positions)))
        except ExceptionGroup as group:
            raise group.exceptions[0] from None

    async def check(self) -> None:
        """Raise unless this consumer has caught up once and is heard by Kafka."""
        if not self._listener.assigned:
            raise Unavailable

    async def release(self, stream: UUID, author: str) -> SetAside | None:
        """Let a stream set aside go on; return what blocks it again, if something does."""
        return await (await self._resumption(stream, author)).release()

    async def skip(self, stream: UUID, position: int, author: str, why: str) -> SetAside | None:
        """Pass over the event at *position*, which blocks *stream*, and let the stream go on."""
        resumption = await self._resumption(stream, author)
        remaining = await resumption.skip(position, why)
        return await resumption.release() if remaining else None

    async def lags(self) -> list[Lag]:
        """How far this consumer is behind the heads of the log, partition by partition."""
        epoch, heads = await self._source.heads()
        async with self._db.connect() as tx:
            positions = await store.positions(tx, self.reader, epoch)

        async def lag(partition: int, head: int) -> Lag:
            after = positions.get(partition, 0)
            first = await self._source.entries(partition, after, 1) if head > after else ()
            return Lag(partition, max(head - after, 0), first[0].recorded_at if first else None)

        return await asyncio.gather(*(lag(*each) for each in sorted(heads.items())))

    async def close(self) -> None:
        await self._source.close()

    async def _resumption(self, stream: UUID, author: str) -> Resumption:
        epoch, heads = await self._source.heads()
        return Resumption(self._of(epoch), partition_of(stream, len(heads)), stream, author)

    async def _keep_comparing(self) -> None:
        while True:
            await asyncio.sleep(COMPARE_EVERY)
            try:
                await self._compare()
            except Exception as error:  # noqa: BLE001 - the next comparison does it all again
                warn(self.reader, error)

    async def _compare(self) -> None:
        """Fetch what the log holds and Kafka does not tell: where nothing moved since last time."""
        epoch, heads = await self._source.heads()
        delivery = await self._meet(epoch, heads)
        async with self._db.connect() as tx:
            positions = await store.positions(tx, self.reader, epoch)
        before, self._positions = self._positions, positions
        for partition, head in heads.items():
            position = positions[partition]
            _LAG.labels(*self.reader, partition).set(head - position)
            if head < position:
                _log.error(
                    "the log has lost what was read from it, and has not changed its epoch",
                    **self.reader._asdict(),
                    partition=partition,
                    head=head,
                    position=position,
                )
            elif position == before.get(partition, position):
                await delivery.fetch(partition, position, head)

    async def _take(self, messages: Mapping[UUID, Sequence[Record]], spans: Spans) -> None:
        delivery = self._delivery
        if delivery is None or messages.keys() - {delivery.epoch} - self._refused:
            delivery = await self._meet(*await self._source.heads())
        refused = messages.keys() - {delivery.epoch}
        if refused:
            EVENTS.labels(*self.reader, "refused").inc(sum(len(messages[each]) for each in refused))
        if refused - self._refused:
            _log.error(
                "Kafka holds messages of another life of the log",
                **self.reader._asdict(),
                epoch=str(delivery.epoch),
                refused=sorted(map(str, refused)),
            )
            self._refused |= refused
        await delivery.deliver(messages.get(delivery.epoch, ()), spans)

    async def _meet(self, epoch: UUID, heads: Mapping[int, int]) -> Delivery:
        """The delivery of the life that the log lives now, with its cursors made."""
        if self._delivery is None or self._delivery.epoch != epoch:
            async with self._db.begin() as tx:
                new = await store.begin(tx, self.reader, epoch, heads)
            if new:
                _log.warning(
                    "a life of the log not met before: it is read from its beginning",
                    **self.reader._asdict(),
                    epoch=str(epoch),
                )
            self._positions = {}
            self._delivery = self._of(epoch)
        return self._delivery

    def _of(self, epoch: UUID) -> Delivery:
        return Delivery(
            self.reader,
            epoch,
            self._topic,
            self._db,
            self._source,
            self._apply,
            self._known_types,
        )
