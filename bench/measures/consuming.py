"""A consumer: one row of effect for each event, and the cursor, in one transaction."""

import asyncio
import time
from collections.abc import Iterator, Mapping, Sequence
from itertools import pairwise
from uuid import UUID, uuid4

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from bench import apart, rows, store, topic
from bench.gate import Seen, Verdict, inspect
from bench.ground import Ground
from bench.line import Line, Reference, Target, middle
from bench.machine import Meter
from bench.size import Size
from kit.consumer import Consumer, Record
from kit.consumer.store import Reader, begin, lock, move
from kit.db import engine
from kit.migrations import sql

_PAGE = 500
_PAUSE = 0.02
_SETTLED = 2.0
_PATIENCE = 300
_TABLES = """
create table effect (rank bigserial primary key, partition smallint not null,
  position bigint not null, source text not null, id text not null);
create table ready (member serial);
create table go (at timestamptz)"""
_EFFECT = text(
    "insert into effect (partition, position, source, id) select * from"
    " unnest(cast(:partitions as smallint[]), cast(:positions as bigint[]),"
    " cast(:sources as text[]), cast(:ids as text[]))"
)
_PASSED = "select sum(position)::bigint from consumer.cursor"
_READER = Reader("bench", "suivi")


def lines(ground: Ground, size: Size) -> Iterator[Line]:
    rates, memory, verdict = [], [], Verdict()
    for turn in range(size.rounds):
        memory.append(_alone(ground, size.consumed, f"alone{turn}"))
        rate, found = _consume(ground, size.consumed, f"consume{turn}")
        rates.append(rate)
        verdict = verdict.plus(found)
    yield Line(
        "consommateur, un effet par événement",
        middle(rates),
        "événements/s",
        f"un processus, lots de 500, {size.rounds} x {size.consumed} événements déjà dans Kafka ;"
        " effets et curseur dans une transaction, puis la position dans Kafka",
        verdict,
        Target(at_least=20_000),
        Reference("les mêmes transactions depuis la mémoire", middle(memory)),
    )


def by_processes(ground: Ground, size: Size) -> Iterator[Line]:
    """The same, by one, two and four members of the group."""
    told: list[Line] = []
    number = size.consumed
    for processes in (1, 2, 4):
        rate, verdict = _consume(ground, number, f"scale{processes}", processes)
        shape = f"12 partitions, lots de 500, {number} événements"
        told.append(
            Line(f"consommateur, {processes} processus", rate, "événements/s", shape, verdict)
        )
    yield told[0]
    for fewer, more in pairwise(told):
        yield more._replace(reference=Reference(fewer.measure, fewer.value))


def _consume(ground: Ground, number: int, seed: str, processes: int = 1) -> tuple[float, Verdict]:
    url, name, epoch = _effects(ground), f"{uuid4().hex[:8]}.journal", uuid4()
    entries = rows.entries(number, seed=seed)
    heads = {p: len(shared) for p, shared in enumerate(rows.by_partition(entries))}
    members = [
        apart.start(consume, url, ground.kafka, name, epoch, heads) for _ in range(processes)
    ]
    asyncio.run(_wait(url, "select count(*) from ready", processes))
    time.sleep(_SETTLED)
    apart.run(topic.send, ground.kafka, name, number, seed, epoch)
    rate = asyncio.run(_rate(url, number))
    for member in members:
        member.result()
    return rate, asyncio.run(_verdict(url, [entry.id for entry in entries]))


def _alone(ground: Ground, number: int, seed: str) -> float:
    return number / apart.run(without_kafka, _effects(ground), number, seed)


def _effects(ground: Ground) -> str:
    name = f"effects_{uuid4().hex[:8]}"
    ground.postgresql.execute(f"create database {name}")
    url = ground.postgresql.database_url(name)
    asyncio.run(_execute(url, sql("consumer") + sql("consumer_decision") + _TABLES))
    return url


