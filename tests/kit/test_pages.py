"""What a page is served with, and what it does to what it is given."""

import re
from html.parser import HTMLParser
from pathlib import Path

import httpx
import pytest
from jinja2 import UndefinedError
from starlette.requests import Request

from kit.pages import STYLESHEET, Pages, filters
from tests.kit.http_parts import a_settings
from tests.kit.pages_parts import HUGO, STRANGER, TEMPLATES, a_site

HTML = {"accept": "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"}
FORM = {**HTML, "origin": "http://service.test"}


class Html(HTMLParser):
    """What a browser would read: elements with their attributes, and text that is not code."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, list[tuple[str, str | None]]]] = []
        self.texts: list[str] = []
        self._code = 0
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, attrs))
        self._code += tag in {"code", "textarea"}

    def handle_endtag(self, tag: str) -> None:
        self._code -= tag in {"code", "textarea"}

    def handle_data(self, data: str) -> None:
        if not self._code:
            self.texts.append(data)


@pytest.fixture
async def site() -> httpx.AsyncClient:
    transport = httpx.ASGITransport(a_site(), raise_app_exceptions=False)
    async with httpx.AsyncClient(
        transport=transport, base_url="http://service.test", headers=HTML
    ) as client:
        yield client


@pytest.fixture
async def hugo(site: httpx.AsyncClient) -> httpx.AsyncClient:
    await site.post("/connexion", data={"personne": str(HUGO.id)}, headers=FORM)
    return site


def a_request() -> Request:
    return Request({"type": "http", "path": "/", "headers": [], "query_string": b""})


async def test_the_policy_of_a_page(hugo: httpx.AsyncClient):
    answer = await hugo.get("/essai")

    assert answer.status_code == 200
    assert answer.headers["content-security-policy"] == (
        "default-src 'none'; style-src 'self'; img-src data: 'self'; form-action 'self'; "
        "base-uri 'none'; frame-ancestors 'none'"
    )
    assert answer.headers["cache-control"] == "no-store"
    assert answer.headers["referrer-policy"] == "same-origin"


async def test_no_style_no_script_and_strangers_are_escaped(hugo: httpx.AsyncClient):
    page = (await hugo.get("/essai")).text

    assert page.count("&lt;script&gt;alert(1)") > 4
    assert STRANGER not in page
    html = Html(page)
    assert not {"script", "style", "iframe", "base"} & {tag for tag, _ in html.elements}
    attributes = [pair for _, pairs in html.elements for pair in pairs]
    assert not [name for name, _ in attributes if name == "style" or name.startswith("on")]
    ids = [value for name, value in attributes if name == "id"]
    assert len(ids) == len(set(ids))


async def test_the_style_sheet_is_kept_for_a_year_under_its_content(site: httpx.AsyncClient):
    page = (await site.get("/connexion")).text
    address = re.search(r'href="(/statique/[^"]+)"', page)[1]
    kept, asked_again = await site.get(address), await site.get(STYLESHEET)

    assert kept.headers["content-type"].startswith("text/css")
    assert kept.headers["cache-control"] == "public, max-age=31536000, immutable"
    assert asked_again.headers["cache-control"] == "no-cache"
    assert kept.content == asked_again.content


def test_a_name_the_template_lacks_is_an_error(tmp_path: Path):
    (tmp_path / "page.html").write_text(
        '{% extends "layout.html" %}{% block title %}{{ lacking }}{% endblock %}'
        "{% block main %}{% endblock %}",
        "utf-8",
    )

    with pytest.raises(UndefinedError, match="lacking"):
        Pages(tmp_path, a_settings()).render(a_request(), "page.html")


def test_a_service_may_not_be_a_demo():
    page = Pages(TEMPLATES, a_settings()).render(
        a_request(), "connexion.html", people=[], after="/"
    )

    assert "inventés" not in page.body.decode()


async def test_who_is_not_signed_in_is_led_to_the_list_and_back(site: httpx.AsyncClient):
    led = await site.get("/essai?a=1")
    page = await site.get(led.headers["location"])
    back = await site.post(
        "/connexion", data={"personne": str(HUGO.id), "suite": "/essai?a=1"}, headers=FORM
    )

    assert led.status_code == 303
    assert 'name="suite" value="/essai?a=1"' in page.text
    assert (back.status_code, back.headers["location"]) == (303, "/essai?a=1")


@pytest.mark.parametrize(
    ("method", "path", "status", "said"),
    [
        ("GET", "/nulle-part", 404, "Cette adresse ne mène à rien"),
        ("POST", "/refus", 422, "/data/heures_prevues</code>\u00a0: Plus grand que 0"),
        ("GET", "/panne", 500, "Réessayez dans un instant"),
        ("DELETE", "/essai", 405, "Revenir à l’accueil"),
    ],
)
async def test_a_problem_as_a_person_meets_it(
    hugo: httpx.AsyncClient, method: str, path: str, status: int, said: str
):
    page = await hugo.request(method, path, headers=FORM)
    document = await hugo.request(method, path, headers={**FORM, "accept": "application/json"})

    assert page.status_code == document.status_code == status
    assert page.headers["content-type"] == "text/html; charset=utf-8"
    assert "style-src 'self'" in page.headers["content-security-policy"]
    assert said in page.text
    assert STRANGER not in page.text
    assert document.headers["content-type"] == "application/problem+json"
    assert f"<h1>{document.json()['title']}</h1>" in page.text


@pytest.mark.parametrize("path", ["/connexion", "/vide", "/essai", "/nulle-part"])
async def test_a_page_follows_french_typography(hugo: httpx.AsyncClient, path: str):
    html = Html((await hugo.get(path)).text)

    assert [text for text in html.texts if filters.typographic(text) != text] == []
