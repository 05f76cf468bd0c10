"""Les pages du suivi, assemblées une fois."""

from pathlib import Path
from typing import Any

from fastapi import Request
from fastapi.responses import Response

from kit.pages import Link, Pages
from kit.settings import Settings

LECTEURS = frozenset(
    {"mission_locale", "cap_emploi", "france_travail", "organisme_formation", "comite_passerelle"}
)
EXPLOITATION = "exploitation"


def pages(settings: Settings) -> Pages:
    nav = [
        Link("Parcours", "/parcours", LECTEURS),
        Link("Abonnement", "/abonnement", LECTEURS),
        Link("Exploitation", "/exploitation", frozenset({EXPLOITATION})),
        Link("Tableau de bord", f"{settings.indicateurs_url}/"),
    ]
    templates = Path(__file__).parents[1] / "templates"
    return Pages(templates, settings, home="/parcours", nav=nav)


def rendre(request: Request, template: str, **contexte: Any) -> Response:  # noqa: ANN401
    """La page du service, pour la personne qui est là."""
    rendu: Pages = request.app.state.pages
    return rendu.render(request, template, **contexte)
