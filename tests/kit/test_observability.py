import asyncio
import json
import logging
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from typing import Any

import pytest
import structlog
from pydantic import BaseModel, ConfigDict

from kit import observability
from kit.errors import NotFound
from kit.observability import current_traceparent, span, start, trace_id, tracing
from tests.kit.collecting import REMOTE, Collector, collecting


@pytest.fixture
def collector(monkeypatch: pytest.MonkeyPatch) -> Iterator[Collector]:
    with collecting(monkeypatch) as collector:
        yield collector


@pytest.fixture(autouse=True)
def loggers_as_they_were() -> Iterator[None]:
    handlers, level = logging.root.handlers[:], logging.root.level
    yield
    observability.shutdown()
    structlog.reset_defaults()
    logging.captureWarnings(capture=False)
    logging.root.handlers[:] = handlers
    logging.root.setLevel(level)


def _lines(capsys: pytest.CaptureFixture[str]) -> list[dict[str, Any]]:
    return [json.loads(line) for line in capsys.readouterr().out.splitlines()]


def test_every_log_line_ours_or_a_librarys_is_json_with_its_trace(
    capsys: pytest.CaptureFixture[str],
):
    observability.setup("suivi")

    structlog.get_logger("ours").info("outside")
    with span("POST /v1/evenements", parent=REMOTE):
        structlog.get_logger("ours").info("inside", count=2)
        logging.getLogger("theirs").warning("also %s", "inside")

    outside, inside, theirs = _lines(capsys)
    assert outside["trace_id"] is None
    assert inside == inside | {"event": "inside", "count": 2, "service": "suivi", "level": "info"}
    assert theirs == theirs | {"event": "also inside", "logger": "theirs", "level": "warning"}
    assert inside["trace_id"] == theirs["trace_id"] == trace_id(REMOTE)


def test_a_library_that_repeats_itself_is_heard_once_in_ten_seconds_and_counted(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
):
    seconds = iter([0.0, 1.0, 2.0, 3.0, 11.0])
    observability.setup("suivi")
    monkeypatch.setattr("kit.observability.logs.time.monotonic", lambda: next(seconds))

    for node in (1, 1, 2, 1, 1):
        logging.getLogger("aiokafka").error("Unable connect to node with id %s", node)
    for _ in range(2):
        structlog.get_logger("ours").warning("relay interrupted")

    lines = [(line["event"][-1], line.get("repeated", 0)) for line in _lines(capsys)]
    assert lines == [("1", 0), ("2", 0), ("1", 2), ("d", 0), ("d", 0)]


def test_a_logged_exception_tells_its_kind_and_place_but_no_value(
    capsys: pytest.CaptureFixture[str],
):
    observability.setup("suivi")

    class Form(BaseModel):
        model_config = ConfigDict(extra="forbid")
        age: int

    for attempt in (
        lambda: Form(age="x1850575"),
        lambda: Form(age=1, **{"1850575": 2}),
        lambda: int("x1850575"),
    ):
        try:
            attempt()
        except ValueError:
            structlog.get_logger().exception("refused")
            logging.getLogger("theirs").exception("refused")

    lines = _lines(capsys)
    assert len(lines) == 6
    assert "int_parsing at /age" in lines[0]["exception"][0]
    assert "extra_forbidden at /" in lines[2]["exception"][0]
    assert lines[4]["exception"][0].startswith("ValueError (")
    assert "test_observability.py" in lines[4]["exception"][0]
    assert "1850575" not in str(lines)


def test_without_a_collector_no_span_is_made_and_the_parents_trace_is_handed_on():
    observability.setup("suivi")

    with span("append", parent=REMOTE) as traceparent:
        inner = current_traceparent()
    with span("append") as alone:
        pass

    assert (traceparent, inner, alone) == (REMOTE, REMOTE, None)
    assert not tracing()
    assert current_traceparent() is None


def test_without_a_collector_the_sdk_is_not_loaded_and_a_span_costs_next_to_nothing():
    program = (
        "import sys, time, warnings\n"
        "warnings.simplefilter('error')\n"
        "from kit import observability\n"
        "observability.setup('suivi')\n"
        "begun = time.process_time()\n"
        "for _ in range(10_000):\n"
        "    with observability.span('append'): pass\n"
        "assert time.process_time() - begun < 0.5\n"
        "assert not [name for name in sys.modules if name.startswith('opentelemetry.sdk')]\n"
        "observability.shutdown()\n"
    )
    environment = {k: v for k, v in os.environ.items() if not k.startswith("OTEL_")}

    done = subprocess.run(
        [sys.executable, "-c", program], env=environment, capture_output=True, check=False
    )

    assert (done.returncode, done.stdout, done.stderr) == (0, b"", b"")


