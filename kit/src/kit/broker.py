"""Kafka: the topics, as they must be, and what each last says."""

import asyncio
from collections.abc import AsyncIterator, Iterable, Mapping
from contextlib import asynccontextmanager

from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.admin import AIOKafkaAdminClient, NewTopic
from aiokafka.errors import NoError, TopicAlreadyExistsError, for_code
from tenacity import retry, retry_if_result, wait_fixed

from kit.errors import IdentityError

_PATIENCE = 5.0  # seconds
_REQUEST_TIMEOUT_MS = 3000
# Nothing is ever deleted: a topic is a copy of a log.
_FOR_EVER = {"cleanup.policy": "delete", "retention.ms": "-1", "retention.bytes": "-1"}


async def create_topics(kafka: str, topics: Mapping[str, int]) -> None:
    """Create the *topics* that are missing; refuse one that has another number of partitions.

    Who wants several replicas creates the topics first.
    """
    admin = AIOKafkaAdminClient(bootstrap_servers=kafka, request_timeout_ms=_REQUEST_TIMEOUT_MS)
    try:
        async with asyncio.timeout(_PATIENCE):
            await admin.start()
            await _until_led(admin)
            answer = await admin.create_topics(
                [
                    NewTopic(name, partitions, 1, topic_configs=_FOR_EVER)
                    for name, partitions in topics.items()
                ]
            )
            for _name, code, reason in answer.topic_errors:
                if (error := for_code(code)) not in {NoError, TopicAlreadyExistsError}:
                    raise error(reason)
            for topic in await admin.describe_topics(list(topics)):
                _check_partitions(topic["topic"], len(topic["partitions"]), topics)
    finally:
        await admin.close()


@retry(retry=retry_if_result(lambda led: not led), wait=wait_fixed(0.05))
async def _until_led(admin: AIOKafkaAdminClient) -> bool:
    """Wait for a broker that answers but has only just started, and knows no controller yet."""
    return (await admin.describe_cluster())["controller_id"] not in {None, -1}


def _check_partitions(topic: str, found: int, topics: Mapping[str, int]) -> None:
    # None yet: just created, and this broker has not heard of it.
    if found not in {0, topics[topic]}:
        raise IdentityError(
            f"The topic {topic} has {found} partitions and its log has {topics[topic]}:"
            " what is written in one would be looked for in another."
        )


async def last_headers(kafka: str, topic: str, partitions: Iterable[int]) -> list[dict[str, bytes]]:
    """Return the headers of the last message of each partition that has one."""
    async with _looking(kafka) as consumer:
        assigned = [TopicPartition(topic, partition) for partition in partitions]
        consumer.assign(assigned)
        ends = await consumer.end_offsets(assigned)
        starts = await consumer.beginning_offsets(assigned)
        missing = {key for key in assigned if ends[key] > starts[key]}
        for key in missing:
            consumer.seek(key, ends[key] - 1)
        found = []
        while missing:
            for key, records in (await consumer.getmany(*missing, timeout_ms=1000)).items():
                if records:
                    missing.discard(key)
                    found.append(dict(records[-1].headers))
        return found


async def count(kafka: str, topics: Iterable[str]) -> dict[str, int]:
    """How many messages are kept in each of *topics*, which have one partition."""
    async with _looking(kafka) as consumer:
        keys = [TopicPartition(topic, 0) for topic in topics]
        ends = await consumer.end_offsets(keys)
        starts = await consumer.beginning_offsets(keys)
        return {key.topic: ends[key] - starts[key] for key in keys}


@asynccontextmanager
async def _looking(kafka: str) -> AsyncIterator[AIOKafkaConsumer]:
    """A consumer that commits nothing, and waits for nothing beyond a bound."""
    consumer = AIOKafkaConsumer(
        bootstrap_servers=kafka,
        enable_auto_commit=False,
        auto_offset_reset="none",
        request_timeout_ms=_REQUEST_TIMEOUT_MS,
    )
    try:
        async with asyncio.timeout(_PATIENCE):
            await consumer.start()
            yield consumer
    finally:
        await consumer.stop()
