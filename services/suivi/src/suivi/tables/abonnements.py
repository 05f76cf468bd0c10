"""Les abonnements des organisations, ce qui leur est envoyé, et chaque tentative."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import (
    Boolean,
    Column,
    DateTime,
    ForeignKeyConstraint,
    Index,
    Integer,
    LargeBinary,
    Row,
    SmallInteger,
    String,
    Table,
    Uuid,
    delete,
    select,
    text,
)
from sqlalchemy.dialects.postgresql import ARRAY, insert
from sqlalchemy.ext.asyncio import AsyncConnection

from suivi.tables.base import metadata

abonnements = Table(
    "abonnements",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("organisation", Uuid, nullable=False, unique=True),
    Column("url", String, nullable=False),
    Column("types", ARRAY(String)),
    Column("secret", LargeBinary, nullable=False),
    Column("actif", Boolean, nullable=False),
    Column("cree_le", DateTime(timezone=True), nullable=False),
)
envois = Table(
    "envois",
    metadata,
    Column("abonnement", Uuid, primary_key=True),
    Column("id", String, primary_key=True),
    Column("type", String, nullable=False),
    Column("source", String, nullable=False),
    Column("evenement", String, nullable=False),
    Column("parcours", Uuid),  # null: a test, about nobody
    Column("version", Integer),
    Column("survenu_le", DateTime(timezone=True), nullable=False),
    Column("traceparent", String),
    Column("cree_le", DateTime(timezone=True), nullable=False),
    Column("tentatives", SmallInteger, nullable=False, server_default="0"),
    Column("prochaine_le", DateTime(timezone=True)),  # null: nothing more will be tried
    Column("livre_le", DateTime(timezone=True)),
    ForeignKeyConstraint(["abonnement"], ["abonnements.id"], ondelete="CASCADE"),
    Index(
        "envois_a_faire",
        "abonnement",
        "prochaine_le",
        postgresql_where=text("prochaine_le is not null"),
    ),
    Index("envois_recents", "abonnement", "cree_le"),
)
tentatives = Table(
    "tentatives",
    metadata,
    Column("abonnement", Uuid, primary_key=True),
    Column("envoi", String, primary_key=True),
    Column("rang", SmallInteger, primary_key=True),
    Column("commencee_le", DateTime(timezone=True), nullable=False),
    Column("duree_ms", Integer, nullable=False),
    Column("issue", String, nullable=False),
    Column("statut", SmallInteger),
    Column("extrait", String, nullable=False),
    ForeignKeyConstraint(
        ["abonnement", "envoi"], ["envois.abonnement", "envois.id"], ondelete="CASCADE"
    ),
)

# Nobody is told of a parcours that he may not read, nor of what was recorded before he subscribed;
# the margin is for two clocks: PostgreSQL's, and that of the door where he did.
_PREPARER = text(
    "insert into envois (abonnement, id, type, source, evenement, parcours, version, survenu_le,"
    " traceparent, cree_le, prochaine_le)"
    " select a.id, r.id, r.type, r.source, r.evenement, r.parcours, r.version, r.survenu_le,"
    "  r.traceparent, :le, :le"
    " from unnest(cast(:id as text[]), cast(:type as text[]), cast(:source as text[]),"
    "  cast(:evenement as text[]), cast(:parcours as uuid[]), cast(:version as int[]),"
    "  cast(:survenu_le as timestamptz[]), cast(:traceparent as text[]),"
    "  cast(:enregistre_le as timestamptz[]))"
    "  as r (id, type, source, evenement, parcours, version, survenu_le, traceparent,"
    "   enregistre_le)"
    " join abonnements a on a.actif and (a.types is null or r.type = any (a.types))"
    "  and r.enregistre_le > a.cree_le - interval '1 minute'"
    "  and peut_lire(r.parcours, a.organisation)"
    " on conflict do nothing"
)
# What is taken is put off by a lease: a sender that dies leaves it to another. So many at most
# for each subscription: one that does not answer holds its own, and nobody else's.
_RESERVER = text(
    "update envois e set prochaine_le = cast(:le as timestamptz) + cast(:bail as interval)"
    " from (select d.abonnement, d.id, a.url, a.secret from abonnements a"
    "  left join unnest(cast(:abonnements as uuid[]), cast(:en_cours as int[]))"
    "   as o (abonnement, nombre) on o.abonnement = a.id cross join lateral ("
    "   select abonnement, id from envois where abonnement = a.id and prochaine_le <= :le"
    "   order by prochaine_le limit greatest(:par_abonne - coalesce(o.nombre, 0), 0)"
    "   for update skip locked) d where a.actif) d"
    " where e.abonnement = d.abonnement and e.id = d.id"
    " returning e.abonnement, e.id, e.type, e.source, e.evenement, e.parcours, e.version,"
    "  e.survenu_le, e.traceparent, e.tentatives, d.url, d.secret"
)
# Nothing is noted of a subscription that was removed meanwhile; who answered « gone » has no more.
_NOTER = text(
    "with faites as (select * from unnest(cast(:abonnement as uuid[]), cast(:envoi as text[]),"
    "  cast(:rang as smallint[]), cast(:commencee_le as timestamptz[]), cast(:duree_ms as int[]),"
    "  cast(:issue as text[]), cast(:statut as smallint[]), cast(:extrait as text[]),"
    "  cast(:livre_le as timestamptz[]), cast(:prochaine_le as timestamptz[]),"
    "  cast(:parti as boolean[])) as f (abonnement, envoi, rang, commencee_le, duree_ms, issue,"
    "   statut, extrait, livre_le, prochaine_le, parti)),"
    " notees as (update envois e set tentatives = f.rang, prochaine_le = f.prochaine_le,"
    "   livre_le = f.livre_le from faites f where e.abonnement = f.abonnement and e.id = f.envoi"
    "  returning f.*),"
    " fermes as (update abonnements a set actif = false from notees n"
    "  where n.parti and a.id = n.abonnement)"
    " insert into tentatives (abonnement, envoi, rang, commencee_le, duree_ms, issue, statut,"
    "  extrait) select abonnement, envoi, rang, commencee_le, duree_ms, issue, statut, extrait"
    " from notees on conflict do nothing"
)
_CHAMPS_D_ENVOI = (
    "id", "type", "source", "evenement", "parcours", "version", "survenu_le", "traceparent",
    "enregistre_le",
)  # fmt: skip

Ligne = Row[Any]


class Tentative(NamedTuple):
    """Un essai d’envoi, et ce qu’il en est ensuite de l’envoi."""

    abonnement: UUID
    envoi: str
    rang: int
    commencee_le: datetime
    duree_ms: int
    issue: str
    statut: int | None
    extrait: str
    livre_le: datetime | None
    prochaine_le: datetime | None  # null: nothing more will be tried
    parti: bool


async def noter(tx: AsyncConnection, ligne: dict[str, object]) -> bool:
    """Ajouter l’abonnement ; faux si l’organisation en a déjà un."""
    ajout = (
        insert(abonnements).values(ligne).on_conflict_do_nothing(index_elements=["organisation"])
    )
    return bool((await tx.execute(ajout)).rowcount)


async def lire(tx: AsyncConnection, organisation: UUID) -> Ligne | None:
    choix = select(abonnements).where(abonnements.c.organisation == organisation)
    return (await tx.execute(choix)).one_or_none()


async def retirer(tx: AsyncConnection, abonnement_id: UUID) -> None:
    await tx.execute(delete(abonnements).where(abonnements.c.id == abonnement_id))


async def preparer(tx: AsyncConnection, lignes: Sequence[dict[str, object]], le: datetime) -> None:
    """Prévoir l’envoi de chaque ligne à chaque abonné qui peut lire son parcours."""
    colonnes = {champ: [ligne[champ] for ligne in lignes] for champ in _CHAMPS_D_ENVOI}
    await tx.execute(_PREPARER, {**colonnes, "le": le})


async def noter_essai(tx: AsyncConnection, ligne: dict[str, object]) -> None:
    await tx.execute(insert(envois).values(ligne))


async def reserver_envois(
    tx: AsyncConnection,
    le: datetime,
    bail: timedelta,
    *,
    par_abonne: int,
    en_cours: Mapping[UUID, int],
) -> Sequence[Ligne]:
    """Prendre ce qui est à envoyer ; qui meurt en route le laisse à un autre après le bail.

    `par_abonne` : combien à la fois pour un abonnement, avec ce qui en est déjà `en_cours`.
    """
    parametres = {
        "le": le,
        "bail": bail,
        "par_abonne": par_abonne,
        "abonnements": list(en_cours),
        "en_cours": list(en_cours.values()),
    }
    return (await tx.execute(_RESERVER, parametres)).all()


async def noter_tentatives(tx: AsyncConnection, faites: Sequence[Tentative]) -> None:
    """Ajouter ces tentatives et ce qu’il en est de leurs envois ; `parti` ferme l’abonnement."""
    if faites:
        colonnes = zip(Tentative._fields, map(list, zip(*faites, strict=True)), strict=True)
        await tx.execute(_NOTER, dict(colonnes))


async def lire_envois(tx: AsyncConnection, abonnement_id: UUID, limite: int) -> Sequence[Ligne]:
    """Ce qui a été envoyé ou va l’être, le plus récent d’abord, avec sa dernière tentative."""
    derniere = (
        select(tentatives)
        .where(tentatives.c.abonnement == envois.c.abonnement, tentatives.c.envoi == envois.c.id)
        .order_by(tentatives.c.rang.desc())
        .limit(1)
        .lateral()
    )
    choix = (
        select(envois, derniere.c.issue, derniere.c.statut, derniere.c.commencee_le)
        .outerjoin(derniere, text("true"))
        .where(envois.c.abonnement == abonnement_id)
        .order_by(envois.c.cree_le.desc(), envois.c.id.desc())
        .limit(limite)
    )
    return (await tx.execute(choix)).all()


async def lire_tentatives(
    tx: AsyncConnection, abonnement_id: UUID, envoi_id: str
) -> Sequence[Ligne]:
    choix = (
        select(tentatives)
        .where(tentatives.c.abonnement == abonnement_id, tentatives.c.envoi == envoi_id)
        .order_by(tentatives.c.rang)
    )
    return (await tx.execute(choix)).all()
