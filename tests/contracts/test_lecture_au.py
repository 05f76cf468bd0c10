"""Le jour jusqu’où l’on lit un parcours : « au » (evenements.md §3)."""

from datetime import UTC, date, datetime

import pytest

from contracts.base import Evenement
from contracts.lecture import EtatEtape, EtatParcours, lire_parcours
from tests.contracts.faits import (
    FIN,
    annulation,
    avis_favorable,
    correction,
    demande,
    entree,
    le,
    orientation,
    ouverture,
    reprise,
    retour_emploi,
    sortie,
    suspension,
)


def _etat(*journal: Evenement, au: date = FIN) -> EtatParcours:
    return lire_parcours(journal, au).etat


@pytest.mark.parametrize(
    ("instant", "jour_de_paris"),
    [
        (datetime(2026, 1, 15, 22, 59, tzinfo=UTC), date(2026, 1, 15)),  # 23:59, heure d’hiver
        (datetime(2026, 1, 15, 23, 1, tzinfo=UTC), date(2026, 1, 16)),  # 00:01
        (datetime(2026, 7, 15, 21, 59, tzinfo=UTC), date(2026, 7, 15)),  # 23:59, heure d’été
        (datetime(2026, 7, 15, 22, 0, tzinfo=UTC), date(2026, 7, 16)),  # minuit juste
        (datetime(2026, 7, 15, 22, 1, tzinfo=UTC), date(2026, 7, 16)),  # 00:01
        (datetime(2026, 3, 28, 22, 59, tzinfo=UTC), date(2026, 3, 28)),  # la nuit de l’heure d’été
        (datetime(2026, 3, 28, 23, 1, tzinfo=UTC), date(2026, 3, 29)),
        (datetime(2026, 3, 29, 21, 59, tzinfo=UTC), date(2026, 3, 29)),  # un jour de 23 heures
        (datetime(2026, 3, 29, 22, 1, tzinfo=UTC), date(2026, 3, 30)),
        (datetime(2026, 10, 25, 22, 59, tzinfo=UTC), date(2026, 10, 25)),  # de 25 heures
        (datetime(2026, 10, 25, 23, 1, tzinfo=UTC), date(2026, 10, 26)),
    ],
)
def test_un_fait_est_du_jour_qu_il_est_a_paris(instant: datetime, jour_de_paris: date):
    entre = entree(instant)
    veille = date.fromordinal(jour_de_paris.toordinal() - 1)

    assert lire_parcours([entre], jour_de_paris).evenements == [entre]
    assert lire_parcours([entre], veille).evenements == []
    assert lire_parcours([entre], veille).etapes == []


def test_un_fait_de_minuit_juste_est_du_jour_qui_commence():
    assert _etat(entree(le(9, heure=0)), au=date(2026, 3, 8)) is EtatParcours.OUVERT
    assert _etat(entree(le(9, heure=0)), au=date(2026, 3, 9)) is EtatParcours.EN_FORMATION


def test_ce_qui_arrive_apres_le_jour_lu_ne_compte_pas():
    vie = [
        ouverture(),
        orientation(le(1)),
        demande(le(2)),
        avis_favorable(le(3)),
        entree(le(9)),
        suspension(le(12)),
        reprise(le(16)),
        sortie(le(27)),
        retour_emploi(le(30)),
    ]
    attendus = {
        date(2026, 1, 1): (None, "OUVERT"),
        date(2026, 2, 28): (None, "OUVERT"),
        date(2026, 3, 1): ("ORIENTEE", "OUVERT"),
        date(2026, 3, 2): ("POSITIONNEE", "EN_PREPARATION"),
        date(2026, 3, 8): ("ACCEPTEE", "EN_PREPARATION"),
        date(2026, 3, 11): ("EN_FORMATION", "EN_FORMATION"),
        date(2026, 3, 12): ("SUSPENDUE", "SUSPENDU"),
        date(2026, 3, 16): ("EN_FORMATION", "EN_FORMATION"),
        date(2026, 3, 27): ("SORTIE", "ENTRE_DEUX_ETAPES"),
        date(2026, 3, 30): ("SORTIE", "EN_EMPLOI"),
    }

    for au, (etape, etat) in attendus.items():
        parcours = lire_parcours(vie, au)
        assert ([e.etat for e in parcours.etapes], parcours.etat) == (
            [etape] if etape else [],
            etat,
        )
        assert parcours.au == au


def test_une_anomalie_a_venir_n_en_est_pas_encore_une():
    journal = [orientation(le(1)), sortie(le(20))]

    assert lire_parcours(journal, date(2026, 3, 19)).anomalies == []
    assert len(lire_parcours(journal, date(2026, 3, 20)).anomalies) == 1


def test_une_rectification_d_apres_le_jour_lu_vaut_quand_meme():
    entre = entree(le(9))
    corrige = correction(entre, {"/data/heures_prevues": 350}, le(1, mois=9))

    assert lire_parcours([entre, corrige], date(2026, 3, 9)).etapes[0].heures_prevues == 350
    assert lire_parcours([entre, annulation(entre, le(1, mois=9))], date(2026, 3, 9)).etapes == []


def test_une_correction_de_date_fait_passer_un_fait_de_l_autre_cote_du_jourlu():
    depart = sortie(le(20))
    plus_tot = correction(depart, {"/time": le(11).isoformat()})
    plus_tard = correction(depart, {"/time": le(30).isoformat()})
    au = date(2026, 3, 15)

    assert lire_parcours([entree(le(9)), depart], au).etapes[0].etat is EtatEtape.EN_FORMATION
    assert lire_parcours([entree(le(9)), depart, plus_tot], au).etapes[0].etat is EtatEtape.SORTIE
    au = date(2026, 3, 25)
    assert lire_parcours([entree(le(9)), depart], au).etapes[0].etat is EtatEtape.SORTIE
    assert (
        lire_parcours([entree(le(9)), depart, plus_tard], au).etapes[0].etat
        is EtatEtape.EN_FORMATION
    )


def test_une_correction_d_une_minute_fait_passer_minuit():
    entre = entree(le(9, heure=23, minute=59))
    corrige = correction(entre, {"/time": le(10, heure=0, minute=1).isoformat()})

    assert _etat(entre, au=date(2026, 3, 9)) is EtatParcours.EN_FORMATION
    assert _etat(entre, corrige, au=date(2026, 3, 9)) is EtatParcours.OUVERT
    assert _etat(entre, corrige, au=date(2026, 3, 10)) is EtatParcours.EN_FORMATION
