"""La porte HTTP des partenaires."""

from suivi.api import abonnements, evenements, parcours, types

routers = (evenements.router, parcours.router, abonnements.router, types.router)

__all__ = ["routers"]
