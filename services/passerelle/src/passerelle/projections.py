"""Ce que le comité passerelle retient du journal."""

from collections.abc import Sequence

from sqlalchemy.ext.asyncio import AsyncConnection

from contracts import catalogue
from kit.consumer import Record
from passerelle import tables
from passerelle.domain import RETENUS


async def apprendre(tx: AsyncConnection, evenements: Sequence[Record]) -> None:
    """Garder ce qu’un comité regarde. Ce que l’on apprend ne refuse jamais rien."""
    retenus = [e for e in evenements if isinstance(catalogue.lire(e.value), RETENUS)]
    await tables.noter_appris(tx, retenus)
