"""The relay, from PostgreSQL to Kafka, beside the same sending of rows already in memory."""

import asyncio
import time
from collections.abc import Iterator
from itertools import pairwise

from bench import apart, rows, store, topic
from bench.gate import Verdict, inspect
from bench.ground import Ground
from bench.line import Line, Reference, Target, middle
from bench.size import Size

_JOURNAL = "parcours.journal"
_PAUSE = 0.02
_SETTLED = 2.0  # seconds until processes have shared the partitions
_PATIENCE = 300
_PASSED = "select coalesce(sum(position), 0)::bigint from log.cursor"
_RELAYS = "select count(*) from pg_locks where locktype = 'advisory' and classid = 4243"
_TELL = "select pg_notify('log', (select string_agg(partition::text, ',') from log.head))"


def lines(ground: Ground, size: Size) -> Iterator[Line]:
    rates, memory, verdict, cpu = [], [], Verdict(), 0.0
    for turn in range(size.rounds):
        name = f"memory{turn}.{_JOURNAL}"
        seconds, cpu = apart.run(topic.send, ground.kafka, name, size.relayed, f"memory{turn}")
        memory.append(size.relayed / seconds)
        rate, found = _relay(ground, size.relayed, f"relay{turn}")
        rates.append(rate)
        verdict = verdict.plus(found)
    yield Line(
        "relais, de PostgreSQL à Kafka",
        middle(rates),
        "événements/s",
        f"un processus, 12 partitions, {size.rounds} x {size.relayed} événements qui attendent,"
        f" corps de {rows.weight(rows.rows(10, among=10, seed=''))} octets, acks=all ;"
        f" envoi depuis la mémoire à {cpu:.0%} d’un cœur",
        verdict,
        Target(at_least=50_000, ratio=0.7),
        Reference("le même envoi depuis la mémoire", middle(memory)),
    )


def by_processes(ground: Ground, size: Size) -> Iterator[Line]:
    """The same, by one, two and four processes that share the partitions."""
    told: list[Line] = []
    number = size.relayed // 2
    for processes in (1, 2, 4):
        rate, verdict = _relay(ground, number, f"scale{processes}", processes)
        shape = f"12 partitions, {number} événements qui attendent"
        told.append(Line(f"relais, {processes} processus", rate, "événements/s", shape, verdict))
    yield told[0]
    for fewer, more in pairwise(told):
        yield more._replace(reference=Reference(fewer.measure, fewer.value))


def _relay(ground: Ground, number: int, seed: str, processes: int = 1) -> tuple[float, Verdict]:
    at = ground.store()
    placed = list(rows.place(rows.rows(number, among=number, seed=seed), {}, {}))
    with ground.roles(processes, at, "relay", SC_KAFKA=ground.kafka):
        asyncio.run(_shared(at.url, processes))
        seconds = asyncio.run(_relayed(at.url, placed))
    seen = apart.run(topic.read, ground.kafka, f"{at.topics}{_JOURNAL}", number)
    return number / seconds, inspect([one.row.id for one in placed], seen)


async def _shared(url: str, processes: int) -> None:
    """Wait until all partitions are held, and all processes counted."""
    connection = await store.connect(url)
    async with asyncio.timeout(_PATIENCE):
        while await connection.fetchval(_RELAYS) < 12 + processes:
            await asyncio.sleep(_PAUSE)
    await asyncio.sleep(_SETTLED)
    await connection.close()


async def _relayed(url: str, placed: list[rows.Placed]) -> float:
    """Make *placed* visible all at once, and wait until the cursors have passed them."""
    writing, reading = await store.connect(url), await store.connect(url)
    async with writing.transaction():
        await store.copy(writing, placed)
        await writing.execute(_TELL)
    started = time.monotonic()
    async with asyncio.timeout(_PATIENCE):
        while await reading.fetchval(_PASSED) < len(placed):
            await asyncio.sleep(_PAUSE)
    seconds = time.monotonic() - started
    await writing.close()
    await reading.close()
    return seconds
