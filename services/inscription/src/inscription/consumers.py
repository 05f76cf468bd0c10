"""La porte Kafka des inscriptions."""

from sqlalchemy.ext.asyncio import AsyncEngine

from contracts.catalogue import PAR_TYPE
from inscription import projections
from kit.consumer import Consumer, HttpSource
from kit.settings import Settings


def journal(db: AsyncEngine, settings: Settings) -> Consumer:
    """Ce que tous les acteurs ont fait, tel que suivi le publie."""
    return Consumer(
        name="inscription",
        log="suivi",
        topic=f"{settings.topic_prefix}parcours.journal",
        db=db,
        source=HttpSource(settings.suivi_url, settings.service_key),
        apply=projections.apprendre,
        dead_letters=f"{settings.topic_prefix}inscription.dead-letters",
        known_types=PAR_TYPE,
    )
