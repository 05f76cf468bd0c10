"""Le service assemblé."""

from fastapi import FastAPI
from sqlalchemy.ext.asyncio import AsyncEngine

from contracts import problemes
from indicateurs import api
from kit.access import Access
from kit.http import application
from kit.settings import Settings


def create_app(settings: Settings, db: AsyncEngine, access: Access) -> FastAPI:
    return application(
        "Indicateurs",
        api.router,
        settings=settings,
        db=db,
        access=access,
        problems=problemes,
        log=False,
    )
