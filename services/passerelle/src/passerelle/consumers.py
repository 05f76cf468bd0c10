"""La porte Kafka du comité passerelle."""

from sqlalchemy.ext.asyncio import AsyncEngine

from contracts.catalogue import TOUS
from kit.consumer import Consumer, HttpSource
from kit.settings import Settings
from passerelle import projections


def journal(db: AsyncEngine, settings: Settings) -> Consumer:
    """Ce que tous les acteurs ont fait, tel que suivi le publie."""
    return Consumer(
        name="passerelle",
        log="suivi",
        topic=f"{settings.topic_prefix}parcours.journal",
        db=db,
        source=HttpSource(settings.suivi_url, settings.service_key),
        apply=projections.apprendre,
        dead_letters=f"{settings.topic_prefix}passerelle.dead-letters",
        known_types=TOUS,
    )
