"""Le service assemblé."""

from fastapi import FastAPI
from sqlalchemy.ext.asyncio import AsyncEngine

from contracts import problemes
from kit.access import Access
from kit.http import application
from kit.secrets import Fingerprint, Vault
from kit.settings import Settings
from suivi import api
from suivi.commands.abonner import Abonnes
from suivi.commands.recevoir import Reception


def create_app(settings: Settings, db: AsyncEngine, access: Access) -> FastAPI:
    app = application(
        "Suivi", *api.routers, settings=settings, db=db, access=access, problems=problemes, log=True
    )
    app.state.reception = Reception(db, Fingerprint(settings.platform_key))
    app.state.abonnes = Abonnes(
        db, Vault(settings.platform_key, "abonnements"), tuple(settings.webhook_networks)
    )
    return app
