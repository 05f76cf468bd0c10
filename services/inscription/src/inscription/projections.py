"""Ce que les inscriptions retiennent du journal."""

from collections.abc import Sequence

from sqlalchemy.ext.asyncio import AsyncConnection

from contracts import catalogue
from inscription import domain, tables
from inscription.domain import RETENUS
from kit.consumer import Record


async def apprendre(tx: AsyncConnection, evenements: Sequence[Record]) -> None:
    """Garder ce qui dit qui attend une place. Ce que l’on apprend ne refuse jamais rien."""
    lus = [(record, catalogue.lire(record.value)) for record in evenements]
    retenus = [(record, domain.session_dite(lu)) for record, lu in lus if isinstance(lu, RETENUS)]
    await tables.noter_appris(tx, retenus)
