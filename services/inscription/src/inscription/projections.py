"""Ce que les inscriptions retiennent du journal."""

from collections.abc import Sequence

from sqlalchemy.ext.asyncio import AsyncConnection

from contracts import catalogue
from contracts.catalogue import PAR_TYPE
from inscription import domain, tables
from inscription.domain import RETENUS
from kit.consumer import HttpSource, Record
from kit.consumer.store import Reader
from kit.rebuild import Projection, Reading
from kit.settings import Settings


async def apprendre(tx: AsyncConnection, evenements: Sequence[Record]) -> None:
    """Garder ce qui dit qui attend une place. Ce que l’on apprend ne refuse jamais rien."""
    lus = [(record, catalogue.lire(record.value)) for record in evenements]
    retenus = [(record, domain.session_dite(lu)) for record, lu in lus if isinstance(lu, RETENUS)]
    await tables.noter_appris(tx, retenus)


def reconstructibles(settings: Settings) -> Sequence[Projection]:
    """Ce qui se réapprend du journal tel que le suivi le tient."""
    lecture = Reading(
        Reader("inscription", "suivi"),
        HttpSource(settings.suivi_url, settings.service_key),
        PAR_TYPE,
    )
    return [Projection("appris", [tables.appris], lecture, apprendre)]
