import asyncio
from collections.abc import AsyncIterator, Callable, Coroutine, Sequence
from contextlib import asynccontextmanager, suppress
from typing import Any
from uuid import UUID, uuid4

import pytest
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer
from aiokafka.admin import AIOKafkaAdminClient
from aiokafka.errors import KafkaError
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from kit.broker import create_topics
from kit.consumer import Consumer, Record, consumer, listening, store
from kit.consumer.delivery import Apply
from kit.errors import IdentityError, Unavailable
from kit.log import P
from tests.kit.reading import (
    UNFENCED,
    Event,
    LogSource,
    a_stream,
    an_empty_log,
    an_empty_reader,
    apply,
    effects,
    headers,
    places,
    positions,
    publish,
    write,
)

PATIENCE = 20.0


@pytest.fixture(scope="module")
def urls(module_database: Callable[[str], str]) -> tuple[str, str]:
    return module_database("suivi"), module_database("indicateurs")


@pytest.fixture
async def source(urls: tuple[str, str]) -> AsyncIterator[LogSource]:
    async with an_empty_log(urls[0]) as source:
        yield source


@pytest.fixture
async def db(urls: tuple[str, str]) -> AsyncIterator[AsyncEngine]:
    async with an_empty_reader(urls[1]) as db:
        yield db


class Scene:
    """A log, its topic, and whoever reads it."""

    def __init__(self, kafka: str, prefix: str, source: LogSource, db: AsyncEngine) -> None:
        self.kafka = kafka
        self.topic = f"{prefix}test.events"
        self.dead_letters = f"{prefix}test.dead-letters"
        self.source = source
        self.db = db

    async def epoch(self) -> UUID:
        return (await self.source.heads())[0]

    async def publish(self, records: Sequence[Record]) -> None:
        await publish(self.kafka, self.topic, records, await self.epoch())

    def consumer(self, apply: Apply = apply) -> Consumer:
        return Consumer(
            name="reader",
            log="writer",
            topic=self.topic,
            db=self.db,
            source=self.source,
            apply=apply,
            dead_letters=self.dead_letters,
            known_types=None,
        )

    @asynccontextmanager
    async def reading(self, reader: Consumer | None = None) -> AsyncIterator[Consumer]:
        """A consumer at work, which has its partitions."""
        reader = reader or self.consumer()
        task = asyncio.create_task(reader.run(self.kafka))
        try:
            await until(lambda: _ready(reader))
            yield reader
        finally:
            task.cancel()
            with suppress(asyncio.CancelledError):
                await task

    async def applied(self, records: Sequence[Record]) -> None:
        """Return once each of *records* had its effect; fail if one has two."""

        async def all_of_them() -> bool:
            return len(await effects(self.db)) >= len(records)

        await until(all_of_them)
        assert sorted(await effects(self.db)) == sorted(places(records))


@pytest.fixture
async def scene(kafka: str, topic_prefix: str, source: LogSource, db: AsyncEngine) -> Scene:
    scene = Scene(kafka, topic_prefix, source, db)
    await create_topics(kafka, {scene.topic: P, scene.dead_letters: 1})
    return scene


async def until(condition: Callable[[], Coroutine[Any, Any, bool]]) -> None:
    async with asyncio.timeout(PATIENCE):
        while not await condition():  # noqa: ASYNC110 - what is awaited is in other processes
            await asyncio.sleep(0.02)


async def _ready(reader: Consumer) -> bool:
    try:
        await reader.check()
    except Unavailable:
        return False
    return True


async def _all(kafka: str, topic: str, number: int) -> list[Any]:
    """The first messages of a topic."""
    reader = AIOKafkaConsumer(topic, bootstrap_servers=kafka, auto_offset_reset="earliest")
    async with reader, asyncio.timeout(PATIENCE):
        return [await reader.getone() for _ in range(number)]


async def test_what_kafka_tells_takes_effect_once_and_is_committed_after(scene: Scene):
    async with scene.reading():
        records = await write(scene.source.db, *(Event(a_stream(n % 12)) for n in range(600)))
        asked = scene.source.pages
        await scene.publish(records + records[:50])
        await scene.applied(records)

    assert scene.source.pages == asked
    async with scene.reading():
        more = await write(scene.source.db, Event(a_stream(0)))
        await scene.publish(more)
        await scene.applied(records + more)


