"""What `log.sql` offers, in Python: append, read back, and say where things are."""

from collections.abc import Collection, Sequence
from datetime import UTC, datetime
from typing import Literal, NamedTuple, Protocol, cast
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from kit.errors import IdentityError

P = 12


class CloudEvent(Protocol):
    """What the log asks of an event; the rest of it is its body."""

    @property
    def id(self) -> str: ...
    @property
    def source(self) -> str: ...
    @property
    def type(self) -> str: ...
    @property
    def subject(self) -> UUID: ...
    @property
    def time(self) -> datetime: ...
    @property
    def correlationid(self) -> str | None: ...
    @property
    def causationid(self) -> str | None: ...
    @property
    def traceparent(self) -> str | None: ...
    @property
    def origin(self) -> UUID | None:
        """The organisation that emitted it."""

    @property
    def target(self) -> tuple[str, str] | None:
        """Source and id of the event that this one rectifies."""

    def model_dump_json(self, *, exclude: set[str], exclude_none: bool) -> str: ...


class Receipt(NamedTuple):
    """What became of one event: where it is, or, when stale, the version of its stream."""

    status: Literal["new", "duplicate", "conflict", "stale"]
    partition: int
    position: int | None
    version: int


class Entry(NamedTuple):
    """An event as it is stored; its body is JSON text."""

    partition: int
    position: int
    stream: UUID
    version: int
    source: str
    id: str
    type: str
    happened_at: datetime
    recorded_at: datetime
    correlation: str | None
    causation: str | None
    traceparent: str | None
    origin: UUID | None
    target_source: str | None
    target_id: str | None
    body: str


class Row(NamedTuple):
    """One line of an append, in the order of the arguments of `log.append`."""

    stream: UUID
    source: str
    id: str
    type: str
    happened_at: datetime
    body: str
    fingerprint: bytes | None
    expected: int | None
    correlation: str | None
    causation: str | None
    traceparent: str | None
    origin: UUID | None
    target_source: str | None
    target_id: str | None

    @classmethod
    def of(cls, event: CloudEvent, fingerprint: bytes | None, expected: int | None) -> "Row":
        target_source, target_id = event.target or (None, None)
        return cls(
            event.subject,
            event.source,
            event.id,
            event.type,
            event.time,
            event.model_dump_json(exclude=_NOT_BODY, exclude_none=True),
            fingerprint,
            expected,
            event.correlationid,
            event.causationid,
            event.traceparent,
            event.origin,
            target_source,
            target_id,
        )


# The trace is not part of the fact; the others are what each store says of its own copy.
_NOT_BODY = {"traceparent", "partition", "position", "version", "recordedtime"}
_ARGUMENTS = (f"p_{name} => :{name}" for name in Row._fields)
# Nothing in these statements comes from outside: hence each noqa.
_APPEND = text(
    f"select status, partition, position, version from log.append({', '.join(_ARGUMENTS)})"  # noqa: S608
)
COLUMNS = ", ".join(Entry._fields[:-1]) + ", body::text as body"
_READ = text(
    f"select {COLUMNS} from log.read(:stream,"  # noqa: S608
    " coalesce(cast(:known_at as timestamptz), 'infinity'), coalesce(:version, 2147483647))"
)
_SETTLE = text(
    "select known_at, version"
    " from log.settle(:stream, coalesce(cast(:known_at as timestamptz), 'infinity'))"
)
_PAGE = text(f"select {COLUMNS} from log.page(:partition, :after, :limit)")  # noqa: S608
_PAGE_OF_STREAM = text(
    f"select {COLUMNS} from log.entry"  # noqa: S608
    " where stream = :stream and partition = log.partition_of(:stream) and position > :after"
    " order by version limit :limit"
)
_HEADS = text("select (select epoch from log.identity), partition, position from log.head")
_FIND = text(
    f"select {', '.join('e.' + name for name in Entry._fields[:-1])}, e.body::text"  # noqa: S608
    " from log.receipt r join log.entry e using (partition, position)"
    " where r.source = :source and r.id = :id"
)
_IDENTITY = text("select partitions, epoch, former from log.identity")


