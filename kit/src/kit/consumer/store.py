"""What a consumer keeps in its own database: cursors, and marks on streams set aside."""

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Literal, NamedTuple
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection


class Reader(NamedTuple):
    """Who reads which log."""

    consumer: str
    log: str


class SetAside(NamedTuple):
    """A stream that waits: the event at *first_position* could not be applied."""

    consumer: str
    log: str
    stream: UUID
    first_position: int
    type: str
    reason: str
    trace: str | None
    since: datetime
    waiting: int = 0  # events behind that one


class Decision(NamedTuple):
    """What *author* did of a stream set aside; *reason* is why its event blocked."""

    consumer: str
    log: str
    stream: UUID
    position: int
    type: str
    reason: str
    decision: Literal["release", "skip"]
    author: str
    why: str | None
    at: datetime


class Reason(NamedTuple):
    """How many streams a reader has set aside for one reason."""

    consumer: str
    log: str
    reason: str
    streams: int


_MINE = "consumer = :consumer and log = :log"
_MARK = f"{_MINE} and stream = :stream"
_BEGIN = text(
    "insert into consumer.cursor (consumer, log, epoch, partition)"
    " select :consumer, :log, :epoch, partition"
    " from unnest(cast(:partitions as smallint[])) partition order by partition"
    " on conflict do nothing returning partition"
)
_FORGET = text(f"delete from consumer.set_aside where {_MINE}")  # noqa: S608 - constants only
_POSITIONS = text(
    f"select partition, position from consumer.cursor where {_MINE} and epoch = :epoch"  # noqa: S608
)
_LOCK = text(
    f"select partition, position from consumer.cursor where {_MINE} and epoch = :epoch"  # noqa: S608
    " and partition = any(cast(:partitions as smallint[])) order by partition for update"
)
_MOVE = text(
    "update consumer.cursor c set position = n.position from"
    " unnest(cast(:partitions as smallint[]), cast(:positions as bigint[])) n(partition, position)"
    " where c.consumer = :consumer and c.log = :log and c.epoch = :epoch"
    " and c.partition = n.partition"
)
_MARKED = text(
    f"select stream from consumer.set_aside where {_MINE}"  # noqa: S608
    " and stream = any(cast(:streams as uuid[])) order by stream for update"
)
_PUT = text(
    "insert into consumer.set_aside"
    " (consumer, log, stream, first_position, type, reason, trace, waiting)"
    " values (:consumer, :log, :stream, :first_position, :type, :reason, :trace, :waiting)"
    " on conflict (consumer, log, stream) do update set first_position = excluded.first_position,"
    " type = excluded.type, reason = excluded.reason, trace = excluded.trace,"
    " waiting = excluded.waiting"
)
_WAIT = text(
    "update consumer.set_aside s set waiting = s.waiting + n.more from"
    " unnest(cast(:streams as uuid[]), cast(:more as int[])) n(stream, more)"
    " where s.consumer = :consumer and s.log = :log and s.stream = n.stream"
)
_REMOVE = text(f"delete from consumer.set_aside where {_MARK}")  # noqa: S608
_READ_MARK = text(
    f"select {', '.join(SetAside._fields)} from consumer.set_aside where {_MARK} for update"  # noqa: S608
)
_LIST = text(
    f"select {', '.join(SetAside._fields)} from consumer.set_aside"  # noqa: S608
    " order by since, stream limit :limit"
)
_REASONS = text(
    "select consumer, log, reason, count(*)::int from consumer.set_aside"
    " group by consumer, log, reason order by count(*) desc, reason"
)
_OF_REASON = text(
    f"select stream from consumer.set_aside where {_MINE}"  # noqa: S608
    " and reason = coalesce(cast(:reason as text), reason) order by since, stream"
)
_DECIDE = text(
    "insert into consumer.decision"
    " (consumer, log, stream, position, type, reason, decision, author, why) values"
    " (:consumer, :log, :stream, :first_position, :type, :reason, :decision, :author, :why)"
)
_DECISIONS = text(
    f"select {', '.join(Decision._fields)} from consumer.decision order by at desc limit :limit"  # noqa: S608
)


