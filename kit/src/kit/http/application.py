"""The one way to build an HTTP application."""

from functools import partial
from typing import Any

from fastapi import FastAPI, Request
from fastapi.responses import Response
from fastapi.routing import APIRoute, iter_route_contexts
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine
from starlette.exceptions import HTTPException

from kit.access import Access
from kit.http import internal, probes
from kit.http.door import Door
from kit.http.explanations import SCHEMA, explain
from kit.http.operations import operations
from kit.http.problems import Answers, ErrorPage, Problems
from kit.http.routing import Route, Router
from kit.observability import span
from kit.settings import Settings


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

    `app.state.readiness` takes the checks of the other roles of the process, and
    `app.state.consumers` the consumers that an operator acts on.
    """
    answers = Answers(problems, settings.public_url, error_page)
    app = _Application(
        title=title,
        docs_url=None,  # its screen comes from another site
        redoc_url=None,
        redirect_slashes=False,
        # kit.observability makes the one span of a request.
        telemetry={"tracing": False, "metrics": False, "logs": False, "auto_configure": False},
    )
    app.add_middleware(Door, answers=answers)
    app.add_exception_handler(HTTPException, partial(_unmatched, answers))

    app.state.settings, app.state.db, app.state.access = settings, db, access
    app.state.problems, app.state.answers = problems, answers
    app.state.consumers = ()
    app.state.readiness = readiness = probes.Readiness()
    readiness.add("base", partial(_ping, db))
    readiness.add("acces", access.ping)

    # Routes and not routers: to look into included routers doubles the time of a short request.
    ours = [operations(owns_log=log), probes.router, explain(problems)]
    for router in (*routers, *([internal.router] if log else ()), *ours):
        app.router.routes.extend(router.routes)
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
        schemas["Probleme"] = SCHEMA
        for path in document["paths"].values():
            for operation in path.values():
                for response in operation["responses"].values():
                    if response["description"] == "Successful Response":
                        response["description"] = "Réponse attendue"
        return document


async def _unmatched(answers: Answers, request: Request, error: Exception) -> Response:
    # Not by its method, which is as free as the rest.
    with span("HTTP", kind="server", parent=request.headers.get("traceparent")):
        return answers.answer(request, error, answers.refusal_of(error))


async def _ping(db: AsyncEngine) -> None:
    async with db.connect() as connection:
        await connection.execute(text("select 1"))
