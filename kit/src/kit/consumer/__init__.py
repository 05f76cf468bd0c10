"""Reading another service's log: each event takes effect once, in its order, or is set aside."""

from kit.consumer.consumer import Consumer
from kit.consumer.delivery import Apply
from kit.consumer.record import Record
from kit.consumer.resumption import list_set_aside
from kit.consumer.source import HttpSource, Source
from kit.consumer.store import SetAside

__all__ = ["Apply", "Consumer", "HttpSource", "Record", "SetAside", "Source", "list_set_aside"]
