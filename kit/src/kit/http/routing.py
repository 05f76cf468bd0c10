"""Routes whose bodies are read strictly, and whose requests are spans."""

from collections.abc import Awaitable, Callable, Coroutine
from contextlib import AbstractContextManager, nullcontext
from typing import Any

from fastapi import APIRouter, Request, Response, params
from fastapi.routing import APIRoute
from starlette.requests import ClientDisconnect

from kit import json
from kit.errors import FieldError, Invalid
from kit.http.bodies import FORM, is_json, media_type
from kit.http.problems import MEDIA_TYPE, Answers
from kit.http.refusals import Broken, UnsupportedMedia
from kit.observability import span

Handler = Callable[[Request], Coroutine[Any, Any, Response]]


_PROBLEM = {"content": {MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/Probleme"}}}}
_PROBLEMS: dict[int | str, dict[str, Any]] = {
    "4XX": {"description": "Refus", **_PROBLEM},
    "503": {"description": "Rien n’est fait : à renvoyer plus tard", **_PROBLEM},
}


class Route(APIRoute):
    """Reads JSON as `kit.json` does; answers every failure inside the span of the request."""

    def get_route_handler(self) -> Handler:
        handler = super().get_route_handler()
        read = self._reader()

        async def handle(request: Request) -> Response:
            answers: Answers = request.app.state.answers
            answer: Response | None = None
            try:
                with self._span(request):
                    try:
                        return await handler(await read(request))
                    except ClientDisconnect:
                        raise
                    except Exception as error:  # noqa: BLE001 - each becomes an answer
                        refusal = answers.refusal_of(error)
                        answer = answers.answer(request, error, refusal)
                        # A refusal is no fault of the span; anything else is.
                        raise (error if isinstance(refusal, Broken) else refusal) from None
            except Exception:
                if answer is None:
                    raise
                return answer

        return handle

    def _span(self, request: Request) -> AbstractContextManager[str | None]:
        return span(
            f"{request.method} {self.path_format}",
            kind="server",
            parent=request.headers.get("traceparent"),
            **{"http.request.method": request.method, "http.route": self.path_format},
        )

    def _reader(self) -> Callable[[Request], Awaitable[Request]]:
        if self.body_field is None:
            return _nothing
        return _form if isinstance(self.body_field.field_info, params.Form) else _strict_json


class Untraced(Route):
    """For what is asked every few seconds by machines that only look."""

    def _span(self, _request: Request) -> AbstractContextManager[str | None]:
        return nullcontext()


class Router(APIRouter):
    """What `application` accepts: an APIRouter of strict routes."""

    def __init__(
        self,
        *,
        prefix: str = "",
        tags: list[str] | None = None,
        route_class: type[Route] = Route,
    ) -> None:
        super().__init__(
            prefix=prefix, tags=[*(tags or [])], route_class=route_class, responses=_PROBLEMS
        )


class _Json(Request):
    async def json(self) -> object:
        if not hasattr(self, "_json"):
            self._json = json.loads(await self.body())
        return self._json


async def _nothing(request: Request) -> Request:
    return request


async def _strict_json(request: Request) -> Request:
    strict = _Json(request.scope, request.receive)
    if await strict.body():
        if not is_json(media_type(request)):
            raise UnsupportedMedia
        await strict.json()
    return strict


async def _form(request: Request) -> Request:
    raw = await request.body()
    if raw and media_type(request) != FORM:
        raise UnsupportedMedia
    refuse_nul(request, raw)
    return request


def refuse_nul(request: Request, urlencoded: bytes) -> None:
    """PostgreSQL has no place for NUL: in a form or a query it is refused before anyone reads."""
    if b"%00" in urlencoded or b"\0" in urlencoded:
        code, detail = request.app.state.problems.field("json_nul", {})
        raise Invalid(FieldError(code, "", detail))
