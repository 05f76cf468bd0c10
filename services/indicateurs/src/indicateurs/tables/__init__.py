"""Les événements lus, et ce qu’ils disent de chaque parcours, rangé pour être compté."""

from collections.abc import AsyncIterator, Collection, Mapping, Sequence
from contextlib import asynccontextmanager
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    ColumnElement,
    Date,
    DateTime,
    Float,
    Index,
    MetaData,
    RowMapping,
    SmallInteger,
    String,
    Table,
    Text,
    Uuid,
    any_,
    bindparam,
    cast,
    delete,
    func,
    literal,
    null,
    select,
    text,
)
from sqlalchemy.dialects.postgresql import ARRAY, JSONB, insert
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from indicateurs.tables import comptes, refaire
from kit.consumer import Record

__all__ = ["comptes", "refaire"]

metadata = MetaData()

_Instant = DateTime(timezone=True)
Ligne = Mapping[str, Any]

# The service's own copy of the journal: figures lead back to it, and are made again from it.
evenements = Table(
    "evenements",
    metadata,
    Column("source", String, primary_key=True),
    Column("id", String, primary_key=True),
    Column("parcours", Uuid, nullable=False, index=True),
    Column("type", String, nullable=False),
    Column("partition", SmallInteger, nullable=False),
    Column("position", BigInteger, nullable=False),
    Column("survenu_le", _Instant, nullable=False),
    Column("enregistre_le", _Instant, nullable=False, index=True),
    Column("corps", JSONB, nullable=False),
    Index("evenements_position", "partition", "position"),
)
# What is counted follows a person from one parcours to the next: each line says whose it is.
parcours = Table(
    "parcours",
    metadata,
    Column("parcours", Uuid, primary_key=True),
    Column("personne", Uuid, nullable=False, index=True),
    Column("publics", ARRAY(String), nullable=False),
)
orientations = Table(
    "orientations",
    metadata,
    Column("parcours", Uuid, primary_key=True),
    Column("personne", Uuid, nullable=False, index=True),
    Column("etape", Uuid, primary_key=True),
    Column("axe", SmallInteger),
    Column("le", Date, nullable=False),
    Column("source", String, nullable=False),
    Column("id", String, nullable=False),
)
entrees = Table(
    "entrees",
    metadata,
    Column("parcours", Uuid, primary_key=True),
    Column("personne", Uuid, nullable=False, index=True),
    Column("etape", Uuid, primary_key=True),
    Column("axe", SmallInteger),
    Column("type_etape", String, nullable=False),
    Column("le", Date, nullable=False, index=True),
    Column("nouveau_plan", Boolean),  # null when nobody said
    Column("source", String, nullable=False),
    Column("id", String, nullable=False),
)
sorties = Table(
    "sorties",
    metadata,
    Column("parcours", Uuid, primary_key=True),
    Column("personne", Uuid, nullable=False, index=True),
    Column("etape", Uuid, primary_key=True),
    Column("axe", SmallInteger),
    Column("type_etape", String, nullable=False),
    Column("le", Date, nullable=False, index=True),
    Column("nature", String, nullable=False),
    Column("motif_abandon", String),
    Column("qualification", String),
    Column("source", String, nullable=False),
    Column("id", String, nullable=False),
)
certifications = Table(
    "certifications",
    metadata,
    Column("parcours", Uuid, primary_key=True),
    Column("personne", Uuid, nullable=False),
    Column("source", String, primary_key=True),
    Column("id", String, primary_key=True),
    Column("etape", Uuid, nullable=False),
    Column("le", Date, nullable=False),
    Column("resultat", String, nullable=False),
    Index("certifications_etape", "parcours", "etape"),
)
emplois = Table(
    "emplois",
    metadata,
    Column("parcours", Uuid, primary_key=True),
    Column("personne", Uuid, nullable=False, index=True),
    Column("source", String, primary_key=True),
    Column("id", String, primary_key=True),
    Column("le", Date, nullable=False),
    Column("fin_le", Date),
    Column("type_contrat", String, nullable=False),
    Column("heures_hebdo", Float),
)
suspensions = Table(
    "suspensions",
    metadata,
    Column("parcours", Uuid, primary_key=True),
    Column("personne", Uuid, nullable=False, index=True),
    Column("etape", Uuid, primary_key=True),
    Column("rang", SmallInteger, primary_key=True),
    Column("le", Date, nullable=False),
    Column("fin_le", Date),
)
PROJETEES = (parcours, orientations, entrees, sorties, certifications, emplois, suspensions)