async def begin(
    tx: AsyncConnection, reader: Reader, epoch: UUID, partitions: Collection[int]
) -> bool:
    """Make the cursors of this life of the log; whether it is a life not met before.

    Then everything is read again from its beginning, and no mark of a former life holds.
    """
    values = {**reader._asdict(), "epoch": epoch, "partitions": sorted(partitions)}
    made = (await tx.execute(_BEGIN, values)).all()
    if made:
        await tx.execute(_FORGET, reader._asdict())
    return bool(made)


async def positions(tx: AsyncConnection, reader: Reader, epoch: UUID) -> dict[int, int]:
    found = await tx.execute(_POSITIONS, {**reader._asdict(), "epoch": epoch})
    return {line.partition: line.position for line in found}


async def lock(
    tx: AsyncConnection, reader: Reader, epoch: UUID, partitions: Collection[int]
) -> dict[int, int]:
    """Be alone on these *partitions* until the end of the transaction; say where they are."""
    values = {**reader._asdict(), "epoch": epoch, "partitions": sorted(partitions)}
    return {line.partition: line.position for line in await tx.execute(_LOCK, values)}


async def move(tx: AsyncConnection, reader: Reader, epoch: UUID, passed: Mapping[int, int]) -> None:
    values = {"partitions": list(passed), "positions": list(passed.values())}
    await tx.execute(_MOVE, {**reader._asdict(), "epoch": epoch, **values})


async def marked(tx: AsyncConnection, reader: Reader, streams: Collection[UUID]) -> set[UUID]:
    """Those of *streams* that are set aside."""
    found = await tx.execute(_MARKED, {**reader._asdict(), "streams": list(streams)})
    return set(found.scalars())


async def put_mark(tx: AsyncConnection, mark: SetAside) -> None:
    await tx.execute(_PUT, mark._asdict())


async def read_mark(tx: AsyncConnection, reader: Reader, stream: UUID) -> SetAside | None:
    found = await tx.execute(_READ_MARK, {**reader._asdict(), "stream": stream})
    line = found.one_or_none()
    return SetAside._make(line) if line else None


async def wait(tx: AsyncConnection, reader: Reader, more: Mapping[UUID, int]) -> None:
    """Count *more* events of these streams as waiting."""
    values = {"streams": list(more), "more": list(more.values())}
    await tx.execute(_WAIT, {**reader._asdict(), **values})


async def remove_mark(tx: AsyncConnection, mark: SetAside) -> None:
    await tx.execute(_REMOVE, mark._asdict())


async def list_marks(tx: AsyncConnection, limit: int | None = None) -> list[SetAside]:
    """The marks of a service, the oldest first."""
    return [SetAside._make(line) for line in await tx.execute(_LIST, {"limit": limit})]


async def count_marks(tx: AsyncConnection) -> list[Reason]:
    """How many marks there are for each reason, the most frequent first."""
    return [Reason._make(line) for line in await tx.execute(_REASONS)]


async def marked_for(tx: AsyncConnection, reader: Reader, reason: str | None) -> list[UUID]:
    """The streams that *reader* has set aside for *reason*, or for any; the oldest first."""
    found = await tx.execute(_OF_REASON, {**reader._asdict(), "reason": reason})
    return list(found.scalars())


async def decide(
    tx: AsyncConnection,
    mark: SetAside,
    decision: Literal["release", "skip"],
    author: str,
    why: str | None = None,
) -> None:
    await tx.execute(
        _DECIDE, {**mark._asdict(), "decision": decision, "author": author, "why": why}
    )


async def list_decisions(tx: AsyncConnection, limit: int) -> list[Decision]:
    """What was decided last in a service, the latest first."""
    return [Decision._make(line) for line in await tx.execute(_DECISIONS, {"limit": limit})]
