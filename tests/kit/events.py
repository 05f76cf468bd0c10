"""Events to append, and what a test asks of a log."""

import asyncio
import time
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from uuid import UUID, uuid4

from pydantic import BaseModel, Field
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from kit import log

SOURCE = "urn:test:one"
NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)


class Event(BaseModel):
    """The least that the log accepts."""

    id: str = Field(default_factory=lambda: uuid4().hex)
    source: str = SOURCE
    type: str = "test.happened.v1"
    subject: UUID = Field(default_factory=uuid4)
    time: datetime = NOON
    correlationid: str | None = None
    causationid: str | None = None
    traceparent: str | None = None
    data: dict[str, str] = {}

    @property
    def origin(self) -> UUID | None:
        return None

    @property
    def target(self) -> tuple[str, str] | None:
        return None


def stream_in(partition: int) -> UUID:
    """A new stream of that partition."""
    return next(stream for stream in iter(uuid4, None) if log.partition_of(stream) == partition)


async def append(db: AsyncEngine, *events: Event, **options: list[object]) -> list[log.Receipt]:
    async with db.begin() as tx:
        return await log.append(tx, *events, **options)  # type: ignore[arg-type]


async def faults(db: AsyncEngine) -> list[str]:
    """What `log.verify` finds: nothing, on a healthy log."""
    async with db.connect() as connection:
        return list(await connection.scalars(text("select fault from log.verify()")))


async def until(
    condition: Callable[[], Awaitable[bool]], within: float = 10, every: float = 0.02
) -> float:
    """Wait for *condition* and answer the seconds it took."""
    began = time.monotonic()
    while not await condition():
        assert time.monotonic() - began < within, "it never happened"
        await asyncio.sleep(every)
    return time.monotonic() - began
