"""Les faits dont le parcours n’est pas encore trouvé : avant le journal, scellés."""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import (
    Column,
    DateTime,
    Index,
    LargeBinary,
    Row,
    String,
    Table,
    Uuid,
    delete,
    select,
    update,
)
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from contracts.base import Reference
from suivi.tables.base import metadata

attentes = Table(
    "attentes",
    metadata,
    Column("source", String, primary_key=True),
    Column("id", String, primary_key=True),
    Column("type", String, nullable=False),
    Column("organisation", Uuid, nullable=False),
    Column("recu_le", DateTime(timezone=True), nullable=False),
    Column("empreinte", LargeBinary, nullable=False),  # of what was posted
    Column("personne", LargeBinary, nullable=False),  # fingerprint of her number
    Column("evenement", LargeBinary, nullable=False),  # sealed: its confidences are still in it
    Column("essaye_le", DateTime(timezone=True), nullable=False),
    Index("attentes_personne", "personne"),
    Index("attentes_essaye_le", "essaye_le"),
)

Ligne = Row[Any]


async def noter(tx: AsyncConnection, lignes: Sequence[dict[str, object]]) -> None:
    """Garder ces faits ; ceux qui attendent déjà restent tels quels."""
    await tx.execute(insert(attentes).on_conflict_do_nothing(), lignes)


async def lire(tx: AsyncConnection, reference: Reference) -> Ligne | None:
    lecture = select(attentes).where(
        attentes.c.source == reference.source, attentes.c.id == reference.id
    )
    return (await tx.execute(lecture)).one_or_none()


async def essayer(tx: AsyncConnection, le: datetime, limite: int) -> set[bytes]:
    """Les personnes de ceux que l’on n’a pas essayés depuis le plus longtemps."""
    page = (
        select(attentes.c.source, attentes.c.id)
        .order_by(attentes.c.essaye_le)
        .limit(limite)
        .with_for_update(skip_locked=True)
        .cte()
    )
    essai = (
        update(attentes)
        .where(attentes.c.source == page.c.source, attentes.c.id == page.c.id)
        .values(essaye_le=le)
        .returning(attentes.c.personne)
    )
    return set(await tx.scalars(essai))


async def de_personnes(tx: AsyncConnection, personnes: Collection[bytes]) -> Sequence[Ligne]:
    """Tous les faits qui attendent ces personnes, les plus anciens d’abord."""
    lecture = (
        select(attentes).where(attentes.c.personne.in_(personnes)).order_by(attentes.c.recu_le)
    )
    return (await tx.execute(lecture.order_by(attentes.c.recu_le))).all()


async def retirer(tx: AsyncConnection, reference: Reference) -> bool:
    """Faux s’il n’y était plus : un autre processus l’a pris."""
    retrait = delete(attentes).where(
        attentes.c.source == reference.source, attentes.c.id == reference.id
    )
    return bool((await tx.execute(retrait)).rowcount)
