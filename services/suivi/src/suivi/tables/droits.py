"""Qui peut lire quel parcours, et par quel code on le retrouve."""

from collections.abc import AsyncIterator, Collection, Sequence
from contextlib import asynccontextmanager
from uuid import UUID

from sqlalchemy import Column, Index, String, Table, UniqueConstraint, Uuid, func, select, text
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from contracts.base import Evenement
from contracts.lecture import designations as nommees_par
from kit.ids import named_uuid, short_code
from suivi.tables.base import metadata

parcours = Table(
    "parcours",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("code", String, nullable=False, index=True),
)
designations = Table(
    "designations",
    metadata,
    Column("parcours", Uuid, nullable=False),
    Column("par", Uuid),  # null: the parcours was opened by it, nobody had to name it
    Column("organisation", Uuid, nullable=False),
    UniqueConstraint("parcours", "organisation", "par", postgresql_nulls_not_distinct=True),
    Index("designations_organisation", "organisation"),
)

_LECTEUR = text(
    "select set_config('role', 'suivi_lecteur', true),"
    " set_config('app.org', cast(:organisation as text), true)"
)
_LIRE = text("select peut_lire(:parcours, :organisation)")
_DERNIERS = text(
    "select p.id from parcours p join lateral ("
    "  select e.recorded_at from log.entry e where e.partition = log.partition_of(p.id)"
    "  and e.stream = p.id order by e.version desc limit 1) e on true"
    " where p.id in (select d.parcours from designations d where d.organisation = :organisation)"
    " and not exists (select from confidential.erased x where x.stream = p.id)"
    " and peut_lire(p.id, :organisation) order by e.recorded_at desc limit :limite"
)


async def noter(
    tx: AsyncConnection, rencontres: Collection[UUID], evenements: Sequence[Evenement]
) -> None:
    """Retenir les parcours dont c’est le premier événement, et qui est nommé dans tous ceux-là.

    Appelé sous le verrou de la partition de chaque parcours : personne n’écrit la même ligne.
    """
    codes = [{"id": flux, "code": short_code(flux, "P")} for flux in rencontres]
    if codes:
        await tx.execute(insert(parcours).on_conflict_do_nothing(), codes)
    nommees = [
        {
            "parcours": parcours_id,
            "par": named_uuid(d.par) if d.par else None,
            "organisation": named_uuid(d.organisation),
        }
        for parcours_id, d in {(e.subject, d) for e in evenements for d in nommees_par(e)}
    ]
    if nommees:
        await tx.execute(insert(designations).on_conflict_do_nothing(), nommees)


async def lire(tx: AsyncConnection, parcours_id: UUID, organisation: UUID) -> bool:
    """Si cette organisation peut lire ce parcours."""
    return bool(await tx.scalar(_LIRE, {"parcours": parcours_id, "organisation": organisation}))


async def lire_par_code(tx: AsyncConnection, code: str, organisation: UUID) -> list[UUID]:
    """Les parcours de ce code que cette organisation peut lire : plusieurs, rarement."""
    trouves = select(parcours.c.id).where(
        parcours.c.code == code, func.peut_lire(parcours.c.id, organisation)
    )
    return list((await tx.scalars(trouves)).all())


async def lire_derniers(tx: AsyncConnection, organisation: UUID, limite: int) -> list[UUID]:
    """Les parcours que cette organisation peut lire, celui du dernier événement d’abord."""
    return list(
        (await tx.scalars(_DERNIERS, {"organisation": organisation, "limite": limite})).all()
    )


@asynccontextmanager
async def lecture(db: AsyncEngine, organisation: UUID) -> AsyncIterator[AsyncConnection]:
    """Une transaction où PostgreSQL lui-même ne montre que ce que l’organisation peut lire."""
    async with db.begin() as tx:
        await tx.execute(_LECTEUR, {"organisation": str(organisation)})
        yield tx
