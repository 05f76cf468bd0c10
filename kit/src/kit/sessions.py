"""The demo's session: one says who one is by choosing in a list. Nobody is authenticated."""

import base64
import binascii
import re
import struct
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Annotated, Final
from urllib.parse import quote, urlsplit
from uuid import UUID

from fastapi import Depends, Form, Request
from fastapi.responses import RedirectResponse, Response
from pydantic import SecretStr

from kit.access import Person, TheAccess
from kit.clock import Now
from kit.errors import Forbidden, NotFound, Refusal
from kit.http import Router
from kit.secrets import mac, same, subkey
from kit.settings import Settings

LIFETIME: Final = timedelta(hours=8)
COOKIE: Final = "session"

SignInPage = Callable[[Request, Sequence[Person], str], Response]
"""Shows the people to choose from, and carries along the address to go to afterwards."""

_PAYLOAD = struct.Struct(">16sQ")
_LOCAL_ADDRESS = re.compile(r"/(?!/)[A-Za-z0-9/_.~%?=&:+,-]*")
_SAFE_METHODS = {"GET", "HEAD"}


class SignInFirst(Refusal):
    """Nobody is signed in: the answer leads to the list, then back."""

    status = 303
    code = "CONNEXION_REQUISE"

    def __init__(self, address: str) -> None:
        super().__init__()
        self._address = address

    @property
    def headers(self) -> Mapping[str, str]:
        return {"Location": f"/connexion?suite={quote(self._address)}"}


class ForeignOrigin(Forbidden):
    """A form of another site was sent to us by someone's browser."""

    code = "ORIGINE_REFUSEE"


def _same_origin(request: Request) -> None:
    """Refuse what another site makes a browser send (SameSite is the first wall, this the second).

    Browsers state `Sec-Fetch-Site` on trustworthy origins only, and `Origin` on every POST.
    """
    if request.method in _SAFE_METHODS:
        return
    settings: Settings = request.app.state.settings
    site = request.headers.get("sec-fetch-site")
    origin = request.headers.get("origin", "").partition("://")[2]
    ours = {request.headers.get("host"), urlsplit(settings.public_url).netloc}
    if site not in {None, "same-origin"} or (site is None and origin not in ours):
        raise ForeignOrigin


SameOrigin = Depends(_same_origin)
"""The dependency of every form that acts for someone; `SignedIn` includes it."""


async def _signed_in(request: Request, access: TheAccess, now: Now) -> Person:
    settings: Settings = request.app.state.settings
    person_id = _read(request.cookies.get(COOKIE, ""), settings.platform_key, now)
    person = await access.person(person_id) if settings.demo and person_id else None
    if person is None:
        path, query = request.url.path, request.url.query
        here = f"{path}?{query}" if query else path
        raise SignInFirst(here if request.method in _SAFE_METHODS else "/")
    _same_origin(request)
    return person


SignedIn = Annotated[Person, Depends(_signed_in)]
"""The person at the screen; without one, the answer leads to `/connexion`."""


def router(page: SignInPage, home: str = "/") -> Router:
    """`/connexion` and `/deconnexion`, where the demo is on; *home* is where one goes next."""
    routes = Router()

    @routes.get("/connexion", include_in_schema=False, dependencies=[_Demo])
    async def choose(request: Request, access: TheAccess, suite: str = home) -> Response:
        return page(request, await access.people(), _local(suite, home))

    @routes.post("/connexion", include_in_schema=False, dependencies=[_Demo, SameOrigin])
    async def sign_in(
        request: Request,
        access: TheAccess,
        now: Now,
        personne: Annotated[UUID, Form()],
        suite: Annotated[str, Form()] = home,
    ) -> Response:
        settings: Settings = request.app.state.settings
        if await access.person(personne) is None:
            raise NotFound
        answer = RedirectResponse(_local(suite, home), 303)
        answer.set_cookie(
            COOKIE,
            _written(personne, now + LIFETIME, settings.platform_key),
            max_age=int(LIFETIME.total_seconds()),
            secure=settings.public_url.startswith("https:"),
            httponly=True,
            samesite="lax",
        )
        return answer

    @routes.post("/deconnexion", include_in_schema=False, dependencies=[SameOrigin])
    async def sign_out() -> Response:
        answer = RedirectResponse(home, 303)
        answer.delete_cookie(COOKIE, httponly=True, samesite="lax")
        return answer

    return routes


def _only_in_the_demo(request: Request) -> None:
    settings: Settings = request.app.state.settings
    if not settings.demo:
        raise NotFound


_Demo = Depends(_only_in_the_demo)


def _local(address: str, home: str) -> str:
    """The same address if it can only lead to this site."""
    return address if _LOCAL_ADDRESS.fullmatch(address) else home


def _written(person: UUID, until: datetime, platform_key: SecretStr) -> str:
    payload = _PAYLOAD.pack(person.bytes, int(until.timestamp()))
    signed = payload + mac(subkey(platform_key, "session"), payload)
    return base64.urlsafe_b64encode(signed).decode()


def _read(cookie: str, platform_key: SecretStr, now: datetime) -> UUID | None:
    """Who *cookie* says is there, if we wrote it, not too long ago."""
    try:
        signed = base64.b64decode(cookie.encode(), b"-_", validate=True)
    except (binascii.Error, UnicodeEncodeError):
        return None
    payload, signature = signed[: _PAYLOAD.size], signed[_PAYLOAD.size :]
    if not same(signature, mac(subkey(platform_key, "session"), payload)):
        return None
    person, until = _PAYLOAD.unpack(payload)
    return UUID(bytes=person) if now.timestamp() < until else None
