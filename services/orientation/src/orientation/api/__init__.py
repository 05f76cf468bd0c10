"""La porte HTTP de l’orientation."""

from orientation.api import offre, parcours, personnes

routers = (personnes.router, offre.router, parcours.router, personnes.interne)

__all__ = ["routers"]
