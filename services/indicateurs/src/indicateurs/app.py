"""Le service assemblé."""

from fastapi import FastAPI
from sqlalchemy.ext.asyncio import AsyncEngine

from contracts import problemes
from contracts.catalogue import PAR_TYPE
from indicateurs import api, consumers, pages
from kit.access import Access
from kit.consumer import Consumer, HttpSource
from kit.db import engine
from kit.http import application
from kit.run import Service
from kit.settings import Settings


def create_app(settings: Settings, db: AsyncEngine, access: Access) -> FastAPI:
    rendu = pages.pages(settings)
    app = application(
        "Indicateurs",
        api.router,
        *pages.routers,
        settings=settings,
        db=db,
        access=access,
        problems=problemes,
        log=False,
        error_page=rendu.error_page,
    )
    rendu.mount(app)
    app.state.pages = rendu
    return app


def service(settings: Settings) -> Service:
    db = engine(settings.database_url)
    access = Access(engine(settings.access_database_url, pool=2), settings.platform_key)
    return Service(
        http=create_app(settings, db, access),
        consumers=[
            Consumer(
                name="indicateurs",
                log="suivi",
                topic=f"{settings.topic_prefix}parcours.journal",
                db=db,
                source=HttpSource(settings.suivi_url, settings.service_key),
                apply=consumers.journal,
                dead_letters=f"{settings.topic_prefix}indicateurs.dead-letters",
                known_types=PAR_TYPE,
            )
        ],
    )
