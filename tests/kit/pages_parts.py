"""The pages of an imaginary service, with each component once."""

from datetime import UTC, date, datetime
from pathlib import Path
from typing import cast
from uuid import UUID

from fastapi import FastAPI, Request, Response

from contracts import problemes
from kit.access import Access, Organisation, Person
from kit.db import engine
from kit.errors import FieldError, Invalid
from kit.http import Router, application
from kit.ids import named_uuid
from kit.pages import Link, Pages, Visitor
from kit.pages.charts import (
    MASKED,
    Bar,
    Chart,
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
from tests.kit.http_parts import NOWHERE, a_settings

TEMPLATES = Path(__file__).parent / "test_pages_templates"
STRANGER = "<script>alert(1)</script>\"' onload=x é"
INSTANT = datetime(2026, 11, 23, 13, 32, tzinfo=UTC)


def a_person(name: str, role: str, organisation: str, organisation_role: str) -> Person:
    source = f"urn:siret:{len(name):014}"
    place = Organisation(named_uuid(source), organisation, organisation_role, source)
    return Person(named_uuid(name), name, role, place)


HUGO = a_person("Hugo Lisière", "Référent", "Mission locale des Deux-Rives", "mission_locale")
INES = a_person("Inès Ourlet", "Secrétaire", "Bâtir Givors", "organisme_formation")

NAV = [
    Link("Parcours", "/parcours"),
    Link("Sessions", "/sessions", frozenset({"organisme_formation"})),
    Link("Composants", "/essai", frozenset({"mission_locale", "region"})),
]


class TwoPeople:
    """What the session asks of `kit.access`."""

    async def people(self) -> list[Person]:
        return [HUGO, INES]

    async def person(self, person_id: UUID) -> Person | None:
        return next((one for one in (HUGO, INES) if one.id == person_id), None)

    async def ping(self) -> None:
        """Always there."""


def a_site() -> FastAPI:
    settings = a_settings(demo=True)
    pages = Pages(TEMPLATES, settings, home="/essai", nav=NAV)
    router = Router()

    @router.get("/essai")
    async def sample(request: Request, _: Visitor) -> Response:
        return pages.render(request, "sample.html", **components())

    @router.get("/vide")
    async def nobody(request: Request) -> Response:
        return pages.render(request, "connexion.html", people=[], after="/essai")

    @router.post("/refus")
    async def refuse(_: Visitor) -> None:
        raise Invalid(
            FieldError("FORMAT_DATE", "/data/date_entree", "Une date est attendue"),
            FieldError("TROP_PETIT", "/data/heures_prevues", "Plus grand que 0"),
        )

    @router.get("/panne")
    async def fail(_: Visitor) -> None:
        raise RuntimeError(STRANGER)

    app = application(
        "Essai",
        router,
        settings=settings,
        db=engine(NOWHERE, pool=1),
        access=cast(Access, TwoPeople()),
        problems=problemes,
        log=False,
        error_page=pages.error_page,
    )
    pages.mount(app)
    return app


def months(start: date, number: int) -> list[date]:
    ranks = range(start.month - 1, start.month - 1 + number)
    return [date(start.year + rank // 12, rank % 12 + 1, 1) for rank in ranks]


YEAR = month_labels(months(date(2026, 1, 1), 12))
LOW = [0.481, 0.486, 0.499, 0.478, 0.469, 0.502, 0.508, 0.501, 0.494, 0.503, 0.51, 0.514, 0.462]
HIGH = [0.55, 0.556, 0.568, 0.549, 0.544, 0.572, 0.578, 0.571, 0.566, 0.575, 0.582, 0.586, 0.589]
REACHED = [2684, 5075, 7878, 10325, 12541, 14609, 16182, 17084, 21402, 25134]
ALL = [0.184, 0.181, None, 0.176, 0.172, 0.168, 0.163, 0.17, 0.166, 0.162]
SOME = [0.132, 0.13, 0.127, 0.124, 0.121, 0.117, 0.113, 0.12, 0.116, 0.158]


def a_thread() -> Chart:
    return thread(
        "fil",
        "Le parcours sur un fil",
        [
            Segment("Remise à niveau", date(2026, 3, 30), date(2026, 6, 12)),
            Segment("Titre professionnel", date(2026, 7, 6), date(2026, 9, 7), "Compétences Pilat"),
            Segment("", date(2026, 11, 2), date(2027, 1, 29), "Bâtir Givors"),
        ],
        [
            Seam("couture", date(2026, 6, 12), date(2026, 7, 6)),
            Seam("suspension", date(2026, 9, 7), date(2026, 11, 2)),
        ],
        today=date(2026, 11, 23),
        end_label="fin prévue le 29 janv.",
    )


def a_band() -> Chart:
    return lines(
        "emploi",
        "Retour à l’emploi à 6 mois par mois de sortie",
        "Mois de sortie",
        month_labels(months(date(2025, 4, 1), 14)),
        [
            Series("inconnus sans emploi", [*LOW, 0.415]),
            Series("parmi les connus", [*HIGH, 0.596]),
        ],
        pending=2,
        band=True,
    )


def two_lines() -> Chart:
    return lines(
        "abandon",
        "Taux d’abandon",
        "Mois de sortie",
        YEAR[:10],
        [Series("tous", ALL, MASKED), Series("hors retour à l’emploi", SOME)],
    )


def a_total() -> Chart:
    return cumulative(
        "aes",
        "Entrées : cumul 2026 et cible",
        "Fin de mois",
        YEAR,
        actual=Series("réalisé", REACHED, "à venir"),
        target=Series("cible", [31810 * n / 12 for n in range(1, 13)]),
    )


def some_bars() -> Chart:
    return bars(
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
    )


def components() -> dict[str, object]:
    return {
        "name": "Composants",
        "stranger": STRANGER,
        "instant": INSTANT,
        "fil": a_thread(),
        "emploi": a_band(),
        "abandon": two_lines(),
        "aes": a_total(),
        "insertion": some_bars(),
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
