"""Le service assemblé."""

from contracts import problemes
from kit.access import Access
from kit.db import engine
from kit.http import application
from kit.log import Relay
from kit.run import Service
from kit.secrets import Fingerprint
from kit.settings import Settings
from orientation import api, consumers


def service(settings: Settings) -> Service:
    db = engine(settings.database_url)
    access = Access(engine(settings.access_database_url, pool=2), settings.platform_key)
    # A consumer holds a connection while it applies: it must not wait for those of the door.
    lecture = engine(settings.database_url, pool=2)
    http = application(
        "Orientation",
        *api.routers,
        settings=settings,
        db=db,
        access=access,
        problems=problemes,
        log=True,
    )
    http.state.empreinte = Fingerprint(settings.platform_key)
    return Service(
        http=http,
        consumers=[consumers.journal(lecture, settings)],
        relays=[
            Relay(
                settings.database_url,
                f"{settings.topic_prefix}orientation.events",
                settings.kafka,
                "orientation",
            )
        ],
    )
