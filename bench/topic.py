"""Kafka seen from outside the product: what is sent from memory, what a reader finds."""

import asyncio
from collections.abc import Sequence
from uuid import UUID, uuid4

from aiokafka import AIOKafkaConsumer, TopicPartition

from bench import rows
from bench.gate import Seen
from bench.machine import Meter
from kit.broker import create_topics
from kit.log import Entry, P
from kit.log.relay.publisher import Publisher, open_publisher

_PAGE = 500
_PATIENCE = 300  # seconds


async def send(
    kafka: str, topic: str, number: int, seed: str, epoch: UUID | None = None
) -> tuple[float, float]:
    """Send so many events that are already in memory; what it took, and the share of a core.

    As the relay does: all partitions at once, page after page in each, every page acknowledged.
    """
    await create_topics(kafka, {topic: P})
    shared = rows.by_partition(rows.entries(number, seed=seed))

    async def publish(publisher: Publisher, partition: int, entries: Sequence[Entry]) -> None:
        for page in rows.pages(entries, _PAGE):
            _, failure = await publisher.send(partition, page)
            if failure:
                raise failure

    meter = Meter()
    async with open_publisher(kafka, topic, str(epoch or uuid4())) as publisher:
        with meter.running():
            await asyncio.gather(*(publish(publisher, p, e) for p, e in enumerate(shared)))
    return meter.seconds, meter.cpu


async def read(kafka: str, topic: str, number: int) -> list[Seen]:
    """What a reader of *topic* keeps, in its order: positions already passed are dropped."""
    consumer = AIOKafkaConsumer(
        bootstrap_servers=kafka, enable_auto_commit=False, auto_offset_reset="earliest"
    )
    cursors = dict.fromkeys(range(P), 0)
    seen: list[Seen] = []
    try:
        async with asyncio.timeout(_PATIENCE):
            await consumer.start()
            partitions = [TopicPartition(topic, partition) for partition in range(P)]
            consumer.assign(partitions)
            ends = await consumer.end_offsets(partitions)
            while any([await consumer.position(p) < ends[p] for p in partitions]):
                found = await consumer.getmany(timeout_ms=200, max_records=5000)
                for record in (record for records in found.values() for record in records):
                    headers = dict(record.headers)
                    position = int(headers["position"])
                    if position > cursors[record.partition]:
                        cursors[record.partition] = position
                        seen.append(Seen(record.partition, position, headers["id"].decode()))
    finally:
        await consumer.stop()
    if len(seen) > number:
        raise AssertionError("more events than were sent")
    return seen
