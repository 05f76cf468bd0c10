"""The relay: every event reaches Kafka, in order, whoever is killed, frozen or restarted."""

import asyncio
import contextlib
import itertools
import os
import random
import signal
import statistics
import subprocess
import sys
import time
from collections import Counter
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from uuid import uuid4

import pytest
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, TopicPartition
from aiokafka.structs import ConsumerRecord
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from deploy.embedded.kafka import Kafka
from kit import clock, log, observability
from kit.broker import create_topics
from kit.db import engine
from kit.errors import IdentityError
from kit.log import P, Relay
from kit.log.relay.again import left, publish_again
from tests.conftest import Database
from tests.kit.events import Event, append, faults, stream_in, until
from tests.kit.relaying import relaying


@pytest.fixture
def url(database: Database) -> str:
    return database("passerelle")


@pytest.fixture
async def db(url: str) -> AsyncIterator[AsyncEngine]:
    db = engine(url)
    yield db
    await db.dispose()


@pytest.fixture
def topic(topic_prefix: str) -> str:
    return f"{topic_prefix}passerelle.events"


class Topic:
    """What a reader makes of a topic: it drops repeats, and finds neither gap nor inversion."""

    def __init__(self, consumer: AIOKafkaConsumer) -> None:
        self._consumer = consumer
        self.positions = dict.fromkeys(range(P), 0)
        self.records: list[ConsumerRecord] = []
        self.repeats = 0

    async def read_to(self, db: AsyncEngine, within: float = 60) -> None:
        """Read until nothing of the log is missing."""
        async with db.connect() as tx:
            _, heads = await log.heads(tx)
        async with asyncio.timeout(within):
            while self.positions != heads:
                await self.read()

    async def read(self) -> None:
        pages = await self._consumer.getmany(timeout_ms=50)
        for record in itertools.chain.from_iterable(pages.values()):
            position = int(dict(record.headers)["position"])
            if position <= self.positions[record.partition]:
                self.repeats += 1
                continue
            assert position == self.positions[record.partition] + 1, "a gap, or an inversion"
            self.positions[record.partition] = position
            self.records.append(record)


@asynccontextmanager
async def reading(topic: str, kafka: str) -> AsyncIterator[Topic]:
    await create_topics(kafka, {topic: P})
    consumer = AIOKafkaConsumer(bootstrap_servers=kafka, auto_offset_reset="earliest")
    await consumer.start()
    consumer.assign([TopicPartition(topic, partition) for partition in range(P)])
    yield Topic(consumer)
    await consumer.stop()


async def test_every_event_is_published_in_the_order_of_its_partition(
    db: AsyncEngine, url: str, topic: str, kafka: str
):
    epoch = await log.check_identity(db)
    long_ago = datetime(1999, 12, 31, tzinfo=UTC)
    large = {"text": "x" * 2000}
    streams = [uuid4() for _ in range(50)]

    async def write(batches: int) -> None:
        dice = random.Random(batches)
        for _ in range(batches):
            streams_of_batch = dice.choices(streams, k=100)
            await append(
                db, *(Event(subject=s, time=long_ago, data=large) for s in streams_of_batch)
            )

    await write(8)
    async with reading(topic, kafka) as published, relaying(url, topic, kafka):
        await asyncio.gather(write(5), write(6))
        await published.read_to(db)

    assert len(published.records) == 1900
    assert published.repeats == 0
    entries = {}
    async with db.connect() as tx:
        for partition in range(P):
            for entry in await log.page(tx, partition, 0, 2000):
                entries[partition, entry.position] = entry
    for record in published.records:
        headers = {name: value.decode() for name, value in record.headers}
        entry = entries[record.partition, int(headers["position"])]
        assert record.value == log.message(entry)
        assert headers == {
            "epoch": str(epoch),
            "partition": str(record.partition),
            "position": str(entry.position),
            "id": entry.id,
            "type": entry.type,
        }
        # Kafka's retention by time must not see when things happened.
        assert record.timestamp / 1000 > clock.now().timestamp() - 600
    assert await faults(db) == []


