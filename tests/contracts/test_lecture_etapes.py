"""De quelle étape parle un événement qui ne le dit pas (evenements.md §1, Étape)."""

from datetime import date
from uuid import UUID

import pytest

from contracts.base import Evenement
from contracts.lecture import Etape, EtatEtape, Parcours, lire_parcours
from contracts.listes import TypeEtape
from tests.contracts.faits import (
    AUTRE_ETAPE,
    AUTRE_SESSION,
    ETAPE,
    FIN,
    SESSION,
    Fabrique,
    abandon,
    annulation,
    attestation,
    correction,
    demande,
    entree,
    garantie,
    le,
    lu,
    orientation,
    ouverture,
    place_reservee,
    reprise,
    resultat,
    retour_emploi,
    sortie,
    suspension,
)

SANS_ETAPE = {"etape_id": None}
DOSSIER = {"systeme": "ypareo", "valeur": "D-77"}


def _etape(parcours: Parcours, evenement: Evenement) -> Etape:
    etape = parcours.etape_de(evenement)  # type: ignore[arg-type]
    assert etape is not None
    return etape


def test_l_etape_dite_est_l_etape():
    entre = entree(le(9), etape_id=AUTRE_ETAPE, session_id=SESSION)
    parcours = lu(orientation(le(1)), demande(le(2)), entre)

    assert _etape(parcours, entre).id == AUTRE_ETAPE


def test_l_orientation_cree_l_etape():
    prescrite = orientation(le(1), type_etape="PREPARATOIRE")
    etape = _etape(lu(ouverture(), prescrite), prescrite)

    assert (etape.id, etape.deduite, etape.type_etape) == (ETAPE, False, TypeEtape.PREPARATOIRE)


@pytest.mark.parametrize("place", [demande, place_reservee, garantie])
def test_la_session_fait_retrouver_l_etape_positionnee_sur_elle(place: Fabrique):
    entre = entree(le(9), session_id=AUTRE_SESSION, **SANS_ETAPE)
    parcours = lu(
        demande(le(2), id="une"),
        place(le(3), id="autre", etape_id=AUTRE_ETAPE, session_id=AUTRE_SESSION),
        entre,
    )

    assert _etape(parcours, entre).id == AUTRE_ETAPE
    assert len(parcours.etapes) == 2


def test_de_deux_etapes_sur_une_session_c_est_celle_de_la_date_du_fait():
    avant = entree(le(2), id="avant", session_id=SESSION, **SANS_ETAPE)
    apres = entree(le(12), id="apres", session_id=SESSION, **SANS_ETAPE)
    parcours = lu(
        demande(le(1)),
        avant,
        sortie(le(5), session_id=SESSION, **SANS_ETAPE),
        demande(le(10), etape_id=AUTRE_ETAPE),
        apres,
    )

    assert _etape(parcours, avant).etat is EtatEtape.SORTIE
    assert (_etape(parcours, avant).id, _etape(parcours, apres).id) == (ETAPE, AUTRE_ETAPE)


def test_la_session_l_emporte_sur_l_etape_en_cours():
    quitte = abandon(le(12), session_id=AUTRE_SESSION, **SANS_ETAPE)
    parcours = lu(
        entree(le(9)),
        demande(le(10), etape_id=AUTRE_ETAPE, session_id=AUTRE_SESSION),
        quitte,
    )

    assert _etape(parcours, quitte).id == AUTRE_ETAPE


def test_l_etape_d_un_fait_ne_depend_pas_du_jour_lu():
    entre = entree(le(9), session_id=SESSION, **SANS_ETAPE)
    journal = [entre, demande(le(12))]  # told afterwards, and dated afterwards too

    for au in (date(2026, 3, 9), FIN):
        assert _etape(lire_parcours(journal, au), entre).id == ETAPE


def test_un_positionnement_annule_ne_fait_plus_retrouver_l_etape():
    place = demande(le(2), etape_id=AUTRE_ETAPE, session_id=AUTRE_SESSION)
    suspend = suspension(le(12), session_id=AUTRE_SESSION, **SANS_ETAPE)
    parcours = lu(entree(le(9)), place, annulation(place), suspend)

    assert _etape(parcours, suspend).id == ETAPE


