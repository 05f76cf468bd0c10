"""Reading another service's log: each event takes effect once, in its order, or is set aside."""

from kit.consumer.consumer import Consumer
from kit.consumer.delivery import Apply
from kit.consumer.record import Record
from kit.consumer.resumption import UNFINISHED, list_set_aside
from kit.consumer.source import HttpSource, Source
from kit.consumer.store import Decision, Reader, Reason, SetAside

__all__ = [
    "UNFINISHED",
    "Apply",
    "Consumer",
    "Decision",
    "HttpSource",
    "Reader",
    "Reason",
    "Record",
    "SetAside",
    "Source",
    "list_set_aside",
]
