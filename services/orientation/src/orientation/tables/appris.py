"""Ce que le journal dit des parcours ouverts ici."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import Text, cast, select, text
from sqlalchemy.ext.asyncio import AsyncConnection

from contracts import catalogue
from contracts.lecture.base import Evenement
from kit.consumer import Record
from orientation.tables.schema import appris

_NOTER = text(
    "insert into appris (source, id, parcours_id, evenement)"
    " select e.source, e.id, e.parcours_id, cast(e.evenement as jsonb)"
    " from unnest(cast(:sources as text[]), cast(:ids as text[]), cast(:parcours as uuid[]),"
    " cast(:evenements as text[])) as e (source, id, parcours_id, evenement)"
    " where exists (select from parcours where parcours.id = e.parcours_id)"
    " on conflict do nothing"
)


async def noter_appris(tx: AsyncConnection, appris: Sequence[Record]) -> None:
    """Garder ce qui est dit des parcours ouverts ici ; le redire ne change rien."""
    colonnes = {
        "sources": [record.source for record in appris],
        "ids": [record.id for record in appris],
        "parcours": [record.stream for record in appris],
        "evenements": [record.value.decode() for record in appris],
    }
    await tx.execute(_NOTER, colonnes)


async def relire(tx: AsyncConnection, parcours_id: UUID) -> list[Evenement]:
    lecture = select(cast(appris.c.evenement, Text)).where(appris.c.parcours_id == parcours_id)
    return [catalogue.lire(evenement) for evenement in await tx.scalars(lecture)]
