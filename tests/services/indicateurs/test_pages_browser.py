"""Le tableau de bord dans un vrai navigateur : accessible, sans débord, vide et plein."""

import asyncio
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
from fastapi import FastAPI
from playwright.sync_api import Browser, Page, expect
from sqlalchemy.ext.asyncio import create_async_engine
from sqlalchemy.pool import NullPool

from indicateurs.app import create_app
from kit import clock
from kit.access import Access
from tests.browser import WIDTHS, axe_violations, chromium, served, spills
from tests.services.conftest import des_reglages
from tests.services.indicateurs.conftest import inscrire_les_gens
from tests.services.indicateurs.journal import des_parcours, lire_dans

CAPTURES = Path(".run/captures")
LUS = {"vide": 0, "plein": 300}


def un_site(base: str, acces: str, parcours: int) -> FastAPI:
    """Un tableau de bord qui a lu tant de parcours."""
    reglages = des_reglages(database_url=base, access_database_url=acces, demo=True)
    asyncio.run(inscrire_les_gens(reglages))
    if parcours:
        asyncio.run(lire_dans(base, des_parcours(3, parcours, clock.now())))
    # No connection is kept: the loop of the server ends before the bases do.
    db, gens = (create_async_engine(url, poolclass=NullPool) for url in (base, acces))
    return create_app(reglages, db, Access(gens, reglages.platform_key))


@pytest.fixture(scope="module")
def sites(module_database: Callable[[str], str]) -> Iterator[dict[str, str]]:
    """Leurs adresses. Avant le navigateur, dont la boucle occupe ce fil."""
    with ExitStack() as pile:
        yield {
            nom: pile.enter_context(
                served(un_site(module_database("indicateurs"), module_database("access"), parcours))
            )
            for nom, parcours in LUS.items()
        }


@pytest.fixture(scope="module")
def browser(sites: dict[str, str]) -> Iterator[Browser]:
    with chromium() as browser:
        yield browser


@pytest.fixture
def entrer(sites: dict[str, str], browser: Browser) -> Iterator[Callable[[str], Page]]:
    """La région, devant son tableau de bord."""
    with ExitStack() as pages:

        def entrer(nom: str) -> Page:
            page = browser.new_page(base_url=sites[nom], color_scheme="light")
            pages.callback(page.close)
            page.goto("/")
            page.get_by_role("button", name="Entrer : Solveig Lisseron").click()
            expect(page.get_by_role("heading", level=1)).to_contain_text("Où en sont les parcours")
            return page

        yield entrer


@pytest.mark.parametrize("nom", LUS)
def test_accessible_et_jamais_plus_large_que_la_fenetre(entrer: Callable[[str], Page], nom: str):
    page = entrer(nom)
    CAPTURES.mkdir(parents=True, exist_ok=True)

    for width in WIDTHS:
        page.set_viewport_size({"width": width, "height": 900})
        page.screenshot(path=CAPTURES / f"tableau-de-bord-{nom}-{width}.png", full_page=True)
        page.evaluate("document.querySelectorAll('details').forEach(d => d.open = true)")
        assert axe_violations(page) == []
        assert not spills(page)
        page.evaluate("document.querySelectorAll('details').forEach(d => d.open = false)")
    page.emulate_media(color_scheme="dark")
    assert axe_violations(page, "color-contrast") == []


def test_d_un_chiffre_a_ses_evenements_et_retour(entrer: Callable[[str], Page]):
    page = entrer("plein")
    plaintes: list[str] = []
    page.on("console", lambda message: plaintes.append(message.text))

    page.get_by_label("Public", exact=True).select_option(label="Demandeur d’emploi infra-bac")
    page.get_by_role("button", name="Filtrer").click()
    expect(page.locator(".over")).to_contain_text("Demandeur d’emploi infra-bac")

    page.get_by_role("link", name="Voir les").filter(has_text=": Abandon").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Abandon")
    for width in WIDTHS:
        page.set_viewport_size({"width": width, "height": 900})
        assert axe_violations(page) == []
        assert not spills(page)
    page.get_by_role("main").get_by_role("link", name="Tableau de bord").click()
    expect(page.locator(".over")).not_to_contain_text("Demandeur")
    assert plaintes == []
