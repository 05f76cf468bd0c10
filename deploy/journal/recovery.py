"""Ce que Kafka a su d’un journal, et que le journal restauré ne sait plus."""

from collections.abc import Collection, Mapping
from typing import NamedTuple
from uuid import UUID

from aiokafka import AIOKafkaConsumer, TopicPartition

from deploy.trouble import Trouble
from kit.consumer import Record
from kit.consumer.record import NotOursError, from_kafka
from kit.log import P


class AnotherKafka(Trouble):
    """What a topic carries was never the log that was restored."""

    def __init__(self, topic: str) -> None:
        super().__init__(
            f"Le topic {topic} porte un autre journal que celui de la sauvegarde : "
            "restaurez-la auprès de son propre Kafka, ou d’un Kafka vide."
        )


class Found(NamedTuple):
    """Events in the order of their partitions, and the lives that the store had not heard of."""

    records: list[Record]
    lives: set[UUID]


async def beyond(
    kafka: str, topic: str, epoch: UUID, ends: Mapping[int, int], former: Collection[UUID]
) -> Found:
    """What *topic* tells beyond *ends*, where the life *epoch* of the restored store stops.

    Lives before it, *former*, have nothing more to tell. Those that it has never heard of were
    lived after the backup, and lost with their store: all that they said counts.
    """
    found: dict[tuple[UUID, int, int], Record] = {}
    seen: set[UUID] = set()
    consumer = AIOKafkaConsumer(bootstrap_servers=kafka, enable_auto_commit=False)
    await consumer.start()
    try:
        assigned = [TopicPartition(topic, partition) for partition in range(P)]
        if topic not in await consumer.topics():
            return Found([], set())
        consumer.assign(assigned)
        await consumer.seek_to_beginning(*assigned)
        upto = await consumer.end_offsets(assigned)
        while any([await consumer.position(each) < upto[each] for each in assigned]):
            for messages in (await consumer.getmany(timeout_ms=500)).values():
                for message in messages:
                    try:
                        life, record = from_kafka(
                            message.partition, message.value, dict(message.headers)
                        )
                    except NotOursError:
                        continue
                    seen.add(life)
                    lost = record.position > ends[record.partition]
                    if life not in former and (lost or life != epoch):
                        found.setdefault((life, record.partition, record.position), record)
    finally:
        await consumer.stop()
    lives = seen - {epoch, *former}
    if lives and lives == seen:
        raise AnotherKafka(topic)
    return Found([found[place] for place in sorted(found, key=lambda p: p[1:])], lives)
