"""One span for each event of a batch, however often the batch is tried."""

from collections.abc import Callable, Sequence
from types import TracebackType
from typing import Self

from kit.consumer.record import Record
from kit.observability import Attribute, start, tracing


class Spans:
    """The spans of a batch: opened as its events prove new, ended together."""

    def __init__(self, destination: str) -> None:
        self._destination = destination
        self._opened: dict[tuple[int, int], tuple[str | None, _End]] = {}

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        at: TracebackType | None,
    ) -> None:
        for _traceparent, end in self._opened.values():
            end(error)

    def open(self, records: Sequence[Record]) -> Sequence[Record]:
        """Make of each record one whose trace continues in its own span."""
        return [self._open(record) for record in records] if tracing() else records

    def fail(self, record: Record, error: BaseException) -> None:
        """End the span of one record apart from the others."""
        if opened := self._opened.pop((record.partition, record.position), None):
            opened[1](error)

    def _open(self, record: Record) -> Record:
        key = (record.partition, record.position)
        if key not in self._opened:
            # Where it is says enough: its id is the sender's own text.
            attributes: dict[str, Attribute] = {
                "messaging.system": "kafka",
                "messaging.operation.type": "process",
                "messaging.destination.name": self._destination,
                "messaging.destination.partition.id": str(record.partition),
                "cloudevents.event_type": record.type,
                "log.position": record.position,
            }
            self._opened[key] = start(
                f"process {self._destination}",
                kind="consumer",
                parent=record.traceparent,
                **attributes,
            )
        return record._replace(traceparent=self._opened[key][0])


_End = Callable[[BaseException | None], None]
