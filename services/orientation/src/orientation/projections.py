"""Ce que l’orientation retient du journal."""

from collections.abc import Sequence

from sqlalchemy.ext.asyncio import AsyncConnection

from contracts import catalogue
from kit.consumer import Record
from orientation import tables


async def apprendre(tx: AsyncConnection, evenements: Sequence[Record]) -> None:
    """Garder ce qui arrive aux parcours ouverts ici : leur état s’y lit, jamais un refus."""
    for evenement in evenements:
        catalogue.lire(evenement.value)  # what cannot be read is set aside now, not met later
    await tables.noter_appris(tx, evenements)
