"""What people see: one layout, one style sheet, readable without script."""

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path
from typing import Annotated
from urllib.parse import quote

from fastapi import Depends, FastAPI, Request
from fastapi.responses import HTMLResponse, Response
from jinja2 import ChoiceLoader, Environment, FileSystemLoader, PackageLoader, StrictUndefined

from kit import clock, sessions
from kit.access import Person
from kit.http import Document
from kit.pages import filters
from kit.pages.charts import MASKED, spread, stitches
from kit.sessions import SignedIn
from kit.settings import Settings

STYLESHEET = "/statique/sans-couture.css"

_CSS = files(__package__).joinpath("static/sans-couture.css").read_bytes()
_CSS_HASH = hashlib.sha256(_CSS).hexdigest()[:12]
_ICON = "data:image/svg+xml," + quote(
    '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 30 30"><path fill="#4f9dab" '
    'd="M2 3h12v24H2z"/><path fill="#2b7383" d="M16 3h12v24H16z"/><path stroke="#e5aa51" '
    'stroke-width="2" d="M10 8l10-2M10 14l10-2M10 20l10-2M10 26l10-2"/></svg>'
)
_HEADERS = {
    "content-security-policy": "default-src 'none'; style-src 'self'; img-src data: 'self'; "
    "form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
    "referrer-policy": "same-origin",
}


async def _visitor(request: Request, person: SignedIn) -> Person:
    request.state.person = person
    return person


Visitor = Annotated[Person, Depends(_visitor)]
"""The person at the screen, named on the page; without one, the answer leads to `/connexion`."""


@dataclass(frozen=True, slots=True)
class Link:
    """An entry of the main navigation: for organisations of these *roles*, or for all."""

    label: str
    href: str
    roles: frozenset[str] | None = None


@dataclass(frozen=True, slots=True)
class _Shown:
    label: str
    href: str
    current: str  # the value of `aria-current`, empty elsewhere


class Pages:
    """The pages of one service: its own templates, and those that all services share."""

    def __init__(
        self, templates: Path, settings: Settings, *, home: str = "/", nav: Sequence[Link] = ()
    ) -> None:
        self._home = home
        self._nav = nav
        self._environment = Environment(
            loader=ChoiceLoader([FileSystemLoader(templates), PackageLoader("kit.pages")]),
            autoescape=True,
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
        )
        self._environment.filters.update(filters.FILTERS)
        self._environment.globals.update(
            demo=settings.demo,
            home=home,
            icon=_ICON,
            masked=MASKED,
            spread=spread,
            stitches=stitches,
            stylesheet=f"{STYLESHEET}?v={_CSS_HASH}",
            time=filters.time,
        )

    def render(
        self, request: Request, template: str, *, status: int = 200, **context: object
    ) -> HTMLResponse:
        """The page, for the `Visitor` if there is one; a name the template lacks is an error.

        Its text gets the spaces and apostrophes of French typography.
        """
        person: Person | None = getattr(request.state, "person", None)
        links = _links(self._nav, person, request.url.path)
        page = self._environment.get_template(template)
        html = filters.typeset(page.render(context, person=person, links=links))
        return HTMLResponse(html, status, _HEADERS)

    def error_page(self, request: Request, document: Document) -> HTMLResponse:
        """A problem as a person meets it: for `kit.http.application(error_page=…)`."""
        return self.render(
            request,
            "error.html",
            problem=document,
            receipt=str(document["instance"]).rpartition(":")[2],
            now=clock.now(),
            software=json.dumps(document, ensure_ascii=False, indent=2),
        )

    def mount(self, app: FastAPI) -> None:
        """Serve the style sheet, `/connexion` and `/deconnexion`."""
        app.add_route(STYLESHEET, _stylesheet, include_in_schema=False)
        app.include_router(sessions.router(self._sign_in_page, self._home))

    def _sign_in_page(self, request: Request, people: Sequence[Person], after: str) -> HTMLResponse:
        return self.render(request, "connexion.html", people=people, after=after)


def _stylesheet(request: Request) -> Response:
    known = request.query_params.get("v") == _CSS_HASH
    cache = "public, max-age=31536000, immutable" if known else "no-cache"
    return Response(_CSS, media_type="text/css", headers={"cache-control": cache})


def _links(nav: Sequence[Link], person: Person | None, path: str) -> list[_Shown]:
    def current(href: str) -> str:
        if path == href:
            return "page"
        return "true" if href != "/" and path.startswith(f"{href}/") else ""

    return [
        _Shown(link.label, link.href, current(link.href))
        for link in nav
        if person is not None and (link.roles is None or person.organisation.role in link.roles)
    ]
