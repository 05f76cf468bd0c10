"""What a process lets see of itself: JSON log lines, and one trace across every hop."""

import os

from kit.observability.faults import describe
from kit.observability.logs import write_json_lines
from kit.observability.traces import (
    Attribute,
    current_traceparent,
    send_to,
    shutdown,
    span,
    start,
    trace_id,
    tracing,
)

__all__ = [
    "Attribute",
    "current_traceparent",
    "describe",
    "setup",
    "shutdown",
    "span",
    "start",
    "trace_id",
    "tracing",
]


def setup(service: str) -> None:
    """Write logs as JSON lines, and send spans where the `OTEL_*` variables say, if they do."""
    write_json_lines(service)
    shutdown()
    exporter = os.environ.get("OTEL_TRACES_EXPORTER", "").strip() or "none"
    if exporter != "none":
        # A process without a collector does not even load the SDK.
        from kit.observability.exporters import provider  # noqa: PLC0415

        send_to(provider(service, exporter))