async def test_what_is_stored_while_idle_is_published_at_once(
    db: AsyncEngine, url: str, topic: str, kafka: str, tell: Callable[[str], None]
):
    delays, direct = [], []
    async with (
        reading(topic, kafka) as published,
        reading(f"{topic}.direct", kafka) as alone,
        AIOKafkaProducer(bootstrap_servers=kafka) as producer,
        relaying(url, topic, kafka),
    ):
        await append(db, *(Event(subject=stream_in(partition)) for partition in range(P)))
        await published.read_to(db)
        for position in range(1, 16):
            began = time.monotonic()
            [receipt] = await append(db, Event())
            while published.positions[receipt.partition] != receipt.position:
                await published.read()
            delays.append(time.monotonic() - began)
            # The same way without log nor relay: what this machine takes by itself just now.
            began = time.monotonic()
            headers = [("position", b"%d" % position)]
            await producer.send_and_wait(f"{topic}.direct", b"", partition=0, headers=headers)
            while alone.positions[0] != position:
                await alone.read()
            direct.append(time.monotonic() - began)

    relayed, itself = statistics.median(delays), statistics.median(direct)
    tell(
        f"idle: stored, then read from Kafka {relayed * 1000:.0f} ms later;"
        f" Kafka alone takes {itself * 1000:.0f} ms: x{relayed / itself:.1f}"
    )
    # Far below the poll, so it was heard; the bound leaves room for a busy machine.
    assert relayed < itself + 0.25


@pytest.fixture
def spans() -> Iterator[InMemorySpanExporter]:
    exporter, provider = InMemorySpanExporter(), TracerProvider()
    provider.add_span_processor(SimpleSpanProcessor(exporter))
    observability.send_to(provider)
    yield exporter
    observability.shutdown()


async def test_each_event_has_its_span_and_hands_on_its_trace(
    db: AsyncEngine, url: str, topic: str, kafka: str, spans: InMemorySpanExporter
):
    traceparents = [f"00-{trace:032x}-{trace:016x}-01" for trace in (7, 8)]
    await append(db, *(Event(traceparent=traceparent) for traceparent in traceparents))

    async with reading(topic, kafka) as published, relaying(url, topic, kafka):
        await published.read_to(db)

    made = {
        f"00-{span.context.trace_id:032x}-{span.context.span_id:016x}-01": span
        for span in spans.get_finished_spans()
        if span.context
    }
    handed_on = {dict(record.headers)["traceparent"].decode() for record in published.records}
    assert made.keys() == handed_on
    assert {(span.context.trace_id, span.parent.span_id) for span in made.values()} == {  # type: ignore[union-attr]
        (7, 7),
        (8, 8),
    }
    assert {span.name for span in made.values()} == {f"send {topic}"}


class Process:
    """A relay to be killed or frozen."""

    def __init__(self, url: str, topic: str, kafka: str) -> None:
        command = [sys.executable, "-m", "tests.kit.relaying", url, topic, kafka]
        self._process = subprocess.Popen(command)

    def signal(self, number: signal.Signals) -> None:
        os.kill(self._process.pid, number)

    def end(self) -> None:
        self._process.kill()
        self._process.wait()


async def holders(db: AsyncEngine) -> list[int]:
    """How many partitions each relay has."""
    async with db.connect() as tx:
        found = await tx.scalars(
            text(
                "select count(*) from pg_locks where classid = 4243 and objid < 12 and granted"
                " and database = (select oid from pg_database where datname = current_database())"
                " group by pid"
            )
        )
        return sorted(found)


