"""Les règles d’une place."""

from datetime import date
from uuid import uuid4

import pytest

from contracts.base import Reference
from inscription import domain
from inscription.domain import (
    CapaciteInsuffisante,
    Garantir,
    InscriptionDejaGarantie,
    Ouverture,
    PlaceDejaReservee,
    PlacesNonOuvertes,
    ReservationInconnue,
    Reserver,
    SessionComplete,
)
from tests.contracts import faits
from tests.contracts.faits import AUTRE_SESSION, ETAPE, PARCOURS, SESSION, le
from tests.fabriques import (
    AUTRE_ORGANISME,
    ENTREE,
    MIDI,
    MISSION_LOCALE,
    ORGANISME,
    des_places,
    un_acte,
    une_reservation,
)

AVIS = Reference("urn:sanscouture:orientation", str(uuid4()))
DECEMBRE = date(2026, 12, 1)


def test_la_capacite_se_change_jusqu_a_ce_qui_est_reserve():
    places = des_places(capacite=12, reservees=7)

    assert domain.dimensionner(places, Ouverture(capacite=7), ORGANISME).capacite == 7
    with pytest.raises(CapaciteInsuffisante, match="7 places"):
        domain.dimensionner(places, Ouverture(capacite=6), ORGANISME)


def test_la_capacite_est_a_l_organisme_de_la_session():
    with pytest.raises(PlacesNonOuvertes):
        domain.dimensionner(des_places(), Ouverture(capacite=40), AUTRE_ORGANISME)


def test_une_place_reservee_vient_de_l_avis_favorable():
    places = des_places(capacite=2, reservees=1)
    demande = Reserver(parcours_id=uuid4(), etape_id=uuid4())

    evenement = domain.reserver(places, demande, acte := un_acte(), deja=False, avis=AVIS)

    assert evenement.subject == demande.parcours_id
    assert evenement.causationid == f"{AVIS.source} {AVIS.id}"
    assert evenement.organisation == MISSION_LOCALE
    assert evenement.data.reservation_id == acte.id


@pytest.mark.parametrize("capacite", [0, 1, 12])
def test_on_ne_reserve_pas_plus_de_places_que_la_session_n_en_a(capacite: int):
    places = des_places(capacite=capacite, reservees=capacite)
    demande = Reserver(parcours_id=uuid4(), etape_id=uuid4())

    with pytest.raises(SessionComplete, match=str(capacite)):
        domain.reserver(places, demande, un_acte(), deja=False, avis=None)


def test_une_etape_n_a_qu_une_place_par_session():
    demande = Reserver(parcours_id=uuid4(), etape_id=uuid4())

    with pytest.raises(PlaceDejaReservee):
        domain.reserver(des_places(), demande, un_acte(), deja=True, avis=None)


def test_la_garantie_vient_de_la_reservation():
    reservation = une_reservation()

    evenement = domain.garantir(reservation, Garantir(entree_prevue_le=ENTREE), un_acte(ORGANISME))

    assert evenement.causationid == f"urn:sanscouture:inscription {reservation.id}"
    assert evenement.data.entree_prevue_le == ENTREE


def test_l_organisme_de_la_session_seul_garantit():
    with pytest.raises(ReservationInconnue):
        domain.garantir(une_reservation(), Garantir(entree_prevue_le=ENTREE), un_acte())


def test_une_inscription_se_garantit_une_fois():
    reservation = une_reservation(garantie_le=MIDI, entree_prevue_le=ENTREE)

    with pytest.raises(InscriptionDejaGarantie, match="01/09/2026"):
        domain.garantir(reservation, Garantir(entree_prevue_le=ENTREE), un_acte(ORGANISME))


def test_qui_est_accepte_sans_place_est_attendu():
    avis = faits.avis_favorable(le(9), entree_prevue_le="2026-10-05", par=ORGANISME)
    journal = [faits.orientation(le(1)), faits.demande(le(2)), avis]

    [attendu] = domain.attendus({PARCOURS: journal}, SESSION, [], ORGANISME, DECEMBRE)

    assert (attendu.parcours_id, attendu.etape_id) == (PARCOURS, ETAPE)
    assert (attendu.accepte_le, attendu.entree_prevue_le) == (le(9), ENTREE)
    assert domain.avis_favorable(journal, ETAPE) == avis.reference


def test_ouvrir_les_places_d_un_autre_ne_dit_pas_qui_il_attend():
    avis = faits.avis_favorable(le(9), par=ORGANISME)
    journal = [faits.orientation(le(1)), faits.demande(le(2)), avis]

    assert not list(domain.attendus({PARCOURS: journal}, SESSION, [], AUTRE_ORGANISME, DECEMBRE))


@pytest.mark.parametrize(
    "suite",
    [
        [],
        [faits.refus(le(12))],
        [faits.annulation(faits.avis_favorable(le(9), par=ORGANISME))],
        [faits.correction(faits.demande(le(2)), {"/data/session_id": str(AUTRE_SESSION)})],
        [faits.place_reservee(le(12))],
        [faits.entree(le(12))],
    ],
    ids=["placee_ici", "refusee", "annulee", "corrigee", "placee", "entree"],
)
def test_qui_a_une_place_ou_n_est_plus_accepte_n_est_pas_attendu(suite: list[faits.Evenement]):
    avis = faits.avis_favorable(le(9), par=ORGANISME)
    journal = [faits.orientation(le(1)), faits.demande(le(2)), avis, *suite]
    placees = [] if suite else [ETAPE]

    assert not list(domain.attendus({PARCOURS: journal}, SESSION, placees, ORGANISME, DECEMBRE))


def test_un_evenement_se_retrouve_par_la_session_qu_il_nomme():
    demande = faits.demande(le(2))

    assert domain.session_dite(demande) == SESSION
    assert domain.session_dite(faits.entree(le(2))) is None
    for dite, attendue in ((str(AUTRE_SESSION), AUTRE_SESSION), ("demain", None)):
        corrige = faits.correction(demande, {"/data/session_id": dite})
        assert domain.session_dite(corrige) == attendue