@pytest.mark.parametrize(
    "malformed", ["", "00-0-0-00", REMOTE.upper(), f"00-{'0' * 32}-{'1' * 16}-01"]
)
def test_a_malformed_parent_is_no_parent(malformed: str):
    observability.setup("suivi")

    with span("append", parent=malformed) as traceparent:
        pass

    assert traceparent is None


def test_spans_are_children_of_what_they_are_handed(collector: Collector):
    observability.setup("suivi")

    with span("POST /v1/evenements", kind="server", parent=REMOTE) as door, span("append", rows=2):
        pass
    batch = [start("process parcours.journal", kind="consumer", parent=door) for _ in range(2)]
    for _traceparent, end in batch:
        end(None)
    observability.shutdown()

    spans = {s["name"]: s for s in collector.spans}
    assert len(collector.spans) == 4
    assert {s["traceId"] for s in collector.spans} == {trace_id(REMOTE)}
    assert spans["POST /v1/evenements"]["parentId"] == REMOTE[36:52]
    assert spans["POST /v1/evenements"]["kind"] == "SERVER"
    assert spans["append"]["parentId"] == spans["POST /v1/evenements"]["id"]
    assert spans["process parcours.journal"]["parentId"] == spans["POST /v1/evenements"]["id"]
    assert {s["localEndpoint"]["serviceName"] for s in collector.spans} == {"suivi"}


def test_a_trace_that_its_client_does_not_sample_is_not_recorded(collector: Collector):
    observability.setup("suivi")

    with span("append", parent=REMOTE[:-2] + "00") as traceparent:
        pass
    observability.shutdown()

    assert traceparent is not None
    assert traceparent.endswith("-00")
    assert collector.spans == []


def test_an_error_marks_its_span_without_its_message_and_a_refusal_does_not(collector: Collector):
    observability.setup("suivi")

    with pytest.raises(ValueError, match="1850575"), span("append"):
        int("1850575x")
    with pytest.raises(NotFound), span("read"):
        raise NotFound("no such parcours")
    observability.shutdown()

    append, read = collector.spans
    assert append["tags"]["error"].startswith("ValueError (")
    assert "error" not in read["tags"]
    assert "1850575" not in str(collector.spans)


async def test_concurrent_tasks_do_not_share_their_trace(collector: Collector):
    observability.setup("suivi")

    async def request(parent: str) -> str | None:
        with span("POST /v1/evenements", parent=parent):
            await asyncio.sleep(0.001)
            return trace_id(current_traceparent())

    parents = [f"00-{n:032x}-{n:016x}-01" for n in range(1, 20)]
    seen = await asyncio.gather(*map(request, parents))

    assert seen == [trace_id(parent) for parent in parents]


@pytest.mark.parametrize("exporter", ["zipkin", "otlp"])
def test_a_collector_that_is_down_is_told_once_and_stops_nobody(
    exporter: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
):
    monkeypatch.setenv("OTEL_TRACES_EXPORTER", exporter)
    monkeypatch.setenv("OTEL_EXPORTER_ZIPKIN_ENDPOINT", "http://127.0.0.1:9/api/v2/spans")
    monkeypatch.setenv("OTEL_EXPORTER_OTLP_ENDPOINT", "http://127.0.0.1:9")
    monkeypatch.setenv("OTEL_EXPORTER_OTLP_TIMEOUT", "1")
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    observability.setup("suivi")

    begun = time.perf_counter()
    for _ in range(3_000):
        with span("append"):
            pass
    spent = time.perf_counter() - begun
    observability.shutdown()

    assert spent < 5
    assert time.perf_counter() - begun < spent + 4
    assert [line["level"] for line in _lines(capsys)] in ([], ["warning"])


def test_an_unknown_exporter_is_refused_with_a_sentence(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("OTEL_TRACES_EXPORTER", "carrier-pigeon")

    with pytest.raises(ValueError, match="must be zipkin, otlp or none"):
        observability.setup("suivi")
