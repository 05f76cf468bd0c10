"""The partitioned log: the journal of one service, the outbox of every other."""

from kit.log.lag import Lag, unsent
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
    page_of_stream,
    partition_of,
    read,
    settle,
)
from kit.log.writer import Writer

__all__ = [
    "CloudEvent",
    "Entry",
    "Lag",
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
    "page_of_stream",
    "partition_of",
    "read",
    "settle",
    "unsent",
]
