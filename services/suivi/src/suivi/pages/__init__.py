"""La porte des personnes : retrouver un parcours, le lire, s’abonner."""

from suivi.pages.router import pages, router

__all__ = ["pages", "router"]