async def test_garbage_goes_byte_for_byte_to_the_dead_letters_and_the_rest_goes_on(scene: Scene):
    records = await write(scene.source.db, *(Event(a_stream(2)) for _ in range(4)))
    epoch = await scene.epoch()
    garbage: list[tuple[bytes | None, list[tuple[str, bytes]]]] = [
        (b"\xff\x00 not JSON", headers(records[1], epoch)),
        (records[1].value, [("epoch", b"\xff\xfe")]),
        (records[1].value, [("traceparent", b"\xe9"), *headers(records[1], epoch)]),
        (b"[1, 2]", headers(records[1], epoch)),
        (records[1].value.replace(b'"position":2', b'"position":"2"'), headers(records[1], epoch)),
        (None, []),
    ]

    async with scene.reading(), AIOKafkaProducer(bootstrap_servers=scene.kafka) as producer:
        await scene.publish(records[:1])
        for value, told in garbage:
            await producer.send_and_wait(scene.topic, value, b"k", partition=2, headers=told)
        await scene.publish(records[2:])
        await scene.applied(records)
        copies = await _all(scene.kafka, scene.dead_letters, len(garbage))

    assert await effects(scene.db) == places(records)
    assert [copy.value for copy in copies] == [value for value, _ in garbage]
    assert [list(copy.headers)[:-1] for copy in copies] == [told for _, told in garbage]
    assert [dict(copy.headers)["origin"] for copy in copies] == [
        f"{scene.topic}/2/{offset}".encode() for offset in range(1, 7)
    ]


