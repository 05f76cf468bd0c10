"""Les règles d’une place : ce que l’on demande, ce que l’on décide, ce que l’on refuse."""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Annotated
from uuid import UUID

from pydantic import ConfigDict, Field

from contracts import lecture
from contracts.base import Entier, Heures, Jour, Reference, Texte, Valeur, jour
from contracts.commande import Acte, Demande
from contracts.evenement import EvenementAnnule, EvenementCorrige
from contracts.inscription import (
    InscriptionGarantie,
    InscriptionGarantieDonnees,
    InscriptionPlaceReservee,
    InscriptionPlaceReserveeDonnees,
)
from contracts.lecture import EtatEtape
from contracts.lecture.base import Evenement
from contracts.orientation import OrientationPrononcee
from contracts.parcours import ParcoursOuvert
from contracts.positionnement import (
    PositionnementAvisFavorable,
    PositionnementDemande,
    PositionnementRefusArgumente,
)
from contracts.suivi import SuiviEntreeEffective
from kit.errors import NotFound, Refusal

SOURCE = "urn:sanscouture:inscription"

# What says who is accepted on a session and does not have a place yet: until the entry, no further.
RETENUS = (
    ParcoursOuvert
    | OrientationPrononcee
    | PositionnementDemande
    | PositionnementAvisFavorable
    | PositionnementRefusArgumente
    | InscriptionPlaceReservee
    | InscriptionGarantie
    | SuiviEntreeEffective
    | EvenementCorrige
    | EvenementAnnule
)


class Ouverture(Valeur):
    """Combien de personnes la session peut prendre."""

    model_config = ConfigDict(extra="forbid")

    capacite: Annotated[Entier, Field(ge=0, le=10_000)]


class Reserver(Demande):
    parcours_id: UUID
    etape_id: UUID


class Garantir(Demande):
    entree_prevue_le: Jour
    heures_prevues: Heures | None = None
    detail: Texte | None = None


@dataclass(frozen=True)
class Places:
    """Les places d’une session. `organisation` : son organisme, qui les a ouvertes."""

    session_id: UUID
    organisation: str
    capacite: int
    reservees: int


@dataclass(frozen=True)
class Reservation:
    """Une place gardée. `organisme` est celui de la session : lui seul la garantit."""

    id: UUID
    session_id: UUID
    parcours_id: UUID
    etape_id: UUID
    organisation: str
    organisme: str
    reservee_le: datetime
    garantie_le: datetime | None
    entree_prevue_le: date | None


@dataclass(frozen=True)
class Attendu:
    """Quelqu’un que l’organisme a accepté, et qui n’a pas encore de place."""

    parcours_id: UUID
    etape_id: UUID
    accepte_le: datetime | None
    entree_prevue_le: date | None


class PlacesNonOuvertes(NotFound):
    """Une session a des places quand son organisme les a ouvertes, et lui seul les change."""

    def __init__(self) -> None:
        super().__init__(
            "Les places de cette session ne sont pas ouvertes, ou pas par vous :"
            " son organisme de formation les ouvre par PUT /v1/sessions/{id}/places."
        )


class ReservationInconnue(NotFound):
    """Seul l’organisme de la session garantit une inscription."""

    def __init__(self) -> None:
        super().__init__("Aucune réservation sur vos sessions ne porte cet identifiant.")


class CapaciteInsuffisante(Refusal):
    """On n’ouvre pas moins de places qu’il n’y en a de réservées."""

    def __init__(self, places: Places) -> None:
        super().__init__(f"{places.reservees} places de cette session sont déjà réservées.")


class SessionComplete(Refusal):
    """On ne réserve pas plus de places que la session n’en a."""

    def __init__(self, places: Places) -> None:
        super().__init__(f"Les {places.capacite} places de cette session sont réservées.")


class PlaceDejaReservee(Refusal):
    """Une étape n’a qu’une place par session."""

    def __init__(self) -> None:
        super().__init__("Cette étape a déjà une place dans cette session.")


class InscriptionDejaGarantie(Refusal):
    """Une inscription se garantit une fois."""

    def __init__(self, garantie_le: datetime) -> None:
        super().__init__(f"Cette inscription est garantie depuis le {jour(garantie_le):%d/%m/%Y}.")


def dimensionner(places: Places, ouverture: Ouverture, organisation: str) -> Places:
    """Les places de la session, à sa nouvelle capacité."""
    if places.organisation != organisation:
        raise PlacesNonOuvertes
    if ouverture.capacite < places.reservees:
        raise CapaciteInsuffisante(places)
    return replace(places, capacite=ouverture.capacite)


def reserver(
    places: Places,
    demande: Reserver,
    acte: Acte,
    *,
    deja: bool,
    avis: Reference | None,
) -> InscriptionPlaceReservee:
    """Garder une place.

    `deja` : l’étape y a une place. `avis` : l’avis qui y conduit, si le journal l’a dit.
    """
    if deja:
        raise PlaceDejaReservee
    if places.reservees >= places.capacite:
        raise SessionComplete(places)
    return InscriptionPlaceReservee(
        **acte.enveloppe(demande.parcours_id, cause=avis),
        data=InscriptionPlaceReserveeDonnees(
            etape_id=demande.etape_id, session_id=places.session_id, reservation_id=acte.id
        ),
    )


def garantir(reservation: Reservation, demande: Garantir, acte: Acte) -> InscriptionGarantie:
    if reservation.organisme != acte.organisation:
        raise ReservationInconnue
    if reservation.garantie_le:
        raise InscriptionDejaGarantie(reservation.garantie_le)
    return InscriptionGarantie(
        **acte.enveloppe(reservation.parcours_id, cause=Reference(SOURCE, str(reservation.id))),
        data=InscriptionGarantieDonnees(
            etape_id=reservation.etape_id,
            session_id=reservation.session_id,
            reservation_id=reservation.id,
            entree_prevue_le=demande.entree_prevue_le,
            heures_prevues=demande.heures_prevues,
            detail=demande.detail,
        ),
    )


def session_dite(evenement: Evenement) -> UUID | None:
    """La session que cet événement nomme, ou qu’il met à la place d’une autre."""
    if not isinstance(evenement, EvenementCorrige):
        return getattr(evenement.data, "session_id", None)
    try:
        return UUID(str(evenement.data.champs.get("/data/session_id")))
    except ValueError:
        return None


def avis_favorable(journal: Iterable[Evenement], etape_id: UUID) -> Reference | None:
    """Le dernier avis favorable de l’étape, tel que le journal le donne à lire."""
    avis = [
        evenement.reference
        for evenement in lecture.effets(journal).evenements
        if isinstance(evenement, PositionnementAvisFavorable)
        and evenement.data.etape_id == etape_id
    ]
    return avis[-1] if avis else None


def attendus(
    journaux: Mapping[UUID, Sequence[Evenement]],
    session_id: UUID,
    etapes_placees: Collection[UUID],
    organisme: str,
    le: date,
) -> Iterator[Attendu]:
    """Qui `organisme` a accepté sur la session, et n’y a pas encore de place."""
    for parcours_id, journal in journaux.items():
        for etape in lecture.lire_parcours(journal, le).etapes:
            accepte = (
                etape.session_id == session_id
                and etape.etat is EtatEtape.ACCEPTEE
                and any(
                    isinstance(e, PositionnementAvisFavorable) and e.organisation == organisme
                    for e in etape.evenements
                )
            )
            if accepte and etape.id not in etapes_placees:
                yield Attendu(parcours_id, etape.id, etape.acceptee_le, etape.entree_prevue_le)
