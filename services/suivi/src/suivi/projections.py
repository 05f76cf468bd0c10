"""De l’événement journalisé à ce qui est dû aux abonnés."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncConnection

from contracts.catalogue import lire
from kit.consumer import Record
from suivi import tables
from suivi.domain.abonnements import identifiant_d_envoi


async def preparer_envois(tx: AsyncConnection, records: Sequence[Record], le: datetime) -> None:
    """Prévoir un envoi par événement et par abonné qui peut lire son parcours.

    Relire le journal depuis son début, comme après une restauration, ne prévoit rien deux fois.
    """
    lignes: list[dict[str, object]] = [
        {
            "id": identifiant_d_envoi(record.source, record.id),
            "type": record.type,
            "source": record.source,
            "evenement": record.id,
            "parcours": record.stream,
            "version": evenement.version,
            "survenu_le": evenement.time,
            "traceparent": record.traceparent,
            "enregistre_le": record.recorded_at,
        }
        for record in records
        if (evenement := lire(record.value))
    ]
    await tables.abonnements.preparer(tx, lignes, le)