def partition_of(stream: UUID, p: int = P) -> int:
    """Where a stream lives, in the store as in Kafka: `log.partition_of` says the same."""
    return int.from_bytes(stream.bytes[-2:], "big") % p


async def append(
    tx: AsyncConnection,
    *events: CloudEvent,
    fingerprints: Sequence[bytes | None] | None = None,
    expected: Sequence[int | None] | None = None,
) -> list[Receipt]:
    """Write *events* in the caller's transaction: once in it, last; one receipt each, in order."""
    none = [None] * len(events)
    lines = zip(events, fingerprints or none, expected or none, strict=True)
    return await append_rows(tx, [Row.of(*line) for line in lines])


async def append_rows(tx: AsyncConnection, rows: Sequence[Row]) -> list[Receipt]:
    if not rows:
        return []
    columns = {
        # What no row says is null as a whole: seven arrays of nothing cost as much as the bodies.
        name: None if all(value is None for value in column) else list(column)
        for name, column in zip(Row._fields, zip(*rows, strict=True), strict=True)
    }
    return [Receipt._make(line) for line in await tx.execute(_APPEND, columns)]


async def read(
    tx: AsyncConnection,
    stream: UUID,
    *,
    known_at: datetime | None = None,
    version: int | None = None,
) -> list[Entry]:
    """Return the events of *stream* as known at an instant, or exactly up to a version."""
    lines = await tx.execute(_READ, {"stream": stream, "known_at": known_at, "version": version})
    return [Entry._make(line) for line in lines]


async def settle(
    db: AsyncEngine, stream: UUID, known_at: datetime | None = None
) -> tuple[datetime, int]:
    """Fix what was known at an instant: reading up to the version answered never changes."""
    async with db.connect() as connection:
        await connection.execution_options(isolation_level="AUTOCOMMIT")
        line = await connection.execute(_SETTLE, {"stream": stream, "known_at": known_at})
        return cast("tuple[datetime, int]", tuple(line.one()))


async def page(tx: AsyncConnection, partition: int, after: int, limit: int) -> list[Entry]:
    """Return the entries that follow position *after*, without holes."""
    parameters = {"partition": partition, "after": after, "limit": limit}
    return [Entry._make(line) for line in await tx.execute(_PAGE, parameters)]


async def page_of_stream(tx: AsyncConnection, stream: UUID, after: int, limit: int) -> list[Entry]:
    """Return the entries of *stream* that follow position *after*."""
    parameters = {"stream": stream, "after": after, "limit": limit}
    return [Entry._make(line) for line in await tx.execute(_PAGE_OF_STREAM, parameters)]


async def heads(tx: AsyncConnection) -> tuple[UUID, dict[int, int]]:
    """Return the epoch of the store and the last position of each partition."""
    lines = (await tx.execute(_HEADS)).all()
    return lines[0][0], {partition: position for _, partition, position in lines}


async def find(tx: AsyncConnection, source: str, event_id: str) -> Entry | None:
    line = (await tx.execute(_FIND, {"source": source, "id": event_id})).one_or_none()
    return Entry._make(line) if line else None


def message(entry: Entry) -> bytes:
    """Return the bytes that travel: the event, and where this store put it and when."""
    recorded = entry.recorded_at.astimezone(UTC).isoformat().replace("+00:00", "Z")
    place = (
        f',"partition":{entry.partition},"position":{entry.position}'
        f',"version":{entry.version},"recordedtime":"{recorded}"}}'
    )
    return (entry.body[:-1] + place).encode()


async def check_identity(db: AsyncEngine, p: int = P, *, published: Collection[UUID] = ()) -> UUID:
    """Return the epoch of the store, or refuse to work on one that is not as expected.

    *published*: the epochs seen in the topic. Each must be of this store, now or before a restore.
    """
    async with db.connect() as connection:
        partitions, epoch, former = (await connection.execute(_IDENTITY)).one()
    if partitions != p:
        raise IdentityError(
            f"This log has {partitions} partitions and this process expects {p}:"
            " events would go where nobody looks for them."
        )
    if foreign := set(published) - {epoch, *former}:
        raise IdentityError(
            f"The topic carries events of another log (epoch {', '.join(map(str, foreign))})"
            f" and this one is {epoch}: give each its own topic prefix."
        )
    return cast("UUID", epoch)
