"""La porte des personnes : retrouver un parcours, le lire, s’abonner."""

from suivi.pages import abonnement, parcours
from suivi.pages.rendu import pages

routers = (parcours.router, abonnement.router)

__all__ = ["pages", "routers"]
