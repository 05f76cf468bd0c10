"""The partitioned log: the journal of one service, the outbox of every other."""

from kit.log.relay import Relay
from kit.log.store import (
    CloudEvent,
    Entry,
    P,
    Receipt,
    append,
    check_identity,
    find,
    heads,
    message,
    page,
    partition_of,
    read,
    settle,
)
from kit.log.writer import Writer

__all__ = [
    "CloudEvent",
    "Entry",
    "P",
    "Receipt",
    "Relay",
    "Writer",
    "append",
    "check_identity",
    "find",
    "heads",
    "message",
    "page",
    "partition_of",
    "read",
    "settle",
]
