"""Le service assemblé."""

from functools import partial

from fastapi import FastAPI
from sqlalchemy.ext.asyncio import AsyncEngine

from contracts import problemes
from contracts.catalogue import TOUS
from kit.access import Access
from kit.consumer import Consumer, HttpSource
from kit.db import engine
from kit.http import application
from kit.log import Relay
from kit.operations import Operations
from kit.run import Service, Timer
from kit.secrets import Fingerprint, Vault
from kit.settings import Settings
from kit.webhooks import Sender
from suivi import api, consumers, pages, timers
from suivi.commands.abonner import Abonnes
from suivi.commands.envoyer import Envoyeur
from suivi.commands.personnes import Personnes
from suivi.commands.rapprocher import Rapprochement
from suivi.commands.recevoir import Reception
from suivi.queries.identite import Identites

JOURNAL = "parcours.journal"


def create_app(settings: Settings, db: AsyncEngine, access: Access) -> FastAPI:
    rendu = pages.pages(settings)
    app = application(
        "Suivi",
        *api.routers,
        *pages.routers,
        settings=settings,
        db=db,
        access=access,
        problems=problemes,
        log=True,
        error_page=rendu.error_page,
    )
    rendu.mount(app)
    app.state.pages = rendu
    app.state.identites = Identites(settings.orientation_url, settings.service_key)
    app.state.rapprochement = Rapprochement(
        db,
        Vault(settings.platform_key, "attentes"),
        Personnes(settings.orientation_url, settings.service_key),
    )
    app.state.reception = Reception(db, Fingerprint(settings.platform_key), app.state.rapprochement)
    app.state.operations = Operations(
        {
            "orientation": settings.orientation_url,
            "inscription": settings.inscription_url,
            "passerelle": settings.passerelle_url,
            "suivi": settings.suivi_url,
            "indicateurs": settings.indicateurs_url,
        },
        settings.service_key,
    )
    app.state.abonnes = Abonnes(
        db, Vault(settings.platform_key, "abonnements"), tuple(settings.webhook_networks)
    )
    return app


def service(settings: Settings) -> Service:
    db = engine(settings.database_url)
    access = Access(engine(settings.access_database_url, pool=2), settings.platform_key)
    app = create_app(settings, db, access)
    envoyeur = Envoyeur(
        app.state.abonnes, Sender(settings.webhook_networks), settings.public_url.rstrip("/")
    )
    # A consumer holds a connection while it applies: it must not wait for those of the door.
    lecture = engine(settings.database_url)
    consumer = partial(
        Consumer,
        name="suivi",
        db=lecture,
        dead_letters=f"{settings.topic_prefix}suivi.dead-letters",
    )
    return Service(
        http=app,
        beside_api=[app.state.reception.writer],
        consumers=[
            *(
                consumer(
                    log=proprietaire,
                    topic=f"{settings.topic_prefix}{proprietaire}.events",
                    source=HttpSource(url, settings.service_key),
                    apply=consumers.decisions,
                    # A decision of a type not known yet is set aside: it must reach the journal.
                    known_types=None,
                )
                for proprietaire, url in (
                    ("orientation", settings.orientation_url),
                    ("inscription", settings.inscription_url),
                    ("passerelle", settings.passerelle_url),
                )
            ),
            consumer(
                log="suivi",
                topic=f"{settings.topic_prefix}{JOURNAL}",
                source=HttpSource(settings.suivi_url, settings.service_key),
                apply=consumers.abonnes,
                known_types=TOUS,
            ),
        ],
        relays=[
            Relay(
                settings.database_url, f"{settings.topic_prefix}{JOURNAL}", settings.kafka, "suivi"
            )
        ],
        timers=[
            Timer("envois", partial(timers.envois, envoyeur)),
            Timer("rapprochements", partial(timers.rapprochements, app.state.rapprochement)),
        ],
    )
