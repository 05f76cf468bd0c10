"""Every component, in a real browser, under the policy it is served with."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser import WIDTHS, axe_violations, chromium, served, spills
from tests.kit.pages_parts import a_site

WINDOWS = (320, 414, 600, 768, 900, 1000, 1440, 1920)


@pytest.fixture(scope="module")
def site() -> Iterator[str]:
    with served(a_site()) as url:
        yield url


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as browser:
        yield browser


@pytest.fixture
def visit(site: str, browser: Browser) -> Iterator[Page]:
    """A page where nobody is signed in yet."""
    page = browser.new_page(base_url=site, color_scheme="light")
    yield page
    page.close()


def sign_in(page: Page, name: str, path: str = "/essai") -> None:
    page.goto(path)
    page.get_by_role("button", name=f"Entrer : {name}").click()


def show(page: Page, path: str) -> None:
    """Go there; for `/refus`, by the form of the sample page."""
    if path in {"/connexion", "/vide"}:
        page.goto(path)
        return
    sign_in(page, "Hugo Lisière")
    if path == "/refus":
        page.get_by_role("button", name="Renvoyer").click()
        expect(page.get_by_role("alert")).to_contain_text("Une date est attendue")


@pytest.mark.parametrize("path", ["/essai", "/connexion", "/vide", "/refus"])
def test_accessible_and_never_wider_than_the_window(visit: Page, path: str):
    show(visit, path)
    visit.evaluate("document.querySelectorAll('details').forEach(d => d.open = true)")

    spilled = []
    for width in WIDTHS:
        visit.set_viewport_size({"width": width, "height": 900})
        assert axe_violations(visit) == []
        if spills(visit):
            spilled.append(width)
    visit.emulate_media(color_scheme="dark")
    assert axe_violations(visit, "color-contrast") == []

    for width in WINDOWS:
        visit.set_viewport_size({"width": width, "height": 900})
        if spills(visit):
            spilled.append(width)
    assert spilled == []


def test_the_policy_is_obeyed_and_nothing_comes_from_elsewhere(visit: Page, site: str):
    complaints: list[str] = []
    asked: list[str] = []
    visit.on("console", lambda message: complaints.append(message.text))
    visit.on("request", lambda request: asked.append(request.url))

    sign_in(visit, "Hugo Lisière")

    colour = visit.locator(".site-header").evaluate("e => getComputedStyle(e).backgroundColor")
    assert colour == "rgb(11, 52, 61)"
    assert complaints == []
    assert [url for url in asked if not url.startswith((site, "data:image/svg+xml"))] == []


def test_signing_in_leads_back_and_shows_what_the_role_opens(visit: Page):
    sign_in(visit, "Hugo Lisière", "/essai?a=1")

    assert visit.url.endswith("/essai?a=1")
    expect(visit.locator(".account")).to_have_text(
        "Hugo Lisière Référent, Mission locale des Deux-Rives"
    )
    nav = visit.get_by_role("navigation")
    expect(nav.get_by_role("link")).to_have_text(["Parcours", "Composants"])
    expect(nav.locator("[aria-current=page]")).to_have_text("Composants")

    visit.get_by_role("button", name="Se déconnecter").click()
    expect(visit.get_by_role("heading", level=1)).to_have_text("Qui êtes-vous\u202f?")
    expect(visit.get_by_role("navigation")).to_have_count(0)


def test_the_skip_link_leads_to_the_content(visit: Page):
    visit.goto("/connexion")

    visit.keyboard.press("Tab")
    expect(visit.locator(":focus")).to_have_text("Aller au contenu")
    visit.keyboard.press("Enter")
    visit.keyboard.press("Tab")
    expect(visit.locator(":focus")).to_have_text("Entrer : Hugo Lisière")
