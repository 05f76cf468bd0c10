"""La porte HTTP des inscriptions."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from contracts import problemes
from contracts.commande import Acte, Demande, Recu
from inscription import commands, queries
from inscription.domain import SOURCE, Garantir, Ouverture, Reserver
from kit.access import Caller, TheAccess, authorized
from kit.clock import Now, civil_date
from kit.db import Database
from kit.errors import FieldError, Invalid, MissingScope
from kit.http import Router
from kit.ids import uuid7
from kit.observability import current_traceparent

router = Router(prefix="/v1", tags=["inscription"])

_ECRIRE = "evenements:ecrire"
Auteur = Annotated[Caller, authorized(_ECRIRE)]
Lecteur = Annotated[Caller, authorized("parcours:lire")]


class ReservationRecue(Recu):
    reservation_id: UUID


@router.put("/sessions/{session_id}/places", summary="Ouvrir ou changer les places d’une session")
async def ouvrir_places(
    session_id: UUID, ouverture: Ouverture, auteur: Auteur, db: Database
) -> queries.Disponibilite:
    """L’organisme de formation dit combien. Refusé (409) s’il y en a plus de réservées."""
    _habiliter(auteur)
    places = await commands.ouvrir_places(db, session_id, ouverture, auteur.organisation.source)
    return queries.Disponibilite.de(places)


@router.get("/sessions/{session_id}/places", summary="Lire les places d’une session")
async def places(
    session_id: UUID, lecteur: Lecteur, db: Database, access: TheAccess, now: Now
) -> queries.PlacesVues:
    """À tous leur nombre, à chacun ses réservations, à l’organisme qui il attend."""
    organisation = lecteur.organisation.source
    vues = await queries.places(db, session_id, organisation, le=civil_date(now))
    if vues.reservations or vues.attendus:
        await access.record_reading(lecteur, "places", session_id, now)
    return vues


@router.post("/sessions/{session_id}/reservations", status_code=201, summary="Réserver une place")
async def reserver(
    session_id: UUID, demande: Reserver, auteur: Auteur, db: Database, now: Now
) -> ReservationRecue:
    """Refusé (409 `SESSION_COMPLETE`) quand il n’en reste plus."""
    evenement = await commands.reserver(db, session_id, demande, _acte(auteur, demande, now))
    return ReservationRecue.de(evenement, reservation_id=evenement.data.reservation_id)


@router.post(
    "/reservations/{reservation_id}/garantie", status_code=201, summary="Garantir une inscription"
)
async def garantir(
    reservation_id: UUID, demande: Garantir, auteur: Auteur, db: Database, now: Now
) -> ReservationRecue:
    """L’organisme de la session rend l’entrée sûre. Refusé (409) si elle l’est déjà."""
    evenement = await commands.garantir(db, reservation_id, demande, _acte(auteur, demande, now))
    return ReservationRecue.de(evenement, reservation_id=reservation_id)


def _habiliter(auteur: Caller) -> None:
    if not auteur.may(_ECRIRE, "inscription"):
        raise MissingScope


def _acte(auteur: Caller, demande: Demande, now: datetime) -> Acte:
    """Qui décide et quand : pris une fois, à la porte."""
    _habiliter(auteur)
    le = demande.survenu_le or now
    if le > now:
        code, phrase = problemes.field("date_future", {})
        raise Invalid(FieldError(code, "/survenu_le", phrase))
    return Acte(SOURCE, uuid7(), auteur.organisation.source, le, current_traceparent())
