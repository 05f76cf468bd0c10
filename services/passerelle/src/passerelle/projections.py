"""Ce que le comité passerelle retient du journal."""

from collections.abc import Sequence

from sqlalchemy.ext.asyncio import AsyncConnection

from contracts import catalogue
from contracts.catalogue import PAR_TYPE, FaitDePersonne
from kit import erasure
from kit.consumer import HttpSource, Record
from kit.consumer.store import Reader
from kit.rebuild import Projection, Reading
from kit.settings import Settings
from passerelle import tables
from passerelle.domain import RETENUS


async def apprendre(tx: AsyncConnection, evenements: Sequence[Record]) -> None:
    """Garder ce qu’un comité regarde. Ce que l’on apprend ne refuse jamais rien.

    Une personne effacée l’est ici aussi : son bilan et sa motivation s’en vont.
    """
    retenus = []
    for evenement in evenements:
        lu = catalogue.lire_tout_flux(evenement.value)
        if isinstance(lu, FaitDePersonne):
            await erasure.erase(tx, lu.data.parcours, lu.time)
        elif isinstance(lu, RETENUS):
            retenus.append(evenement)
    await tables.noter_appris(tx, retenus)


def reconstructibles(settings: Settings) -> Sequence[Projection]:
    """Ce qui se réapprend du journal tel que le suivi le tient."""
    lecture = Reading(
        Reader("passerelle", "suivi"),
        HttpSource(settings.suivi_url, settings.service_key),
        PAR_TYPE,
    )
    return [Projection("appris", [tables.appris], lecture, apprendre)]
