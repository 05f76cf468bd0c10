"""What Kafka tells: FastStream hears it, and nothing is committed before it is applied."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import suppress
from typing import cast
from uuid import UUID

from aiokafka import AIOKafkaConsumer, ConsumerRecord, TopicPartition
from aiokafka.errors import IllegalStateError, KafkaError
from faststream import AckPolicy
from faststream.kafka import KafkaBroker
from faststream.kafka.message import FAKE_CONSUMER, KafkaAckableMessage

from kit.broker import create_topics
from kit.consumer.dead_letters import DeadLetters
from kit.consumer.patience import AbandonedError, patiently
from kit.consumer.record import NotOursError, Record, from_kafka
from kit.consumer.spans import Spans
from kit.consumer.store import Reader

METADATA_EVERY_MS = 10_000  # a topic made again is not heard before
_GONE_AFTER_MS = 6000  # a killed member is replaced then: no broker allows less by default
_RETRY_EVERY_MS = 500  # each consumer asks a broker that is away three questions, as often
_LOOK_EVERY_MS = 500  # at a silent topic; what arrives meanwhile is handed over at once
_COMMIT_PATIENCE = 5.0
_BATCH_PATIENCE = 4.0  # a stop waits that long for the batch in hand,
_GOODBYE_PATIENCE = 2.0  # and that long for a broker that does not answer

Raw = tuple["ConsumerRecord[bytes, bytes]", ...]
Take = Callable[[Mapping[UUID, Sequence[Record]], Spans], Awaitable[None]]
"""Applies messages, given by the epoch that they name; raises when it is to be tried again."""


class Listener:
    """Hands what a topic holds to *take*, batch after batch, as one member of a group."""

    def __init__(self, reader: Reader, topic: str, dead_letters: str, take: Take) -> None:
        self._reader = reader
        self._topic = topic
        self._dead_letters = dead_letters
        self._take = take
        self._consumer: AIOKafkaConsumer | None = None
        self._batch: asyncio.Task[None] | None = None
        self._stopping = False

    @property
    def assigned(self) -> bool:
        """Whether this member has partitions."""
        return self._consumer is not None and bool(self._consumer.assignment())

    async def run(self, kafka: str, partitions: int) -> None:
        """Listen until cancelled; then finish the batch in hand, within a bound."""
        # FastStream's own logger writes two lines for every batch.
        broker = KafkaBroker(
            kafka,
            logger=None,
            metadata_max_age_ms=METADATA_EVERY_MS,
            retry_backoff_ms=_RETRY_EVERY_MS,
        )
        subscriber = broker.subscriber(
            self._topic,
            group_id=f"{self._topic}.{self._reader.consumer}",
            batch=True,
            max_records=500,
            batch_timeout_ms=_LOOK_EVERY_MS,
            session_timeout_ms=_GONE_AFTER_MS,
            heartbeat_interval_ms=_GONE_AFTER_MS // 3,
            ack_policy=AckPolicy.MANUAL,
            auto_offset_reset="earliest",
            parser=_keep_bytes,
            decoder=_undecoded,
        )
        async with DeadLetters(kafka, self._dead_letters) as dead_letters:

            @subscriber
            async def handle(records: object) -> None:
                # An exception here would be a batch passed over: the task keeps its own.
                if self._stopping or subscriber.consumer is None:
                    return
                work = self._handle(cast("Raw", records), subscriber.consumer, dead_letters)
                self._batch = asyncio.create_task(work)
                await asyncio.wait({self._batch})

            async def start() -> None:
                await create_topics(kafka, {self._topic: partitions, self._dead_letters: 1})
                await broker.start()

            try:
                await patiently(self._reader)(start)
                self._consumer = subscriber.consumer
                await asyncio.Event().wait()
            finally:
                self._stopping = True
                if self._batch is not None:
                    await asyncio.wait({self._batch}, timeout=_BATCH_PATIENCE)
                    self._batch.cancel()
                self._consumer = None
                with suppress(TimeoutError):
                    async with asyncio.timeout(_GOODBYE_PATIENCE):
                        await broker.stop()

    async def _handle(
        self, records: Raw, consumer: AIOKafkaConsumer, dead_letters: DeadLetters
    ) -> None:
        partitions = {TopicPartition(record.topic, record.partition) for record in records}
        ours, foreign = _sort(records)

        async def attempt() -> None:
            if self._stopping or partitions - consumer.assignment():
                raise AbandonedError
            while foreign:
                await dead_letters.copy(foreign[0])
                del foreign[0]
            await self._take(ours, spans)

        with suppress(AbandonedError):
            with Spans(self._topic) as spans:
                await patiently(self._reader)(attempt)
            await _commit(consumer, records)


async def _commit(consumer: AIOKafkaConsumer, records: Raw) -> None:
    offsets = {TopicPartition(r.topic, r.partition): r.offset + 1 for r in records}
    # Refused or late, it only means that the cursor will drop a repetition.
    with suppress(KafkaError, IllegalStateError, TimeoutError):
        async with asyncio.timeout(_COMMIT_PATIENCE):
            await consumer.commit(offsets)


def _sort(
    records: Raw,
) -> tuple[dict[UUID, list[Record]], list["ConsumerRecord[bytes, bytes]"]]:
    """Our messages by their epoch, and whatever else is there."""
    ours: dict[UUID, list[Record]] = {}
    foreign = []
    for record in records:
        try:
            epoch, read = from_kafka(record.partition, record.value, dict(record.headers))
        except NotOursError:
            foreign.append(record)
        else:
            ours.setdefault(epoch, []).append(read)
    return ours, foreign


async def _keep_bytes(records: Raw) -> KafkaAckableMessage:
    # FastStream's own parser stops at a header that is not UTF-8, before any handler.
    return KafkaAckableMessage(
        body=records,
        headers={},
        batch_headers=[],
        reply_to="",
        content_type=None,
        message_id=f"{records[0].topic}/{records[0].partition}/{records[0].offset}",
        correlation_id=None,
        raw_message=records,
        path={},
        consumer=FAKE_CONSUMER,
    )


async def _undecoded(message: KafkaAckableMessage) -> object:
    return message.body
