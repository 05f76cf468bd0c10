"""One trace across every hop. Without a collector no span is made and nothing is loaded."""

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from threading import Thread
from typing import TYPE_CHECKING, Literal

from opentelemetry.context import Context
from opentelemetry.trace import (
    NonRecordingSpan,
    SpanContext,
    SpanKind,
    Status,
    StatusCode,
    TraceFlags,
    Tracer,
    set_span_in_context,
)

from kit.errors import Refusal
from kit.observability.faults import describe

if TYPE_CHECKING:
    from opentelemetry.sdk.trace import TracerProvider

Kind = Literal["internal", "server", "client", "producer", "consumer"]
Attribute = str | bool | int | float

_FLUSH = 2.0  # seconds that a stop may spend on the last spans
_TRACEPARENT = re.compile(r"00-(?!0{32})([0-9a-f]{32})-(?!0{16})([0-9a-f]{16})-([0-9a-f]{2})")
_current: ContextVar[str | None] = ContextVar("traceparent", default=None)


class _Tracing:
    """The one tracer of the process; None when no collector is configured."""

    provider: "TracerProvider | None" = None
    tracer: Tracer | None = None


def send_to(provider: "TracerProvider") -> None:
    """From here on spans are made, and *provider* sends them."""
    _Tracing.provider = provider
    _Tracing.tracer = provider.get_tracer("kit")


def shutdown() -> None:
    """Send the last spans, within a bound; from here on no span is made."""
    provider, _Tracing.provider, _Tracing.tracer = _Tracing.provider, None, None
    if provider is not None:
        # The SDK bounds its own stop at 30 s: longer than whoever stops us waits.
        flush = Thread(target=provider.shutdown, daemon=True)
        flush.start()
        flush.join(_FLUSH)


def tracing() -> bool:
    """Whether spans are made at all."""
    return _Tracing.tracer is not None


def current_traceparent() -> str | None:
    """What to hand on to whoever continues the work in hand."""
    return _current.get()


def trace_id(traceparent: str | None) -> str | None:
    return traceparent and traceparent[3:35]


def start(
    name: str, *, kind: Kind = "internal", parent: str | None = None, **attributes: Attribute
) -> tuple[str | None, Callable[[BaseException | None], None]]:
    """Begin a span that the second value ends: for the many events of one batch.

    The first value is the traceparent to hand on. Without a collector nothing is made, and
    the parent's is handed on as it is.
    """
    parent = _well_formed(parent) or _current.get()
    if _Tracing.tracer is None:
        return parent, _nothing
    opened = _Tracing.tracer.start_span(
        name, context=_context(parent), kind=SpanKind[kind.upper()], attributes=attributes
    )
    context = opened.get_span_context()

    def end(error: BaseException | None) -> None:
        if error is not None and not isinstance(error, Refusal):
            opened.set_status(Status(StatusCode.ERROR, describe(error)))
        opened.end()

    return (
        f"00-{context.trace_id:032x}-{context.span_id:016x}-{context.trace_flags:02x}",
        end,
    )


@contextmanager
def span(
    name: str, *, kind: Kind = "internal", parent: str | None = None, **attributes: Attribute
) -> Iterator[str | None]:
    """One step of a trace, the current one inside the block; yields the traceparent to hand on.

    *name* is `{operation} {destination}`. Without *parent*, a child of the current one.
    """
    traceparent, end = start(name, kind=kind, parent=parent, **attributes)
    token = _current.set(traceparent)
    try:
        yield traceparent
    except BaseException as error:
        end(error)
        raise
    else:
        end(None)
    finally:
        _current.reset(token)


def _nothing(_error: BaseException | None) -> None:
    """No span was made: there is none to end."""


def _well_formed(traceparent: str | None) -> str | None:
    return traceparent if traceparent and _TRACEPARENT.fullmatch(traceparent) else None


def _context(parent: str | None) -> Context:
    if parent is None:
        return Context()
    remote = SpanContext(
        trace_id=int(parent[3:35], 16),
        span_id=int(parent[36:52], 16),
        is_remote=True,
        trace_flags=TraceFlags(int(parent[53:], 16)),
    )
    return set_span_in_context(NonRecordingSpan(remote), Context())
