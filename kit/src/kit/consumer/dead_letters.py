"""Where what is not one of our messages goes, byte for byte."""

import asyncio
from contextlib import suppress
from types import TracebackType
from typing import Self

import structlog
from aiokafka import AIOKafkaProducer, ConsumerRecord
from prometheus_client import Counter

_PATIENCE = 10.0
_GOODBYE_PATIENCE = 1.0
_COPIED = Counter("dead_letters", "Messages that are not ours", ["topic"])
_log = structlog.get_logger(__name__)


class DeadLetters:
    """A topic of copies; connects when the first one is needed."""

    def __init__(self, kafka: str, topic: str) -> None:
        self._kafka = kafka
        self._topic = topic
        self._producer: AIOKafkaProducer | None = None

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        at: TracebackType | None,
    ) -> None:
        if self._producer is not None:
            with suppress(TimeoutError):
                async with asyncio.timeout(_GOODBYE_PATIENCE):
                    await self._producer.stop()

    async def copy(self, record: "ConsumerRecord[bytes, bytes]") -> None:
        """Return once the copy is kept."""
        async with asyncio.timeout(_PATIENCE):
            if self._producer is None:
                producer = AIOKafkaProducer(bootstrap_servers=self._kafka, acks="all")
                await producer.start()
                self._producer = producer
            origin = f"{record.topic}/{record.partition}/{record.offset}"
            await self._producer.send_and_wait(
                self._topic,
                record.value,
                record.key,
                headers=[*record.headers, ("origin", origin.encode())],
            )
        _COPIED.labels(record.topic).inc()
        _log.error("a message is not one of ours", origin=origin, copied_to=self._topic)
