"""La porte Kafka du suivi : les décisions des services, et le journal lui-même pour les abonnés."""

from collections.abc import Sequence

from sqlalchemy.ext.asyncio import AsyncConnection

from contracts.catalogue import lire_tout_flux
from kit import clock
from kit.consumer import Record
from suivi import commands, projections


async def decisions(tx: AsyncConnection, records: Sequence[Record]) -> None:
    """Mettre au journal ce que les services ont décidé."""
    evenements = [
        lire_tout_flux(record.value).model_copy(update={"traceparent": record.traceparent})
        for record in records
    ]
    await commands.noter.consigner(tx, evenements)


async def abonnes(tx: AsyncConnection, records: Sequence[Record]) -> None:
    """Prévoir ce qui est dû aux abonnés."""
    await projections.preparer_envois(tx, records, clock.now())