def test_corriger_la_session_d_un_positionnement_change_l_etape_retrouvee():
    place = demande(le(2))
    entre = entree(le(9), session_id=AUTRE_SESSION, **SANS_ETAPE)
    change = correction(place, {"/data/session_id": str(AUTRE_SESSION)})

    autre = demande(le(3), id="autre", etape_id=AUTRE_ETAPE, session_id=SESSION)
    assert _etape(lu(place, autre, entre), entre).id == AUTRE_ETAPE  # the last one in progress
    assert _etape(lu(place, autre, change, entre), entre).id == ETAPE


@pytest.mark.parametrize("fabrique", [suspension, abandon, sortie, attestation, resultat])
@pytest.mark.parametrize("session", [{}, {"session_id": AUTRE_SESSION}])
def test_a_defaut_de_session_connue_c_est_l_etape_en_cours(
    fabrique: Fabrique, session: dict[str, UUID]
):
    fait = fabrique(le(12), **SANS_ETAPE, **session)
    parcours = lu(orientation(le(1), etape_id=AUTRE_ETAPE), entree(le(9)), fait)

    assert _etape(parcours, fait).id == ETAPE


@pytest.mark.parametrize("fabrique", [suspension, abandon, sortie, attestation, resultat])
def test_l_etape_en_cours_n_est_pas_celle_que_l_on_prescrit_entre_temps(fabrique: Fabrique):
    fait = fabrique(le(12), **SANS_ETAPE)
    parcours = lu(entree(le(9)), orientation(le(10), etape_id=AUTRE_ETAPE), fait)

    assert _etape(parcours, fait).id == ETAPE


def test_une_entree_est_de_l_etape_qui_l_attend():
    entre = entree(le(20), **SANS_ETAPE)
    parcours = lu(
        entree(le(9), id="premiere"),
        garantie(le(10), etape_id=AUTRE_ETAPE, session_id=AUTRE_SESSION),
        entre,
    )

    assert _etape(parcours, entre).id == AUTRE_ETAPE


def test_une_etape_suspendue_est_en_cours():
    revient = reprise(le(16), **SANS_ETAPE)
    parcours = lu(entree(le(9)), suspension(le(12)), revient)

    assert _etape(parcours, revient).id == ETAPE
    assert _etape(parcours, revient).etat is EtatEtape.EN_FORMATION


def test_l_etape_en_cours_est_celle_de_la_date_du_fait():
    pendant_l_une, pendant_l_autre = suspension(le(12), **SANS_ETAPE), abandon(le(25), **SANS_ETAPE)
    parcours = lu(
        entree(le(9)),
        sortie(le(15)),
        entree(le(20), etape_id=AUTRE_ETAPE),
        pendant_l_une,
        pendant_l_autre,
    )

    assert _etape(parcours, pendant_l_une).id == ETAPE
    assert _etape(parcours, pendant_l_autre).id == AUTRE_ETAPE


def test_corriger_la_date_d_un_fait_change_l_etape_en_cours():
    fait = suspension(le(12), **SANS_ETAPE)
    parcours = lu(
        entree(le(9)),
        sortie(le(15)),
        entree(le(20), etape_id=AUTRE_ETAPE),
        fait,
        correction(fait, {"/time": le(22).isoformat()}),
    )

    (deplace,) = [e for e in parcours.evenements if e.reference == fait.reference]
    assert _etape(parcours, deplace).id == AUTRE_ETAPE


def test_une_sortie_annulee_laisse_l_etape_en_cours():
    depart, quitte = sortie(le(15)), abandon(le(20), **SANS_ETAPE)

    assert _etape(lu(entree(le(9)), depart, annulation(depart), quitte), quitte).id == ETAPE


def test_un_emploi_n_est_d_aucune_etape():
    travaille = retour_emploi(le(20))
    parcours = lu(entree(le(9)), travaille)

    assert parcours.etape_de(travaille) is None  # type: ignore[arg-type]
    assert len(parcours.etapes) == 1
