"""Ce que les inscriptions montrent."""

from dataclasses import asdict
from datetime import date, datetime
from typing import Self
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncEngine

from contracts.base import Valeur
from inscription import domain, tables
from inscription.domain import Places


class ReservationVue(Valeur):
    reservation_id: UUID
    parcours_id: UUID
    etape_id: UUID
    organisation: str
    reservee_le: datetime
    garantie_le: datetime | None
    entree_prevue_le: date | None


class AttenduVu(Valeur):
    """Quelqu’un que l’organisme a accepté, et qui n’a pas encore de place."""

    parcours_id: UUID
    etape_id: UUID
    accepte_le: datetime | None
    entree_prevue_le: date | None


class Disponibilite(Valeur):
    session_id: UUID
    organisation: str
    capacite: int
    reservees: int
    disponibles: int

    @classmethod
    def de(cls, places: Places) -> Self:
        return cls(**asdict(places), disponibles=places.capacite - places.reservees)


class PlacesVues(Disponibilite):
    reservations: tuple[ReservationVue, ...]
    attendus: tuple[AttenduVu, ...]


async def places(db: AsyncEngine, session_id: UUID, organisation: str, le: date) -> PlacesVues:
    """Les places de la session : à tous leur nombre, à chacun ses réservations.

    À l’organisme de la session, toutes, et ceux qu’il attend d’après le journal.
    """
    async with db.connect() as tx:
        places = await tables.lire_places(tx, session_id)
        reservations = await tables.lire_reservations(tx, session_id)
        chez_soi = organisation == places.organisation
        journaux = await tables.relire_session(tx, session_id) if chez_soi else {}
    placees = {reservation.etape_id for reservation in reservations}
    attendus = domain.attendus(journaux, session_id, placees, organisation, le)
    return PlacesVues(
        **dict(Disponibilite.de(places)),
        reservations=tuple(
            ReservationVue(reservation_id=r.id, **asdict(r))
            for r in reservations
            if organisation in {r.organisme, r.organisation}
        ),
        attendus=tuple(AttenduVu(**asdict(attendu)) for attendu in attendus),
    )