async def test_a_topic_lost_and_made_again_loses_nothing_and_is_heard_again(
    scene: Scene, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(listening, "METADATA_EVERY_MS", 500)
    records = await write(scene.source.db, *(Event(a_stream(n % 12)) for n in range(120)))

    async def made_again() -> bool:
        try:
            await create_topics(scene.kafka, {scene.topic: P})
        except KafkaError:  # the broker takes its time to forget
            return False
        return True

    async with scene.reading():
        await scene.publish(records)
        await scene.applied(records)

        admin = AIOKafkaAdminClient(bootstrap_servers=scene.kafka)
        await admin.start()
        await admin.delete_topics([scene.topic])
        await admin.close()
        lost = await write(scene.source.db, *(Event(a_stream(n % 12)) for n in range(120)))
        told = await write(scene.source.db, *(Event(a_stream(n % 12)) for n in range(12)))
        await until(made_again)
        await scene.publish(told)
        await scene.applied(records + lost + told)


async def test_what_kafka_never_tells_is_fetched_all_the_same(
    scene: Scene, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(consumer, "COMPARE_EVERY", 0.2)

    async with scene.reading():
        records = await write(scene.source.db, *(Event(a_stream(n % 12)) for n in range(30)))
        await scene.applied(records)


async def test_without_kafka_a_consumer_catches_up_and_is_not_ready(
    scene: Scene, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(consumer, "COMPARE_EVERY", 0.2)
    reader = scene.consumer()
    before = await write(scene.source.db, Event(a_stream(0)))

    task = asyncio.create_task(reader.run("127.0.0.1:9"))
    await scene.applied(before)
    after = await write(scene.source.db, Event(a_stream(0)))
    await scene.applied(before + after)

    assert not await _ready(reader)
    task.cancel()
    with suppress(asyncio.CancelledError):
        await task


async def _rebalance_in_mid_batch(scene: Scene) -> tuple[list[Record], list[tuple[int, int]]]:
    """One member holds a batch open while a third one comes and partitions change hands."""
    begun, changed_hands = asyncio.Event(), asyncio.Event()

    async def slowly(tx: AsyncConnection, records: Sequence[Record]) -> None:
        await apply(tx, records)
        begun.set()
        await changed_hands.wait()

    async with scene.reading(scene.consumer(slowly)), scene.reading():
        records = await write(scene.source.db, *(Event(a_stream(n % 12)) for n in range(120)))
        await scene.publish(records)
        await begun.wait()
        async with AIOKafkaConsumer(
            scene.topic, bootstrap_servers=scene.kafka, group_id=f"{scene.topic}.reader"
        ) as third:

            async def assigned() -> bool:
                return bool(third.assignment())

            await until(assigned)
            await asyncio.sleep(0.5)
            changed_hands.set()

        async def all_of_them() -> bool:
            return set(await effects(scene.db)) >= set(places(records))

        await until(all_of_them)
    return records, await effects(scene.db)


async def test_a_rebalance_in_mid_batch_doubles_nothing(scene: Scene):
    records, found = await _rebalance_in_mid_batch(scene)

    assert sorted(found) == sorted(places(records))


async def test_without_the_lock_on_the_cursor_it_would(
    scene: Scene, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(store, "_LOCK", UNFENCED)

    _, found = await _rebalance_in_mid_batch(scene)

    assert len(found) > len(set(found))


async def test_members_that_come_and_go_lose_and_double_nothing(scene: Scene):
    written: list[Record] = []

    async def write_on() -> None:
        for _ in range(20):
            records = await write(scene.source.db, *(Event(a_stream(n % 12)) for n in range(40)))
            written.extend(records)
            await scene.publish(records)

    async with scene.reading():
        writing = asyncio.create_task(write_on())
        for _ in range(2):
            async with scene.reading():
                await asyncio.sleep(0.2)
        await writing
        await scene.applied(written)


async def test_a_crash_between_the_effects_and_the_offsets_repeats_nothing(
    scene: Scene, monkeypatch: pytest.MonkeyPatch
):
    async def crash(*_: object) -> None:
        """The process dies here: nothing is committed to Kafka."""

    records = await write(scene.source.db, *(Event(a_stream(n % 12)) for n in range(100)))
    with monkeypatch.context() as patched:
        patched.setattr(listening, "_commit", crash)
        async with scene.reading():
            await scene.publish(records)
            await scene.applied(records)

    async with scene.reading():
        more = await write(scene.source.db, Event(a_stream(0)))
        await scene.publish(more)
        await scene.applied(records + more)


async def test_a_stop_finishes_the_batch(scene: Scene):
    begun = asyncio.Event()

    async def slowly(tx: AsyncConnection, records: Sequence[Record]) -> None:
        begun.set()
        await asyncio.sleep(0.5)
        await apply(tx, records)

    async with scene.reading(scene.consumer(slowly)):
        records = await write(scene.source.db, Event(a_stream(0)))
        await scene.publish(records)
        await begun.wait()

    assert await effects(scene.db) == places(records)


async def test_an_outage_delays_and_loses_nothing(scene: Scene):
    failures = 3

    async def unlucky(tx: AsyncConnection, records: Sequence[Record]) -> None:
        nonlocal failures
        await apply(tx, records)
        if failures:
            failures -= 1
            raise ConnectionError

    async with scene.reading(scene.consumer(unlucky)):
        records = await write(scene.source.db, *(Event(a_stream(n % 12)) for n in range(20)))
        await scene.publish(records)
        await scene.applied(records)

    assert failures == 0


async def test_messages_of_another_life_are_refused_and_the_log_is_followed(scene: Scene):
    records = await write(scene.source.db, *(Event(a_stream(0)) for _ in range(3)))
    async with scene.reading():
        await scene.publish(records)
        await scene.applied(records)

        forged = records[0]._replace(position=4, value=b"")
        forged = forged._replace(value=records[0].value.replace(b'"position":1', b'"position":4'))
        await publish(scene.kafka, scene.topic, [forged], uuid4())
        [true] = await write(scene.source.db, Event(a_stream(0)))
        await scene.publish([true])
        await scene.applied([*records, true])

        old = await scene.epoch()
        async with scene.source.db.begin() as tx:
            await tx.execute(text("set local session_replication_role = replica"))
            await tx.execute(text("update log.identity set epoch = gen_random_uuid()"))
        [restored] = await write(scene.source.db, Event(a_stream(0)))
        await scene.publish([restored])
        await scene.applied([*records, true, *records, true, restored])

    assert await positions(scene.db, old) == {0: 4}
    assert await positions(scene.db, await scene.epoch()) == {0: 5}


async def test_a_topic_cut_otherwise_is_refused_with_a_sentence(scene: Scene):
    scene.topic += ".narrow"
    await create_topics(scene.kafka, {scene.topic: 3})

    async def known() -> bool:
        async with AIOKafkaConsumer(scene.topic, bootstrap_servers=scene.kafka) as reader:
            return bool(reader.partitions_for_topic(scene.topic))

    await until(known)

    with pytest.raises(IdentityError, match="has 3 partitions and its log has 12"):
        await asyncio.wait_for(scene.consumer().run(scene.kafka), PATIENCE)