class Heads:
    """The owner of a log: it says that nothing is there when first asked, so Kafka tells it all."""

    def __init__(self, epoch: UUID, heads: Mapping[int, int]) -> None:
        self._epoch = epoch
        self._told = iter([dict.fromkeys(heads, 0)])
        self._heads = dict(heads)

    async def entries(self, _partition: int, _after: int, _limit: int) -> list[Record]:
        return []

    async def stream(self, _stream: UUID, _after: int, _limit: int) -> list[Record]:
        return []

    async def heads(self) -> tuple[UUID, dict[int, int]]:
        return self._epoch, next(self._told, self._heads)

    async def close(self) -> None:
        """Nothing is open."""


async def consume(url: str, kafka: str, name: str, epoch: UUID, heads: Mapping[int, int]) -> None:
    """Be a member of the group until everything has taken effect; nothing does until told."""
    db = engine(url)
    told = asyncio.create_task(_wait(url, "select count(*) from go", 1))

    async def apply_once_told(tx: AsyncConnection, records: Sequence[Record]) -> None:
        await asyncio.shield(told)
        await apply(tx, records)

    consumer = Consumer(
        name=_READER.consumer,
        log=_READER.log,
        topic=name,
        db=db,
        source=Heads(epoch, heads),
        apply=apply_once_told,
        dead_letters="bench.dead-letters",
        known_types=None,
    )
    running = asyncio.create_task(consumer.run(kafka))
    async with asyncio.timeout(_PATIENCE):
        while not await _assigned(consumer):
            await asyncio.sleep(_PAUSE)
        await _execute(url, "insert into ready default values")
        await _wait(url, _PASSED, sum(heads.values()))
    running.cancel()
    await asyncio.wait({running})
    await db.dispose()


async def without_kafka(url: str, number: int, seed: str) -> float:
    """Make the same transactions of records that are already read; how long it took."""
    epoch, db = uuid4(), engine(url)
    pages = rows.pages([Record.of(entry) for entry in rows.entries(number, seed=seed)], _PAGE)
    async with db.begin() as tx:
        await begin(tx, _READER, epoch, range(12))
    meter = Meter()
    with meter.running():
        for page in pages:
            passed = {record.partition: record.position for record in page}
            async with db.begin() as tx:
                await lock(tx, _READER, epoch, passed)
                await apply(tx, page)
                await move(tx, _READER, epoch, passed)
    await db.dispose()
    return meter.seconds


async def apply(tx: AsyncConnection, records: Sequence[Record]) -> None:
    await tx.execute(
        _EFFECT,
        {
            "partitions": [record.partition for record in records],
            "positions": [record.position for record in records],
            "sources": [record.source for record in records],
            "ids": [record.id for record in records],
        },
    )


async def _assigned(consumer: Consumer) -> bool:
    try:
        await consumer.check()
    except Exception:  # noqa: BLE001 - not yet
        return False
    return True


async def _rate(url: str, number: int) -> float:
    """Have the members begin, when all is in Kafka; events a second, to the last effect."""
    connection = await store.connect(url)
    started = time.monotonic()
    await connection.execute("insert into go values (now())")
    async with asyncio.timeout(_PATIENCE):
        while await connection.fetchval(_PASSED) < number:
            await asyncio.sleep(_PAUSE)
    await connection.close()
    return number / (time.monotonic() - started)


async def _verdict(url: str, expected: Sequence[str]) -> Verdict:
    connection = await store.connect(url)
    found = await connection.fetch("select partition, position, id from effect order by rank")
    await connection.close()
    return inspect(expected, (Seen(x["partition"], x["position"], x["id"]) for x in found))


async def _wait(url: str, question: str, number: int) -> None:
    connection = await store.connect(url)
    async with asyncio.timeout(_PATIENCE):
        while (await connection.fetchval(question) or 0) < number:
            await asyncio.sleep(_PAUSE)
    await connection.close()


async def _execute(url: str, script: str) -> None:
    connection = await store.connect(url)
    await connection.execute(script)
    await connection.close()
