"""Every component in one page, in a real browser, under the policy it is served with."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from fastapi import FastAPI, Request, Response
from playwright.sync_api import Browser, Page

from kit.pages import Link, Pages
from kit.pages.charts import (
    MASKED,
    Bar,
    Column,
    Seam,
    Segment,
    Series,
    bars,
    cumulative,
    lines,
    month_labels,
    spread,
    thread,
)
from kit.settings import Settings
from tests.browser import WIDTHS, axe_violations, chromium, served, spills

TEMPLATES = Path(__file__).parent / "test_pages_templates"
STRANGER = "<script>alert(1)</script>\"' onload=x é"
INSTANT = datetime(2026, 11, 23, 13, 32, tzinfo=UTC)


@dataclass(frozen=True)
class Place:
    name: str


@dataclass(frozen=True)
class Someone:
    id: str
    name: str
    role: str
    organisation: Place


HUGO = Someone("1", "Hugo Lisière", "conseil", Place("Mission locale des Deux-Rives"))
INES = Someone("2", "Inès Ourlet", "organisme", Place("Bâtir Givors"))

NAV = [
    Link("Parcours", "/parcours"),
    Link("Sessions", "/sessions", frozenset({"organisme"})),
    Link("Composants", "/essai", frozenset({"conseil", "region"})),
]


def settings() -> Settings:
    return Settings.model_construct(demo=True)


def months(start: date, number: int) -> list[date]:
    return [
        date(start.year + (start.month + n - 1) // 12, (start.month + n - 1) % 12 + 1, 1)
        for n in range(number)
    ]


LOW = [
    0.481,
    0.486,
    0.499,
    0.478,
    0.469,
    0.502,
    0.508,
    0.501,
    0.494,
    0.503,
    0.51,
    0.514,
    0.462,
    0.415,
]
HIGH = [
    0.55,
    0.556,
    0.568,
    0.549,
    0.544,
    0.572,
    0.578,
    0.571,
    0.566,
    0.575,
    0.582,
    0.586,
    0.589,
    0.596,
]
REACHED = [2684, 5075, 7878, 10325, 12541, 14609, 16182, 17084, 21402, 25134]


def context() -> dict[str, object]:
    year = month_labels(months(date(2026, 1, 1), 12))
    return {
        "name": "Composants",
        "stranger": STRANGER,
        "instant": INSTANT,
        "fil": thread(
            "fil",
            "Le parcours sur un fil",
            [
                Segment("Remise à niveau", date(2026, 3, 30), date(2026, 6, 12)),
                Segment(
                    "Titre professionnel", date(2026, 7, 6), date(2026, 9, 7), "Compétences Pilat"
                ),
                Segment("", date(2026, 11, 2), date(2027, 1, 29), "Bâtir Givors"),
            ],
            [
                Seam("couture", date(2026, 6, 12), date(2026, 7, 6)),
                Seam("suspension", date(2026, 9, 7), date(2026, 11, 2)),
            ],
            today=date(2026, 11, 23),
            end_label="fin prévue le 29 janv.",
        ),
        "emploi": lines(
            "emploi",
            "Retour à l’emploi à 6 mois par mois de sortie",
            "Mois de sortie",
            month_labels(months(date(2025, 4, 1), 14)),
            [Series("inconnus sans emploi", LOW), Series("parmi les connus", HIGH)],
            pending=2,
            band=True,
        ),
        "abandon": lines(
            "abandon",
            "Taux d’abandon",
            "Mois de sortie",
            year[:10],
            [
                Series(
                    "tous",
                    [0.184, 0.181, None, 0.176, 0.172, 0.168, 0.163, 0.17, 0.166, 0.162],
                    MASKED,
                ),
                Series(
                    "hors retour à l’emploi",
                    [0.132, 0.13, 0.127, 0.124, 0.121, 0.117, 0.113, 0.12, 0.116, 0.158],
                ),
            ],
        ),
        "aes": cumulative(
            "aes",
            "Entrées : cumul 2026 et cible",
            "Fin de mois",
            year,
            actual=Series("réalisé", REACHED, "à venir"),
            target=Series("cible", [31810 * n / 12 for n in range(1, 13)]),
        ),
        "insertion": bars(
            "insertion",
            "Situation six mois après la sortie",
            "Type",
            ["en emploi", "en formation", "autres situations"],
            [
                Bar("Préparatoire", [2488, 3837, 5303]),
                Bar("Certifiant", [4066, 795, 2235]),
                Bar("Professionnalisant", [2105, 198, 946]),
                Bar("Création d’entreprise", None),
                Bar("Autre", [0, 0, 0]),
            ],
            whole="Sortants",
        ),
        "vide": lines("vide", "Rien encore", "Mois", [], [Series("taux", [])]),
        "seul": lines("seul", "Un mois", "Mois", ["nov."], [Series("taux", [0.5])]),
        "delays": {
            "columns": [
                Column("De … à …", numeric=False),
                Column("Cas"),
                Column("Médiane"),
                Column("0 à 140 jours", numeric=False),
            ],
            "rows": [
                ("Orientation → entrée", "1 344", "11 j", spread(11, 15, 22, threshold=30)),
                ("Suspension → reprise", MASKED, MASKED, ""),
            ],
            "foot": ("Ensemble", "1 344", "11 j", ""),
        },
    }


PROBLEM = {
    "type": "https://exemple.fr/problemes/evenement-invalide",
    "title": "Événement invalide",
    "status": 422,
    "detail": "2 champs à corriger",
    "code": "EVENEMENT_INVALIDE",
    "instance": "urn:accuse:01JD7Q4X",
    "erreurs": [
        {"code": "FORMAT_DATE", "pointeur": "/data/date_entree", "detail": "Une date est attendue"},
        {"code": "TROP_PETIT", "pointeur": "/data/heures_prevues", "detail": "Plus grand que 0"},
    ],
}


def application() -> FastAPI:
    """The pages of an imaginary service; `?qui=` signs in."""
    app = FastAPI()
    pages = Pages(TEMPLATES, settings(), NAV)
    pages.mount(app)
    people = {"hugo": HUGO, "ines": INES}

    @app.get("/essai")
    def sample(request: Request, qui: str = "") -> Response:
        request.state.person = people.get(qui)
        return pages.render(request, "sample.html", **context())

    @app.get("/connexion")
    def connexion(request: Request, vide: str = "") -> Response:
        shown = [] if vide else [HUGO, INES]
        return pages.render(request, "connexion.html", people=shown, destination="/parcours")

    @app.get("/refus")
    def refused(request: Request) -> Response:
        request.state.person = HUGO
        return pages.error_page(request, PROBLEM)

    return app


PAGES = ["/essai?qui=hugo", "/connexion", "/connexion?vide=1", "/refus"]


@pytest.fixture(scope="module")
def site() -> Iterator[str]:
    with served(application()) as url:
        yield url


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as browser:
        yield browser


@pytest.fixture(params=PAGES)
def page(request: pytest.FixtureRequest, site: str, browser: Browser) -> Iterator[Page]:
    """One of the pages, all its details open; it may not complain in the console."""
    complaints: list[str] = []
    page = browser.new_page(color_scheme="light")
    page.on("console", lambda message: complaints.append(message.text))
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.goto(site + request.param)
    page.evaluate("document.querySelectorAll('details').forEach(d => d.open = true)")
    yield page
    page.close()
    assert complaints == []


def test_axe_finds_nothing(page: Page):
    for width in WIDTHS:
        page.set_viewport_size({"width": width, "height": 900})
        assert axe_violations(page) == []
    page.emulate_media(color_scheme="dark")
    assert axe_violations(page, "color-contrast") == []


def test_nothing_spills_from_320_to_1920(page: Page):
    spilled = []
    for width in range(320, 1921, 40):
        page.set_viewport_size({"width": width, "height": 900})
        if spills(page):
            spilled.append(width)

    assert spilled == []
