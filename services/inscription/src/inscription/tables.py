"""Les places telles qu’elles sont rangées."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import (
    CheckConstraint,
    Column,
    Date,
    DateTime,
    ForeignKey,
    Integer,
    MetaData,
    Table,
    Text,
    UniqueConstraint,
    Uuid,
    cast,
    insert,
    select,
    text,
    update,
)
from sqlalchemy.dialects import postgresql
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.ext.asyncio import AsyncConnection

from contracts import catalogue
from contracts.lecture.base import Evenement
from inscription.domain import Places, PlacesNonOuvertes, Reservation, ReservationInconnue
from kit.consumer import Record

metadata = MetaData()
places = Table(
    "places",
    metadata,
    Column("session_id", Uuid, primary_key=True),
    Column("organisation", Text, nullable=False),
    Column("capacite", Integer, nullable=False),
    Column("reservees", Integer, nullable=False),
    CheckConstraint("reservees between 0 and capacite"),
)
reservations = Table(
    "reservations",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("session_id", ForeignKey("places.session_id"), nullable=False),
    Column("parcours_id", Uuid, nullable=False),
    Column("etape_id", Uuid, nullable=False),
    Column("organisation", Text, nullable=False),
    Column("reservee_le", DateTime(timezone=True), nullable=False),
    Column("garantie_le", DateTime(timezone=True)),
    Column("entree_prevue_le", Date),
    UniqueConstraint("session_id", "parcours_id", "etape_id"),
    CheckConstraint("(garantie_le is null) = (entree_prevue_le is null)"),
)
# Of the journal, what says who waits for a place; by the session that each event names.
appris = Table(
    "appris",
    metadata,
    Column("source", Text, primary_key=True),
    Column("id", Text, primary_key=True),
    Column("parcours_id", Uuid, nullable=False, index=True),
    Column("session_id", Uuid, index=True),
    Column("evenement", JSONB, nullable=False),
)

_RESERVATIONS = select(*reservations.c, places.c.organisation.label("organisme")).join(places)
_NOTER_APPRIS = text(
    "insert into appris (source, id, parcours_id, session_id, evenement)"
    " select e.source, e.id, e.parcours_id, e.session_id, cast(e.evenement as jsonb)"
    " from unnest(cast(:sources as text[]), cast(:ids as text[]), cast(:parcours as uuid[]),"
    " cast(:sessions as uuid[]), cast(:evenements as text[]))"
    " as e (source, id, parcours_id, session_id, evenement)"
    " on conflict do nothing"
)


async def noter_places(tx: AsyncConnection, session_id: UUID, organisation: str) -> None:
    """Faire une ligne, sans place encore, à la session qui n’en a pas."""
    vide = {"session_id": session_id, "organisation": organisation, "capacite": 0, "reservees": 0}
    await tx.execute(postgresql.insert(places).values(vide).on_conflict_do_nothing())


async def reserver_places(tx: AsyncConnection, session_id: UUID) -> Places:
    """Prendre la main sur les places de la session, jusqu’à la fin de la transaction."""
    return await _lire_places(tx, session_id, verrou=True)


async def lire_places(tx: AsyncConnection, session_id: UUID) -> Places:
    return await _lire_places(tx, session_id, verrou=False)


async def changer_capacite(tx: AsyncConnection, changees: Places) -> None:
    ou = places.c.session_id == changees.session_id
    await tx.execute(update(places).where(ou).values(capacite=changees.capacite))


async def noter_reservation(tx: AsyncConnection, reservation: Reservation) -> None:
    """Ranger la réservation, et la compter."""
    valeurs = {nom: valeur for nom, valeur in vars(reservation).items() if nom != "organisme"}
    await tx.execute(insert(reservations), valeurs)
    ou = places.c.session_id == reservation.session_id
    await tx.execute(update(places).where(ou).values(reservees=places.c.reservees + 1))


async def reserver_reservation(tx: AsyncConnection, reservation_id: UUID) -> Reservation:
    """Prendre la main sur la réservation, jusqu’à la fin de la transaction."""
    lecture = _RESERVATIONS.where(reservations.c.id == reservation_id)
    ligne = (await tx.execute(lecture.with_for_update(of=reservations))).mappings().one_or_none()
    if ligne is None:
        raise ReservationInconnue
    return Reservation(**ligne)


async def lire_reservations(tx: AsyncConnection, session_id: UUID) -> list[Reservation]:
    lecture = _RESERVATIONS.where(reservations.c.session_id == session_id)
    lecture = lecture.order_by(reservations.c.reservee_le, reservations.c.id)
    return [Reservation(**ligne) for ligne in (await tx.execute(lecture)).mappings()]


async def est_placee(
    tx: AsyncConnection, session_id: UUID, parcours_id: UUID, etape_id: UUID
) -> bool:
    lecture = select(reservations.c.id).filter_by(
        session_id=session_id, parcours_id=parcours_id, etape_id=etape_id
    )
    return await tx.scalar(lecture) is not None


async def changer_garantie(
    tx: AsyncConnection, reservation_id: UUID, le: datetime, entree_prevue_le: date
) -> None:
    ou = reservations.c.id == reservation_id
    garantie = {"garantie_le": le, "entree_prevue_le": entree_prevue_le}
    await tx.execute(update(reservations).where(ou).values(garantie))


async def noter_appris(tx: AsyncConnection, retenus: Sequence[tuple[Record, UUID | None]]) -> None:
    """Garder des événements, chacun avec la session qu’il nomme ; le redire ne change rien."""
    colonnes = {
        "sources": [record.source for record, _ in retenus],
        "ids": [record.id for record, _ in retenus],
        "parcours": [record.stream for record, _ in retenus],
        "sessions": [session_id for _, session_id in retenus],
        "evenements": [record.value.decode() for record, _ in retenus],
    }
    await tx.execute(_NOTER_APPRIS, colonnes)


async def relire(tx: AsyncConnection, parcours_id: UUID) -> list[Evenement]:
    lecture = select(cast(appris.c.evenement, Text)).where(appris.c.parcours_id == parcours_id)
    return [catalogue.lire(evenement) for evenement in await tx.scalars(lecture)]


async def relire_session(
    tx: AsyncConnection, session_id: UUID
) -> Mapping[UUID, Sequence[Evenement]]:
    """Ce que l’on sait des parcours qui passent par cette session, parcours par parcours."""
    passent = select(appris.c.parcours_id).where(appris.c.session_id == session_id)
    lecture = select(appris.c.parcours_id, cast(appris.c.evenement, Text)).where(
        appris.c.parcours_id.in_(passent)
    )
    journaux = defaultdict[UUID, list[Evenement]](list)
    for parcours_id, evenement in await tx.execute(lecture):
        journaux[parcours_id].append(catalogue.lire(evenement))
    return journaux


async def _lire_places(tx: AsyncConnection, session_id: UUID, *, verrou: bool) -> Places:
    lecture = select(places).where(places.c.session_id == session_id)
    if verrou:
        lecture = lecture.with_for_update()
    ligne = (await tx.execute(lecture)).mappings().one_or_none()
    if ligne is None:
        raise PlacesNonOuvertes
    return Places(**ligne)
