"""Sending pages of a log to their topic, and knowing how far Kafka acknowledged them."""

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from contextlib import asynccontextmanager, suppress
from itertools import takewhile
from typing import Any

from aiokafka import AIOKafkaProducer
from aiokafka.producer.message_accumulator import BatchBuilder

from kit.log.store import Entry, message
from kit.observability import start

_SEND_PATIENCE = 10.0  # seconds: an idempotent send never fails by itself, it waits
_PATIENCE = 2.0
_BATCH_BYTES = 512 * 1024
_REQUEST_TIMEOUT_MS = 3000

Ack = asyncio.Future[Any]
End = Callable[[BaseException | None], None]


class Publisher:
    """One producer, one topic, one life of the store."""

    def __init__(self, producer: AIOKafkaProducer, topic: str, epoch: str) -> None:
        self._producer = producer
        self._topic = topic
        self._epoch = epoch.encode()

    async def send(
        self, partition: int, entries: Sequence[Entry]
    ) -> tuple[int | None, BaseException | None]:
        """Send a page in order; answer the last position acknowledged without a gap before it.

        With it, what went wrong: the caller notes the first before it raises the second.
        """
        spans = [self._span(entry) for entry in entries]
        acks: list[tuple[int, Ack]] = []
        failure: BaseException | None = None
        try:
            async with asyncio.timeout(_SEND_PATIENCE):
                for last, batch in self._batches(entries, spans):
                    sending = self._producer.send_batch(batch, self._topic, partition=partition)
                    acks.append((last, await sending))
                for _, ack in acks:
                    await ack
        except BaseException as error:  # noqa: BLE001 - handed to the caller
            failure = error
        for _, end in spans:
            end(failure)
        acknowledged = [last for last, _ in takewhile(_acknowledged, acks)]
        return (acknowledged[-1] if acknowledged else None), failure

    def _batches(
        self, entries: Sequence[Entry], spans: Sequence[tuple[str | None, End]]
    ) -> Iterator[tuple[int, BatchBuilder]]:
        """Pack messages in order; each batch with the last position in it."""
        batch, last = self._producer.create_batch(), 0
        for entry, (traceparent, _) in zip(entries, spans, strict=True):
            value, headers = message(entry), self._headers(entry, traceparent)
            # No timestamp of ours: a retention by time must not judge by when facts happened.
            if batch.append(key=None, value=value, timestamp=None, headers=headers) is None:
                batch.close()
                yield last, batch
                batch = self._producer.create_batch()
                batch.append(key=None, value=value, timestamp=None, headers=headers)
            last = entry.position
        batch.close()
        yield last, batch

    def _headers(self, entry: Entry, traceparent: str | None) -> list[tuple[str, bytes]]:
        headers = [
            ("epoch", self._epoch),
            ("partition", b"%d" % entry.partition),
            ("position", b"%d" % entry.position),
            ("id", entry.id.encode()),
            ("type", entry.type.encode()),
        ]
        if traceparent:
            headers.append(("traceparent", traceparent.encode()))
        return headers

    def _span(self, entry: Entry) -> tuple[str | None, End]:
        return start(
            f"send {self._topic}",
            kind="producer",
            parent=entry.traceparent,
            **{
                "messaging.system": "kafka",
                "messaging.operation.type": "send",
                "messaging.destination.name": self._topic,
                "messaging.destination.partition.id": str(entry.partition),
            },
        )


def _acknowledged(sent: tuple[int, Ack]) -> bool:
    ack = sent[1]
    return ack.done() and not ack.cancelled() and ack.exception() is None


@asynccontextmanager
async def open_publisher(kafka: str, topic: str, epoch: str) -> AsyncIterator[Publisher]:
    producer = AIOKafkaProducer(
        bootstrap_servers=kafka,
        enable_idempotence=True,
        max_batch_size=_BATCH_BYTES,
        request_timeout_ms=_REQUEST_TIMEOUT_MS,
    )
    try:
        async with asyncio.timeout(_PATIENCE):
            await producer.start()
        yield Publisher(producer, topic, epoch)
    finally:
        await _stop(producer)


async def _stop(producer: AIOKafkaProducer) -> None:
    """Stop within a bound; what Kafka has not taken by then is given up."""
    with suppress(TimeoutError):
        async with asyncio.timeout(_PATIENCE):
            await producer.flush()
            await producer.stop()
            return
    # Its own stop would wait for Kafka for ever. The sender ends with the request it waits for.
    if sender := producer._sender.sender_task:  # noqa: SLF001
        sender.cancel()
        await asyncio.wait({sender}, timeout=_PATIENCE + _REQUEST_TIMEOUT_MS / 1000)
    await producer.client.close()
    producer._closed = True  # noqa: SLF001
