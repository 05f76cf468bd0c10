"""La porte des personnes : retrouver un parcours, le lire, s’abonner ; l’exploitation."""

from suivi.pages import abonnement, exploitation, parcours
from suivi.pages.rendu import pages

routers = (parcours.router, abonnement.router, exploitation.router)

__all__ = ["pages", "routers"]
