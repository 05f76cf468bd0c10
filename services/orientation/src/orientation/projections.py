"""Ce que l’orientation retient du journal."""

from collections.abc import Sequence

from sqlalchemy.ext.asyncio import AsyncConnection

from contracts import catalogue
from contracts.catalogue import PAR_TYPE
from kit.consumer import HttpSource, Record
from kit.consumer.store import Reader
from kit.rebuild import Projection, Reading
from kit.settings import Settings
from orientation import tables
from orientation.tables.schema import appris


async def apprendre(tx: AsyncConnection, evenements: Sequence[Record]) -> None:
    """Garder ce qui arrive aux parcours ouverts ici : leur état s’y lit, jamais un refus."""
    for evenement in evenements:
        catalogue.lire(evenement.value)  # what cannot be read is set aside now, not met later
    await tables.noter_appris(tx, evenements)


def reconstructibles(settings: Settings) -> Sequence[Projection]:
    """Ce qui se réapprend du journal tel que le suivi le tient."""
    lecture = Reading(
        Reader("orientation", "suivi"),
        HttpSource(settings.suivi_url, settings.service_key),
        PAR_TYPE,
    )
    return [Projection("appris", [appris], lecture, apprendre)]
