"""La porte des personnes : le tableau de bord, et les événements derrière chaque chiffre."""

from indicateurs.pages import evenements, export, tableau
from indicateurs.pages.rendu import pages

routers = (tableau.router, export.router, evenements.router)

__all__ = ["pages", "routers"]
