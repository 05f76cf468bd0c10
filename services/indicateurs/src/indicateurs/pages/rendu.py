"""Les pages des indicateurs, assemblées une fois."""

from pathlib import Path
from typing import Any

from fastapi import Request
from fastapi.responses import Response

from indicateurs import domain
from indicateurs.pages import phrases
from kit.pages import Link, Pages
from kit.settings import Settings

# Who may read a parcours goes from a figure to people; the region reads figures without them.
LECTEURS = frozenset(
    {"mission_locale", "cap_emploi", "france_travail", "organisme_formation", "comite_passerelle"}
)


def pages(settings: Settings) -> Pages:
    nav = [
        Link("Parcours", f"{settings.suivi_url}/parcours", LECTEURS),
        Link("Exploitation", f"{settings.suivi_url}/exploitation", frozenset({"exploitation"})),
        Link("Tableau de bord", "/"),
    ]
    return Pages(Path(__file__).parents[1] / "templates", settings, nav=nav)


def rendre(request: Request, template: str, **contexte: Any) -> Response:  # noqa: ANN401
    """La page, avec les phrases dont tous les modèles se servent."""
    rendu: Pages = request.app.state.pages
    return rendu.render(
        request,
        template,
        phrases=phrases,
        recul=domain.RECUL.days,
        secret=domain.SECRET,
        sans_couture=domain.SANS_COUTURE,
        **contexte,
    )
