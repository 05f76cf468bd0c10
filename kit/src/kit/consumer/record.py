"""One event as a consumer receives it, whichever way it came."""

from collections.abc import Mapping
from datetime import datetime
from functools import lru_cache
from typing import NamedTuple, Self
from uuid import UUID

import orjson

from kit.log import Entry, message


class NotOursError(ValueError):
    """These bytes are not one of our messages."""


class Record(NamedTuple):
    """An event, where its log keeps it, and the trace to continue when applying it."""

    partition: int
    position: int
    source: str
    id: str
    type: str
    stream: UUID
    recorded_at: datetime
    traceparent: str | None
    value: bytes

    @classmethod
    def of(cls, entry: Entry) -> Self:
        """What a consumer receives of a row of the log."""
        return cls(
            entry.partition,
            entry.position,
            entry.source,
            entry.id,
            entry.type,
            entry.stream,
            entry.recorded_at,
            entry.traceparent,
            message(entry),
        )


@lru_cache(8)
def _epoch(told: bytes) -> UUID:
    return UUID(told.decode())


def from_kafka(
    partition: int, value: bytes | None, headers: Mapping[str, bytes]
) -> tuple[UUID, Record]:
    """Read a message, and the epoch of the log that it names."""
    try:
        epoch = _epoch(headers["epoch"])
        traceparent = headers.get("traceparent", b"").decode() or None
        message = orjson.loads(value or b"")
        record = Record(
            message["partition"],
            message["position"],
            message["source"],
            message["id"],
            message["type"],
            UUID(message["subject"]),
            datetime.fromisoformat(message["recordedtime"]),
            traceparent,
            value or b"",
        )
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise NotOursError from error
    texts = (record.source, record.id, record.type)
    if (
        type(record.position) is not int
        or record.partition != partition
        or not all(isinstance(each, str) for each in texts)
    ):
        raise NotOursError
    return epoch, record
