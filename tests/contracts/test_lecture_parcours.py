"""L’état d’un parcours : le premier qui s’applique (evenements.md §3, règles 4 et 6)."""

from datetime import UTC, date, datetime
from itertools import permutations
from uuid import UUID

import pytest

from contracts.base import Evenement, jour
from contracts.lecture import EtatEtape, EtatParcours, lire_parcours
from contracts.listes import TypeContrat
from tests.contracts.faits import (
    AUTRE_ETAPE,
    AUTRE_SESSION,
    FIN,
    OUVREUR,
    abandon,
    annulation,
    avis_favorable,
    correction,
    demande,
    entree,
    garantie,
    le,
    orientation,
    ouverture,
    place_reservee,
    refus,
    reprise,
    resultat,
    retour_emploi,
    saisine,
    sortie,
    suspension,
)

B = {"etape_id": AUTRE_ETAPE, "session_id": AUTRE_SESSION}


def _etat(*journal: Evenement, au: date = FIN) -> EtatParcours:
    return lire_parcours(journal, au).etat


# --- Le premier état qui s'applique --------------------------------------------------------


@pytest.mark.parametrize(
    ("journal", "etat"),
    [
        ([], "OUVERT"),
        ([ouverture()], "OUVERT"),
        ([ouverture(), orientation(le(1))], "OUVERT"),
        ([demande(le(2))], "EN_PREPARATION"),
        ([avis_favorable(le(3))], "EN_PREPARATION"),
        ([refus(le(3))], "EN_PREPARATION"),
        ([place_reservee(le(4))], "EN_PREPARATION"),
        ([garantie(le(5))], "EN_PREPARATION"),
        ([entree(le(9))], "EN_FORMATION"),
        ([suspension(le(12))], "SUSPENDU"),
        ([suspension(le(12)), reprise(le(16))], "EN_FORMATION"),
        ([retour_emploi(le(12))], "EN_EMPLOI"),
        ([entree(le(9)), sortie(le(27))], "ENTRE_DEUX_ETAPES"),
        ([entree(le(9)), sortie(le(27)), resultat(le(30))], "ENTRE_DEUX_ETAPES"),
        ([entree(le(9)), sortie(le(27)), saisine(le(30))], "ENTRE_DEUX_ETAPES"),
        ([entree(le(9)), abandon(le(27))], "OUVERT"),
    ],
)
def test_l_etat_du_parcours(journal: list[Evenement], etat: str):
    assert _etat(*journal) == etat


DU_PLUS_FORT_AU_PLUS_FAIBLE = [
    ("EN_FORMATION", [entree(le(9), id="f", etape_id=UUID(int=1))]),
    ("SUSPENDU", [suspension(le(9), id="s", etape_id=UUID(int=2))]),
    ("EN_PREPARATION", [demande(le(9), id="p", etape_id=UUID(int=3))]),
    ("EN_EMPLOI", [retour_emploi(le(9), id="e")]),
    ("ENTRE_DEUX_ETAPES", [sortie(le(9), id="d", etape_id=UUID(int=4))]),
    ("OUVERT", [ouverture()]),
]


@pytest.mark.parametrize("depuis", range(len(DU_PLUS_FORT_AU_PLUS_FAIBLE)))
def test_le_premier_etat_qui_s_applique_l_emporte(depuis: int):
    restent = DU_PLUS_FORT_AU_PLUS_FAIBLE[depuis:]
    for arrivee in permutations([faits[0] for _, faits in restent]):
        assert _etat(*arrivee) == restent[0][0]


def test_une_etape_prescrite_apres_la_sortie_le_parcours_n_est_plus_entre_deux_etapes():
    fini = [entree(le(9)), sortie(le(20))]

    assert _etat(*fini, orientation(le(21), **B)) is EtatParcours.OUVERT
    assert _etat(*fini, orientation(le(21), **B), au=date(2026, 3, 20)) == "ENTRE_DEUX_ETAPES"


