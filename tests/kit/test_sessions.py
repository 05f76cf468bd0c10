from collections.abc import AsyncIterator, Callable, Sequence
from datetime import UTC, datetime, timedelta
from typing import NamedTuple
from uuid import uuid4

import httpx
import pytest
from fastapi import FastAPI, Request
from fastapi.responses import Response
from hypothesis import given
from hypothesis import strategies as st

from kit import clock
from kit.access import Access, Person
from kit.db import engine
from kit.http import Router
from kit.sessions import LIFETIME, SignedIn, _local, _read, _written, router
from tests.kit.http_parts import a_service, a_settings

KEY = a_settings().platform_key
NOW = datetime(2026, 3, 2, 9, tzinfo=UTC)
OURS = {"origin": "http://service.test"}


def page(_request: Request, people: Sequence[Person], after: str) -> Response:
    return Response(f"{[person.name for person in people]} {after}")


def a_site(access: str, *, demo: bool = True) -> FastAPI:
    screens = Router()

    @screens.get("/dossier")
    async def read(person: SignedIn) -> str:
        return person.name

    @screens.post("/dossier")
    async def write(person: SignedIn) -> str:
        return person.name

    return a_service(screens, router(page, home="/parcours"), access=access, demo=demo)


class Site(NamedTuple):
    app: FastAPI
    http: httpx.AsyncClient
    person: Person


@pytest.fixture
async def site(database: Callable[[str], str]) -> AsyncIterator[Site]:
    url = database("access")
    db = engine(url, pool=1)
    access = Access(db, KEY)
    organisation = await access.create_organisation("13002526500013", "Mission locale", "x")
    person = await access.create_person("Nadia Benali", "conseillere", organisation)
    app = a_site(url)
    async with a_browser(app) as http:
        yield Site(app, http, person)
    for made in (db, *app.state.databases):
        await made.dispose()


def a_browser(app: FastAPI) -> httpx.AsyncClient:
    return httpx.AsyncClient(
        transport=httpx.ASGITransport(app), base_url="http://service.test", headers=OURS
    )


async def test_one_signs_in_and_comes_back_where_one_was(site: Site):
    away = await site.http.get("/dossier?q=P-7K3M-94QX&page=2")
    shown = await site.http.get(away.headers["location"])
    form = {"personne": str(site.person.id), "suite": shown.text.split()[-1]}
    back = await site.http.post("/connexion", data=form)
    there = await site.http.get(back.headers["location"])

    assert (away.status_code, back.status_code) == (303, 303)
    assert "Nadia Benali" in shown.text
    assert str(there.url) == "http://service.test/dossier?q=P-7K3M-94QX&page=2"
    assert there.json() == "Nadia Benali"
    cookie = back.headers["set-cookie"].lower()
    assert {"httponly", "samesite=lax", "path=/", "max-age=28800"} <= set(cookie.split("; "))


async def test_one_signs_out(site: Site):
    await site.http.post("/connexion", data={"personne": str(site.person.id)})
    out = await site.http.post("/deconnexion")

    assert (out.status_code, out.headers["location"]) == (303, "/parcours")
    assert (await site.http.get("/dossier")).status_code == 303


async def test_nobody_else_is_let_in(site: Site):
    strangers = {"unknown": (str(uuid4()), 404), "no uuid": ("x", 422)}
    for personne, status in strangers.values():
        answer = await site.http.post("/connexion", data={"personne": personne})
        assert answer.status_code == status

    cookie = _written(uuid4(), clock.now() + LIFETIME, KEY)
    unknown = await site.http.get("/dossier", headers={"cookie": f"session={cookie}"})
    assert unknown.status_code == 303


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"origin": "http://service.test"}, 200),
        ({"origin": "http://evil.test"}, 403),
        ({"origin": "http://service.test.evil.test"}, 403),
        ({"origin": "null"}, 403),
        ({"origin": ""}, 403),
        ({"origin": "null", "sec-fetch-site": "same-origin"}, 200),
        ({"origin": "http://service.test", "sec-fetch-site": "cross-site"}, 403),
        ({"origin": "http://service.test", "sec-fetch-site": "same-site"}, 403),
        ({"origin": "http://[", "sec-fetch-site": "none"}, 403),
        ({"origin": "http://["}, 403),
    ],
)
async def test_a_form_of_another_site_is_refused(site: Site, headers: dict[str, str], status: int):
    await site.http.post("/connexion", data={"personne": str(site.person.id)})

    written = await site.http.post("/dossier", headers=headers)
    signed_in = await site.http.post(
        "/connexion", data={"personne": str(site.person.id)}, headers=headers
    )

    assert written.status_code == status
    assert signed_in.status_code == (303 if status == 200 else status)
    assert (await site.http.get("/dossier", headers=headers)).status_code == 200


async def test_out_of_the_demo_there_is_no_such_session(site: Site, database: Callable[[str], str]):
    app = a_site(database("access"), demo=False)
    cookie = _written(site.person.id, clock.now() + LIFETIME, KEY)
    async with a_browser(app) as http:
        listed = await http.get("/connexion")
        signed_in = await http.post("/connexion", data={"personne": str(site.person.id)})
        read = await http.get("/dossier", headers={"cookie": f"session={cookie}"})

    for made in app.state.databases:
        await made.dispose()
    assert (listed.status_code, signed_in.status_code, read.status_code) == (404, 404, 303)


@pytest.mark.parametrize(
    "address",
    [
        *("//evil.test", "///evil.test", "/\\evil.test", "\\\\evil.test", "https://evil.test"),
        *("http:evil.test", "javascript:alert(1)", "evil.test", "", " /", "/\t/evil.test", "/\n/x"),
        *("/\r\nset-cookie: a=b", "/@evil.test", "/%00\x00", "/é", "/;x", "data:,x", "./x", "?x"),
    ],
)
def test_an_address_elsewhere_leads_home(address: str):
    assert _local(address, "/home") == "/home"


@given(st.text() | st.from_regex(r"[/\\:.@a-z\s]{1,8}"))
def test_whatever_the_address_one_stays_on_this_site(address: str):
    base = httpx.URL("https://service.test/connexion")

    assert base.join(_local(address, "/")).host == "service.test"


@given(st.data())
def test_a_cookie_that_was_altered_is_nobodys(data: st.DataObject):
    cookie = _written(uuid4(), NOW + LIFETIME, KEY)
    position = data.draw(st.integers(0, len(cookie) - 1))
    altered = cookie[:position] + data.draw(st.characters()) + cookie[position + 1 :]

    assert (_read(altered, KEY, NOW) is None) == (altered != cookie)


@given(st.text())
def test_any_text_as_a_cookie_is_nobodys(cookie: str):
    assert _read(cookie, KEY, NOW) is None


def test_a_session_ends_after_eight_hours():
    person = uuid4()
    cookie = _written(person, NOW + LIFETIME, KEY)

    assert _read(cookie, KEY, NOW + timedelta(hours=8, seconds=-1)) == person
    assert _read(cookie, KEY, NOW + timedelta(hours=8)) is None
