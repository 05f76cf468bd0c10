"""The one way to build an HTTP application."""

from functools import partial
from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import Response
from fastapi.routing import APIRoute, iter_route_contexts
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine
from starlette.exceptions import HTTPException

from kit import json
from kit.access import Access
from kit.http import internal, probes
from kit.http.door import Door
from kit.http.problems import MEDIA_TYPE, Answers, ErrorPage, Problems
from kit.http.routing import Route, Router
from kit.settings import Settings

_FIELD_ERROR = {"code": "CHAMP_INCONNU", "pointeur": "/data/x", "detail": "Champ non prévu"}
_PROBLEM_SCHEMA = {
    "type": "object",
    "required": ["type", "title", "status", "detail", "instance", "code"],
    "properties": {
        "type": {"type": "string", "format": "uri"},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "detail": {"type": "string"},
        "instance": {"type": "string", "description": "L’accusé à citer au support."},
        "code": {"type": "string"},
        "erreurs": {
            "type": "array",
            "items": {
                "type": "object",
                "required": list(_FIELD_ERROR),
                "properties": {name: {"type": "string"} for name in _FIELD_ERROR},
                "examples": [_FIELD_ERROR],
            },
        },
    },
}
_PROBLEM = {"content": {MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/Probleme"}}}}


def application(  # noqa: PLR0913 - it assembles
    title: str,
    *routers: Router,
    settings: Settings,
    db: AsyncEngine,
    access: Access,
    problems: Problems,
    log: bool,
    error_page: ErrorPage | None = None,
) -> FastAPI:
    """Assemble *routers* with what every service has; *log* if this one owns a log.

    `app.state.readiness` takes the checks of the other roles of the process.
    """
    answers = Answers(problems, settings.public_url, error_page)
    app = _Application(
        title=title,
        docs_url=None,  # its screen comes from another site
        redoc_url=None,
        redirect_slashes=False,
        responses={
            "4XX": {"description": "Refus", **_PROBLEM},
            "503": {"description": "Rien n’est fait : à renvoyer plus tard", **_PROBLEM},
        },
        # kit.observability makes the one span of a request.
        telemetry={"tracing": False, "metrics": False, "logs": False, "auto_configure": False},
    )
    app.add_middleware(Door, answers=answers)
    for unmatched in (HTTPException, RequestValidationError):
        app.add_exception_handler(unmatched, partial(_answer, answers))

    app.state.settings, app.state.db, app.state.access = settings, db, access
    app.state.problems, app.state.answers = problems, answers
    app.state.readiness = readiness = probes.Readiness()
    readiness.add("base", partial(_ping, db))
    readiness.add("acces", access.ping)

    app.include_router(probes.router)
    app.include_router(_explanations(problems))
    if log:
        app.include_router(internal.router)
    for router in routers:
        app.include_router(router)
    for context in iter_route_contexts(app.routes):
        if isinstance(context.original_route, APIRoute) and not isinstance(
            context.original_route, Route
        ):
            raise TypeError(f"{context.path}: declare this route on a kit.http.Router")
    return app


class _Application(FastAPI):
    def openapi(self) -> dict[str, Any]:
        document = super().openapi()
        schemas = document.setdefault("components", {}).setdefault("schemas", {})
        schemas["Probleme"] = _PROBLEM_SCHEMA
        for path in document["paths"].values():
            for operation in path.values():
                for response in operation["responses"].values():
                    if response["description"] == "Successful Response":
                        response["description"] = "Réponse attendue"
        return document


def _explanations(problems: Problems) -> Router:
    router = Router()

    @router.get("/problemes/{name}", include_in_schema=False)
    async def explain(name: str) -> Response:
        """What the `type` of a problem leads to."""
        title, status = problems.problem(name.upper().replace("-", "_"))
        document = json.dumps({"title": title, "status": status})
        return Response(document, media_type="application/json")

    return router


async def _answer(answers: Answers, request: Request, error: Exception) -> Response:
    return answers.answer(request, error, answers.refusal_of(error))


async def _ping(db: AsyncEngine) -> None:
    async with db.connect() as connection:
        await connection.execute(text("select 1"))
