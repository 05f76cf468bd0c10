"""A store written without the product: COPY, the fastest that PostgreSQL offers."""

import asyncio
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from uuid import UUID

import asyncpg
from sqlalchemy import make_url

from bench import rows
from bench.gate import Seen, Verdict, inspect
from bench.rows import Placed
from kit import clock
from kit.ids import named_uuid, short_code
from kit.log import P
from kit.log.store import Row

_ENTRY = (
    "partition", "position", "stream", "version", "source", "id", "type", "happened_at",
    "recorded_at", "correlation", "causation", "traceparent", "origin", "target_source",
    "target_id", "body",
)  # fmt: skip
_RECEIPT = ("source", "id", "partition", "position", "fingerprint")
_WINDOW = 10_000  # journeys that live at the same time
_SEEN = """
select e.* from unnest($1::bigint[]) with ordinality s(after, rank) cross join lateral (
    select partition, position, stream, version, source, id, recorded_at from log.entry
     where partition = (s.rank - 1)::smallint and position > s.after) e
 order by e.partition, e.recorded_at, e.position"""
_HEADS = "select partition, position from log.head"
_VERSIONS = """
select s.stream, coalesce((select max(version) from log.entry e
   where e.partition = log.partition_of(s.stream) and e.stream = s.stream), 0) as version
  from unnest($1::uuid[]) s(stream)"""


async def connect(url: str) -> asyncpg.Connection:
    """A plain connection to a database named as SQLAlchemy does."""
    plain = make_url(url).set(drivername="postgresql").render_as_string(hide_password=False)
    return await asyncpg.connect(plain)


async def heads(url: str) -> dict[int, int]:
    connection = await connect(url)
    try:
        return {line["partition"]: line["position"] for line in await connection.fetch(_HEADS)}
    finally:
        await connection.close()


async def place(url: str, lines: Sequence[Row]) -> list[Placed]:
    """Number *lines* after what is stored."""
    connection = await connect(url)
    try:
        found = await connection.fetch(_VERSIONS, list({row.stream for row in lines}))
    finally:
        await connection.close()
    versions: dict[UUID, int] = {line["stream"]: line["version"] for line in found}
    return list(rows.place(lines, await heads(url), versions))


async def copy(connection: asyncpg.Connection, placed: Sequence[Placed]) -> None:
    """Write *placed* in one transaction, into the tables and indexes of the log."""
    now = clock.now()
    async with connection.transaction():
        await connection.copy_records_to_table(
            "receipt", schema_name="log", columns=_RECEIPT, records=map(_receipt, placed)
        )
        await connection.copy_records_to_table(
            "entry",
            schema_name="log",
            columns=_ENTRY,
            records=(_entry(one, now) for one in placed),
        )


async def fill(url: str, events: int, organisation: str) -> None:
    """Store so many events of ordinary journeys, that *organisation* may read."""
    connection, other = await connect(url), await connect(url)
    reached = await heads(url)
    try:
        for lives in windows(events):
            placed = list(rows.place(side_by_side(lives), reached, {}))
            reached |= {one.partition: one.position for one in placed}
            now = clock.now()
            await asyncio.gather(
                connection.copy_records_to_table(
                    "entry",
                    schema_name="log",
                    columns=_ENTRY,
                    records=(_entry(one, now) for one in placed),
                ),
                other.copy_records_to_table(
                    "receipt", schema_name="log", columns=_RECEIPT, records=map(_receipt, placed)
                ),
            )
            await open_to(connection, map(rows.parcours, lives), organisation)
        await connection.execute("vacuum analyze log.entry")
        await connection.execute("vacuum analyze log.receipt")
    finally:
        await connection.close()
        await other.close()


def windows(events: int) -> Iterator[range]:
    """The ranks of the journeys that make so many events, by those that live together."""
    whole = range(events // len(rows.LIFE))
    return (whole[first : first + _WINDOW] for first in range(0, len(whole), _WINDOW))


def side_by_side(lives: Iterable[int]) -> Iterator[Row]:
    """Their events: those who live at the same time take each step one after the other."""
    steps = zip(*map(rows.life, lives), strict=True)
    return (row for step in steps for row in step)


async def open_to(
    connection: asyncpg.Connection, journeys: Iterable[UUID], organisation: str
) -> None:
    """Let *organisation* read these *journeys*, as if it had opened them."""
    reader, known = named_uuid(organisation), list(journeys)
    await connection.copy_records_to_table(
        "parcours", columns=("id", "code"), records=((one, short_code(one, "P")) for one in known)
    )
    await connection.copy_records_to_table(
        "designations",
        columns=("parcours", "organisation"),
        records=((one, reader) for one in known),
    )


async def verdict(url: str, expected: Iterable[tuple[str, str]], after: dict[int, int]) -> Verdict:
    """Judge what is stored beyond *after*: partitions and streams are both lines of numbers."""
    connection = await connect(url)
    try:
        starts = [after.get(partition, 0) for partition in range(P)]
        # The end of a large store is read by its index, whatever statistics say.
        await connection.execute("set enable_seqscan = off; set enable_bitmapscan = off")
        lines = await connection.fetch(_SEEN, starts)
    finally:
        await connection.close()
    keys = [(line["source"], line["id"]) for line in lines]
    # A stream may have begun before: then it is followed from the first version that is new.
    began: dict[UUID, int] = {}
    for line in lines if any(starts) else ():
        known = began.get(line["stream"], line["version"] - 1)
        began[line["stream"]] = min(known, line["version"] - 1)
    by_partition = inspect(
        expected,
        (Seen(x["partition"], x["position"], k) for x, k in zip(lines, keys, strict=True)),
        after=after,
    )
    by_stream = inspect(
        (),
        (Seen(x["stream"], x["version"], k) for x, k in zip(lines, keys, strict=True)),
        after=began,
    )
    return by_partition.plus(by_stream._replace(duplicates=0))


def _entry(one: Placed, now: datetime) -> tuple[object, ...]:
    row = one.row
    return (
        one.partition,
        one.position,
        row.stream,
        one.version,
        row.source,
        row.id,
        row.type,
        row.happened_at,
        now,
        row.correlation,
        row.causation,
        row.traceparent,
        row.origin,
        row.target_source,
        row.target_id,
        row.body,
    )


def _receipt(one: Placed) -> tuple[object, ...]:
    return one.row.source, one.row.id, one.partition, one.position, one.row.fingerprint