async def test_processes_share_the_partitions_and_replace_one_killed_or_frozen_within_5_seconds(
    db: AsyncEngine, url: str, topic: str, kafka: str, tell: Callable[[str], None]
):
    stop = asyncio.Event()

    async def write() -> None:
        while not stop.is_set():
            await append(db, *(Event(subject=stream_in(partition)) for partition in range(P)))
            await asyncio.sleep(0.02)

    async def shared() -> bool:
        return await holders(db) == [6, 6]

    async def published_everywhere(since: dict[int, int]) -> bool:
        await published.read()
        return all(published.positions[partition] > since[partition] for partition in range(P))

    async def until_replaced() -> float:
        async with db.connect() as tx:
            _, stored = await log.heads(tx)
        return await until(lambda: published_everywhere(stored), every=0)

    with contextlib.ExitStack() as processes:

        def start() -> Process:
            process = Process(url, topic, kafka)
            processes.callback(process.end)
            return process

        async with reading(topic, kafka) as published:
            first, second = start(), start()
            writing = asyncio.create_task(write())
            await until(shared, within=60)
            usual = await until_replaced()

            first.signal(signal.SIGKILL)
            killed = await until_replaced()

            start()
            await until(shared, within=60)
            second.signal(signal.SIGSTOP)
            frozen = await until_replaced()
            assert await holders(db) == [12]

            second.signal(signal.SIGCONT)
            await until(shared, within=60)
            stop.set()
            await writing
            await published.read_to(db)

    tell(
        f"replaced in {killed:.1f} s when killed, {frozen:.1f} s when frozen;"
        f" a round takes {usual:.2f} s, {published.repeats} repeats dropped"
    )
    # Five seconds, and what a few rounds take on a machine that does much else.
    assert max(killed, frozen) < 5 + 10 * usual
    partitions = Counter(record.partition for record in published.records)
    assert sum(partitions.values()) == sum(published.positions.values())
    assert await faults(db) == []


async def test_a_log_is_published_again_from_its_beginning_while_relays_run(
    db: AsyncEngine, url: str, topic: str, kafka: str
):
    async with reading(topic, kafka) as published, relaying(url, topic, kafka):
        await append(db, *(Event() for _ in range(30)))
        await published.read_to(db)
        async with db.connect() as tx:
            await until(lambda: _all_published(tx), within=60)
            await publish_again(tx)
        await append(db, Event())

        async def repeated() -> bool:
            await published.read()
            return published.repeats >= 30

        await until(repeated, within=60, every=0)
        await published.read_to(db)


async def _all_published(tx: AsyncConnection) -> bool:
    await tx.rollback()
    return await left(tx) == 0


async def test_a_kafka_killed_and_restarted_loses_nothing(
    db: AsyncEngine, url: str, topic: str, kafka: str, broker: Kafka
):
    async with reading(topic, kafka) as published:
        relay = Process(url, topic, kafka)
        try:
            await append(db, *(Event() for _ in range(200)))
            await published.read_to(db)
            broker.kill()
            for _ in range(10):
                await append(db, *(Event() for _ in range(20)))
                await asyncio.sleep(0.1)
            broker.start()
            await append(db, Event())
            await published.read_to(db)
        finally:
            relay.end()


async def test_a_stop_is_bounded_even_when_kafka_says_nothing(
    db: AsyncEngine, url: str, topic: str, kafka: str, broker: Kafka
):
    async with reading(topic, kafka) as published, relaying(url, topic, kafka):
        await append(db, *(Event(subject=stream_in(partition)) for partition in range(P)))
        await published.read_to(db)
        os.kill(broker.child.pid, signal.SIGSTOP)
        await append(db, Event())
        await asyncio.sleep(0.3)
        began = time.monotonic()

    try:
        assert time.monotonic() - began < 10
    finally:
        os.kill(broker.child.pid, signal.SIGCONT)


async def test_a_topic_cut_otherwise_is_refused(db: AsyncEngine, url: str, topic: str, kafka: str):
    await create_topics(kafka, {topic: 5})

    with pytest.raises(IdentityError, match="has 5 partitions and its log has 12"):
        await Relay(url, topic, kafka, "relay").run()


async def test_a_topic_of_another_log_is_refused(db: AsyncEngine, url: str, topic: str, kafka: str):
    await create_topics(kafka, {topic: P})
    async with AIOKafkaProducer(bootstrap_servers=kafka) as other:
        headers = [("epoch", str(uuid4()).encode())]
        await other.send_and_wait(topic, b"{}", partition=3, headers=headers)

    with pytest.raises(IdentityError, match="events of another log"):
        await Relay(url, topic, kafka, "relay").run()