@asynccontextmanager
async def lecture(db: AsyncEngine) -> AsyncIterator[AsyncConnection]:
    """Une transaction qui voit tout au même instant, quoi qu’on écrive pendant ce temps."""
    async with db.connect() as tx:
        await tx.execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True)
        async with tx.begin():
            yield tx


async def noter(tx: AsyncConnection, lignes: Sequence[Ligne]) -> None:
    """Garder les événements lus ; ceux qui le sont déjà restent comme ils sont."""
    # The body goes as the text that it is: nobody reads it on its way.
    corps = cast(bindparam("corps", type_=Text), JSONB)
    await tx.execute(insert(evenements).values(corps=corps).on_conflict_do_nothing(), list(lignes))


async def relire(tx: AsyncConnection, lus: Collection[UUID]) -> dict[UUID, list[str]]:
    """Le corps de tous les événements de ces parcours."""
    corps = cast(evenements.c.corps, Text)
    choix = select(evenements.c.parcours, corps).where(_parmi(evenements, lus))
    trouves: dict[UUID, list[str]] = {parcours_id: [] for parcours_id in lus}
    for parcours_id, corps in await tx.execute(choix):
        trouves[parcours_id].append(corps)
    return trouves


async def relire_depuis(
    tx: AsyncConnection, partition: int, apres: int, limite: int
) -> list[Record]:
    """Les événements gardés qui suivent cette position, dans l’ordre du journal."""
    e = evenements.c
    choix = (
        select(
            e.partition,
            e.position,
            e.source,
            e.id,
            e.type,
            e.parcours,
            e.enregistre_le,
            null(),
            cast(e.corps, Text),
        )
        .where(e.partition == partition, e.position > apres)
        .order_by(e.position)
        .limit(limite)
    )
    return [Record._make((*place, corps.encode())) for *place, corps in await tx.execute(choix)]


async def ranger(
    tx: AsyncConnection, lus: Collection[UUID], lignes: Mapping[Table, Sequence[Ligne]]
) -> None:
    """Mettre, de ces parcours, ce que l’on en sait à la place de ce que l’on en savait."""
    for table in PROJETEES:
        await tx.execute(delete(table).where(_parmi(table, lus)))
        if lignes.get(table):
            await tx.execute(insert(table), list(lignes[table]))


def _parmi(table: Table, lus: Collection[UUID]) -> ColumnElement[bool]:
    """One parameter, however many they are: the statement is the same for every batch."""
    return table.c.parcours == any_(literal(list(lus), ARRAY(Uuid)))


async def lire_arret(tx: AsyncConnection) -> datetime | None:
    """L’instant d’enregistrement du dernier événement lu."""
    dernier: datetime | None = await tx.scalar(select(func.max(evenements.c.enregistre_le)))
    return dernier


async def lire_etat(tx: AsyncConnection) -> RowMapping:
    """Ce qui est lu : jusqu’à quand, combien de parcours, et ce que met un fait à nous parvenir.

    Ce délai est la médiane du dernier mois lu.
    """
    choix = text(
        "select arrete_a, parcours, transmission"
        " from (select max(enregistre_le) as arrete_a from evenements) e,"
        " (select count(*) as parcours from parcours) p,"
        " lateral (select percentile_cont(0.5) within group"
        " (order by greatest(enregistre_le - survenu_le, interval '0')) as transmission"
        " from evenements where enregistre_le > e.arrete_a - interval '1 month') t"
    )
    return (await tx.execute(choix)).mappings().one()
