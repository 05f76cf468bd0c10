"""A log and a reader of it, as the tests of consumers see them."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from uuid import UUID, uuid4

import orjson
from aiokafka import AIOKafkaProducer
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from kit import log
from kit.consumer import Record, store
from kit.consumer.delivery import Apply, Delivery
from kit.consumer.spans import Spans
from kit.consumer.store import Reader
from kit.db import engine

HAPPENED = "test.happened"
POISON = "test.poison"
# The cursors read without being locked: what a consumer must not do.
UNFENCED = text(
    "select partition, position from consumer.cursor where consumer = :consumer"
    " and log = :log and epoch = :epoch and partition = any(:partitions)"
)
# What is append-only forbids its emptying, by triggers that a replica does not run.
_TRIGGERS_OFF = text("set local session_replication_role = replica")
READER = Reader("reader", "writer")


@dataclass(frozen=True)
class Event:
    subject: UUID
    type: str = HAPPENED
    traceparent: str | None = None
    id: str = field(default_factory=lambda: str(uuid4()))
    source: str = "urn:test"
    time: datetime = datetime(2026, 11, 23, tzinfo=UTC)
    correlationid: str | None = None
    causationid: str | None = None
    origin: UUID | None = None
    target: tuple[str, str] | None = None

    def model_dump_json(self, *, exclude: set[str], exclude_none: bool) -> str:  # noqa: ARG002
        return orjson.dumps(
            {
                "source": self.source,
                "id": self.id,
                "type": self.type,
                "subject": str(self.subject),
                "time": self.time.isoformat(),
            }
        ).decode()


class LogSource:
    """The log read in its own database, as its owner would."""

    def __init__(self, db: AsyncEngine) -> None:
        self.db = db
        self.pages = 0

    async def entries(self, partition: int, after: int, limit: int) -> list[Record]:
        self.pages += 1
        async with self.db.connect() as tx:
            return [Record.of(entry) for entry in await log.page(tx, partition, after, limit)]

    async def stream(self, stream: UUID, after: int, limit: int) -> list[Record]:
        async with self.db.connect() as tx:
            return [Record.of(e) for e in await log.page_of_stream(tx, stream, after, limit)]

    async def heads(self) -> tuple[UUID, dict[int, int]]:
        async with self.db.connect() as tx:
            return await log.heads(tx)

    async def close(self) -> None:
        pass


def a_stream(partition: int) -> UUID:
    """A stream that lives in *partition*."""
    return UUID(int=uuid4().int >> 16 << 16 | partition)


async def write(db: AsyncEngine, *events: Event) -> list[Record]:
    """Append *events* and return them as a consumer would receive them."""
    async with db.begin() as tx:
        await log.append(tx, *events)
    async with db.connect() as tx:
        entries = [await log.find(tx, event.source, event.id) for event in events]
    return [Record.of(entry) for entry in entries if entry]


async def publish(kafka: str, topic: str, records: Sequence[Record], epoch: UUID) -> None:
    """Send *records* as a relay would."""
    async with AIOKafkaProducer(bootstrap_servers=kafka) as producer:
        for r in records:
            await producer.send(topic, r.value, partition=r.partition, headers=headers(r, epoch))
        await producer.flush()


def headers(r: Record, epoch: UUID) -> list[tuple[str, bytes]]:
    told = {
        "epoch": epoch,
        "partition": r.partition,
        "position": r.position,
        "id": r.id,
        "type": r.type,
    }
    if r.traceparent:
        told["traceparent"] = r.traceparent
    return [(name, str(value).encode()) for name, value in told.items()]


@asynccontextmanager
async def an_empty_log(url: str) -> AsyncIterator[LogSource]:
    db = engine(url)
    async with db.begin() as tx:
        await tx.execute(_TRIGGERS_OFF)
        for table in ("log.entry", "log.receipt", "log.cursor"):
            await tx.execute(text(f"delete from {table}"))
    yield LogSource(db)
    await db.dispose()


@asynccontextmanager
async def an_empty_reader(url: str) -> AsyncIterator[AsyncEngine]:
    """A database with a table where one row says one effect: a second one would be seen."""
    db = engine(url)
    async with db.begin() as tx:
        await tx.execute(
            text(
                "create table if not exists effect (n bigserial, stream uuid, partition int,"
                " position bigint, id text, type text check (type <> 'test.poison'))"
            )
        )
        await tx.execute(_TRIGGERS_OFF)
        for table in ("effect", "consumer.cursor", "consumer.set_aside", "consumer.decision"):
            await tx.execute(text(f"delete from {table}"))
    yield db
    await db.dispose()


_EFFECT = text(
    "insert into effect (stream, partition, position, id, type) values (:s, :p, :n, :i, :t)"
)


async def apply(tx: AsyncConnection, records: Sequence[Record]) -> None:
    """One row per event; PostgreSQL refuses a poison."""
    await tx.execute(
        _EFFECT,
        [
            {"s": r.stream, "p": r.partition, "n": r.position, "i": r.id, "t": r.type}
            for r in records
        ],
    )


async def effects(db: AsyncEngine) -> list[tuple[int, int]]:
    """What took effect, in the order in which it did."""
    async with db.connect() as tx:
        found = await tx.execute(text("select partition, position from effect order by n"))
        return [(line.partition, line.position) for line in found]


async def effects_of(db: AsyncEngine, stream: UUID) -> list[int]:
    async with db.connect() as tx:
        found = await tx.execute(
            text("select position from effect where stream = :stream order by n"),
            {"stream": stream},
        )
        return list(found.scalars())


def places(records: Sequence[Record]) -> list[tuple[int, int]]:
    return [(r.partition, r.position) for r in records]


async def a_delivery(
    db: AsyncEngine,
    source: LogSource,
    apply: Apply = apply,
    known_types: set[str] | None = None,
) -> Delivery:
    epoch, heads = await source.heads()
    async with db.begin() as tx:
        await store.begin(tx, READER, epoch, heads)
    return Delivery(READER, epoch, "test.events", db, source, apply, known_types)


async def deliver(delivery: Delivery, records: Sequence[Record]) -> None:
    with Spans("test.events") as spans:
        await delivery.deliver(records, spans)


async def positions(db: AsyncEngine, epoch: UUID) -> dict[int, int]:
    async with db.connect() as tx:
        found = await store.positions(tx, READER, epoch)
    return {partition: position for partition, position in found.items() if position}
