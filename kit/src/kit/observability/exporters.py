"""Where spans go, as the standard `OTEL_*` variables say. Loaded only when they say something."""

import logging
import os
from collections.abc import Sequence

import structlog
from opentelemetry.sdk.environment_variables import OTEL_BSP_MAX_QUEUE_SIZE
from opentelemetry.sdk.resources import SERVICE_NAME, Resource
from opentelemetry.sdk.trace import ReadableSpan, TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor, SpanExporter, SpanExportResult

_QUEUE = 16_384
_log = structlog.get_logger(__name__)


def provider(service: str, exporter: str) -> TracerProvider:
    """Sends the spans of *service* in the background, to the collector that *exporter* names."""
    logging.getLogger("opentelemetry").setLevel(logging.CRITICAL)
    provider = TracerProvider(
        resource=Resource.create({SERVICE_NAME: service}), shutdown_on_exit=False
    )
    # The SDK's own 2,048 are lost in one burst of a consumer that catches up.
    queue = int(os.environ.get(OTEL_BSP_MAX_QUEUE_SIZE, _QUEUE))
    provider.add_span_processor(
        BatchSpanProcessor(_Quiet(_exporter(exporter)), max_queue_size=queue)
    )
    return provider


class _Quiet(SpanExporter):
    """An exporter whose outage is told once, and costs spans only."""

    def __init__(self, inner: SpanExporter) -> None:
        self._inner = inner
        self._told = False

    def export(self, spans: Sequence[ReadableSpan]) -> SpanExportResult:
        try:
            result = self._inner.export(spans)
            reason = "refused"
        except Exception as error:  # noqa: BLE001 - whatever it is, work goes on
            result, reason = SpanExportResult.FAILURE, type(error).__name__
        if result is not SpanExportResult.SUCCESS and not self._told:
            self._told = True
            _log.warning("spans are being lost: the collector does not answer", reason=reason)
        return result

    def shutdown(self) -> None:
        self._inner.shutdown()


def _exporter(name: str) -> SpanExporter:
    if name == "zipkin":
        from opentelemetry.exporter.zipkin.json import ZipkinExporter  # noqa: PLC0415

        return ZipkinExporter()
    if name == "otlp":
        from opentelemetry.exporter.otlp.proto.http.trace_exporter import (  # noqa: PLC0415
            OTLPSpanExporter,
        )

        return OTLPSpanExporter()
    raise ValueError("OTEL_TRACES_EXPORTER must be zipkin, otlp or none")