def test_une_etape_prescrite_avant_la_sortie_laisse_le_parcours_entre_deux_etapes():
    assert _etat(entree(le(9)), orientation(le(10), **B), sortie(le(20))) == "ENTRE_DEUX_ETAPES"


def test_un_second_abandon_apres_une_sortie_n_est_pas_une_sortie():
    journal = [entree(le(1)), sortie(le(9)), entree(le(12), id="b", **B), abandon(le(20), **B)]

    assert _etat(*journal) is EtatParcours.OUVERT


def test_le_conflit_se_voit_par_dessus_l_etat():
    parcours = lire_parcours(
        [entree(le(1), id="b", **B), entree(le(9)), sortie(le(20)), sortie(le(21))], FIN
    )

    assert parcours.en_conflit
    assert parcours.etat is EtatParcours.EN_FORMATION


@pytest.mark.parametrize(
    ("au", "etat"),
    [
        (date(2026, 3, 8), "OUVERT"),
        (date(2026, 3, 9), "EN_EMPLOI"),
        (date(2026, 4, 30), "EN_EMPLOI"),
        (date(2026, 5, 1), "OUVERT"),
    ],
)
def test_un_contrat_court_du_premier_au_dernier_jour(au: date, etat: str):
    assert _etat(retour_emploi(le(9), fin_le="2026-04-30"), au=au) == etat


def test_un_contrat_sans_fin_court_toujours():
    parcours = lire_parcours([retour_emploi(le(9), type_contrat="CDI")], date(2040, 1, 1))

    assert parcours.etat is EtatParcours.EN_EMPLOI
    assert [(e.debut_le, e.fin_le, e.type_contrat) for e in parcours.emplois] == [
        (le(9), None, TypeContrat.CDI)
    ]


def test_un_contrat_fini_laisse_courir_l_autre():
    journal = [retour_emploi(le(9), fin_le="2026-03-31"), retour_emploi(le(20))]

    assert _etat(*journal) is EtatParcours.EN_EMPLOI


def test_corriger_la_fin_d_un_contrat_change_l_etat():
    travaille = retour_emploi(le(9))
    journal = [travaille, correction(travaille, {"/data/fin_le": "2026-04-30"})]

    assert _etat(*journal, au=date(2026, 4, 30)) is EtatParcours.EN_EMPLOI
    assert _etat(*journal, au=date(2026, 5, 1)) is EtatParcours.OUVERT


# --- L'ouverture ---------------------------------------------------------------------------


def test_un_journal_sans_ouverture_se_lit_quand_meme():
    parcours = lire_parcours([entree(le(9)), sortie(le(27)), retour_emploi(le(30))], FIN)

    assert parcours.ouverture is None
    assert [e.etat for e in parcours.etapes] == [EtatEtape.SORTIE]
    assert parcours.etat is EtatParcours.EN_EMPLOI


def test_l_ouverture_qui_arrive_ensuite_ne_change_pas_les_etats():
    vie = [entree(le(9)), sortie(le(27))]
    sans, avec = lire_parcours(vie, FIN), lire_parcours([*vie, ouverture()], FIN)

    assert avec.ouverture == ouverture()
    assert avec.etapes == sans.etapes
    assert avec.etat is sans.etat


def test_une_ouverture_annulee_n_ouvre_rien():
    parcours = lire_parcours([ouverture(), annulation(ouverture(), par=OUVREUR)], FIN)

    assert parcours.ouverture is None


def test_un_journal_vide_se_lit():
    parcours = lire_parcours([], FIN)

    assert (parcours.ouverture, parcours.etapes, parcours.emplois) == (None, [], [])
    assert (parcours.evenements, parcours.anomalies) == ([], [])
    assert parcours.etat is EtatParcours.OUVERT


def test_le_jour_d_un_instant_est_celui_de_paris():
    assert jour(datetime(2026, 3, 31, 22, 30, tzinfo=UTC)) == date(2026, 4, 1)
    assert jour(datetime(2026, 12, 31, 22, 30, tzinfo=UTC)) == date(2026, 12, 31)
