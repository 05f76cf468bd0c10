"""What others see of a request: never a value that was sent."""

import json as stdlib
import logging
from collections.abc import AsyncIterator, Callable, Iterator
from typing import Any
from urllib.parse import quote
from uuid import uuid4

import httpx
import pytest
import structlog
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

from kit import observability
from kit.observability.traces import send_to
from tests.kit.http_parts import NIR, a_client, a_service

SERVICE = a_service()
A_THING = {"name": "x", "day": "2026-03-02"}
JSON = {"content-type": "application/json"}
FORM = {"content-type": "application/x-www-form-urlencoded"}


@pytest.fixture
async def http() -> AsyncIterator[httpx.AsyncClient]:
    async with a_client(SERVICE) as client:
        yield client


@pytest.fixture
def lines(capsys: pytest.CaptureFixture[str]) -> Iterator[Callable[[], list[dict[str, Any]]]]:
    """The lines that the service has logged since the last call; the first call opens the log."""
    handlers, level = logging.root.handlers[:], logging.root.level
    client = logging.getLogger("httpx")
    client.disabled = True
    opened = False

    def read() -> list[dict[str, Any]]:
        nonlocal opened
        if not opened:
            observability.setup("essai")
            opened = True
        return [stdlib.loads(line) for line in capsys.readouterr().out.splitlines()]

    yield read
    client.disabled = False
    observability.shutdown()
    structlog.reset_defaults()
    logging.captureWarnings(capture=False)
    logging.root.handlers[:] = handlers
    logging.root.setLevel(level)


async def test_a_rejected_value_is_neither_echoed_nor_logged(
    http: httpx.AsyncClient, lines: Callable[[], list[dict[str, Any]]]
):
    requests: list[tuple[str, str, dict[str, Any]]] = [
        ("POST", "/v1/things", {"content": body, "headers": JSON})
        for body in (
            f'{{"name": "{NIR}"'.encode(),
            f'{{"{NIR}": 1, "{NIR}": 2}}'.encode(),
            f'{{"name": "{NIR}", "name": "{NIR}"}}'.encode(),
            f'["{NIR}", NaN]'.encode(),
            f'{{"a": {{"{NIR}": "\\ud800"}}}}'.encode(),
            f"{{'{NIR}': 1}}".encode(),
            f"{NIR}{NIR}".encode(),
            b'{"name": "' + NIR.encode() + b'\xff"}',
        )
    ]
    requests += [
        ("POST", "/v1/things", {"json": document})
        for document in (
            NIR,
            int(NIR),
            [NIR],
            {NIR: NIR},
            {"name": NIR, "day": NIR, "at": NIR, "size": NIR, "owner": NIR, "parts": NIR},
            {"parts": [{"shape": NIR}, {NIR: NIR}, NIR, {"shape": "disc", "radius": NIR}]},
            {f"nir_{NIR}": 1, "nir 1 85 05 78 006 084 36": 1, "x": {"y": NIR}},
            {"name": {"x": NIR}, "day": [NIR], "owner": {NIR: 1}},
        )
    ]
    requests += [
        ("GET", f"/v1/things/{NIR}", {}),
        ("GET", f"/{NIR}?{NIR}={NIR}", {}),
        (f"X{NIR}", "/v1/things", {}),
        ("GET", f"/v1/things/{uuid4()}", {"params": {"depuis": NIR, NIR: NIR}}),
        ("GET", f"/v1/things/{uuid4()}?depuis={NIR}%00", {}),
        ("GET", f"/v1/broken?value={NIR}", {}),
        ("GET", "/v1/mine", {"headers": {"authorization": f"Bearer {NIR}"}}),
        ("GET", "/v1/mine", {"headers": {"authorization": NIR, "cookie": f"session={NIR}"}}),
        ("POST", "/v1/things", {"headers": {"content-type": NIR}, "content": NIR}),
        ("POST", "/v1/raw", {"headers": {"content-encoding": NIR}, "content": NIR}),
        ("POST", "/v1/raw", {"headers": {"content-encoding": "gzip"}, "content": NIR}),
        ("GET", "/nowhere", {"headers": {"traceparent": NIR, "accept": f"text/html;{NIR}"}}),
        ("POST", "/form", {"data": {"name": NIR, NIR: NIR}}),
        ("POST", "/form", {"content": f"{NIR}=%00", "headers": FORM}),
        ("GET", f"/problemes/{NIR}", {}),
    ]
    said = []
    lines()

    for method, path, arguments in requests:
        answer = await http.request(method, path, **arguments)
        assert answer.status_code >= 400 or path.startswith("/problemes/")
        said.append(f"{answer.headers} {answer.text}")
    said.append((await http.get("/metriques")).text)
    logged = lines()

    assert not [words for words in said if NIR in quote(words) or "006 084" in words]
    assert NIR not in str(logged)
    assert len(logged) == len(requests) - 1


async def test_our_own_fault_is_logged_with_its_trace_under_the_number_given(
    http: httpx.AsyncClient, lines: Callable[[], list[dict[str, Any]]]
):
    trace = "0af7651916cd43dd8448eb211c80319c"
    sent = {"traceparent": f"00-{trace}-b7ad6b7169203331-01"}

    lines()

    problem = (await http.get(f"/v1/broken?value={NIR}", headers=sent)).json()

    await http.get("/nowhere", headers=sent)
    line, nowhere = lines()
    assert nowhere["trace_id"] == trace
    assert problem["instance"] == f"urn:accuse:{line['call_id']}"
    assert (line["level"], line["trace_id"]) == ("error", trace)
    assert any("http_parts.py" in step and "broken" in step for step in line["exception"])


async def test_a_request_is_one_span(http: httpx.AsyncClient):
    exporter = InMemorySpanExporter()
    provider = TracerProvider(shutdown_on_exit=False)
    provider.add_span_processor(SimpleSpanProcessor(exporter))
    send_to(provider)
    trace, parent = "0af7651916cd43dd8448eb211c80319c", "b7ad6b7169203331"
    sent = {"traceparent": f"00-{trace}-{parent}-01"}
    try:
        await http.post("/v1/things", json=A_THING, headers=sent)
        await http.get("/v1/full", headers=sent)
        await http.get(f"/v1/broken?value={NIR}", headers=sent)
        await http.get("/nowhere", headers=sent)
        await http.get("/sante")
    finally:
        observability.shutdown()

    spans = exporter.get_finished_spans()
    assert [(span.name, span.status.status_code.name) for span in spans] == [
        ("POST /v1/things", "UNSET"),
        ("GET /v1/full", "UNSET"),
        ("GET /v1/broken", "ERROR"),
        ("HTTP", "UNSET"),
    ]
    assert {f"{span.context.trace_id:032x}" for span in spans if span.context} == {trace}
    assert {f"{span.parent.span_id:016x}" for span in spans if span.parent} == {parent}
    assert NIR not in " ".join(span.to_json() for span in spans)
