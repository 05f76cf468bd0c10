"""What surrounds every request: its number, its limits, its measure, and the last resort."""

from http import HTTPStatus
from time import perf_counter

from prometheus_client import Histogram
from starlette.requests import ClientDisconnect, Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from kit.errors import NotFound
from kit.http.bodies import BoundedBody
from kit.http.problems import Answers
from kit.http.routing import refuse_nul
from kit.ids import uuid7

_DURATION = Histogram(
    "http_server_request_duration_seconds",
    "Time to answer a request, from its first byte to the last of the answer.",
    ["method", "route", "status"],
    buckets=(0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5),
)
_METHODS = {"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"}
_HEADERS = [(b"x-content-type-options", b"nosniff")]
_NO_STORE = (b"cache-control", b"no-store")


class Door:
    """An ASGI middleware: whatever happens inside, one answer leaves, and nothing is echoed."""

    def __init__(self, app: ASGIApp, answers: Answers) -> None:
        self._app = app
        self._answers = answers

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        begun, status = perf_counter(), 0

        async def sending(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                if status == HTTPStatus.REQUEST_ENTITY_TOO_LARGE:
                    await body.drain()
                headers = [*message["headers"], *_HEADERS]
                if not any(name == b"cache-control" for name, _ in headers):
                    headers.append(_NO_STORE)
                message = {**message, "headers": headers}
            await send(message)

        body = BoundedBody(scope, receive)
        request = Request(scope, body)
        request.state.call_id = str(uuid7())
        try:
            refuse_nul(request, scope["query_string"])
            if "\0" in scope["path"]:
                raise NotFound  # noqa: TRY301 - answered with all others, just below
            await self._app(scope, body, sending)
        except ClientDisconnect:
            pass
        except Exception as error:
            if status:
                raise
            refusal = self._answers.refusal_of(error)
            await self._answers.answer(request, error, refusal)(scope, receive, sending)
        finally:
            method = scope["method"] if scope["method"] in _METHODS else "other"
            route = getattr(scope.get("route"), "path", "none")
            _DURATION.labels(method, route, status).observe(perf_counter() - begun)
