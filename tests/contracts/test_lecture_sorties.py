"""Deux sorties d’une étape se contredisent (evenements.md §3, règle 3)."""

from datetime import date
from itertools import permutations

from contracts.lecture import Etape, EtatEtape, Parcours, lire_parcours
from contracts.listes import NatureSortie
from tests.contracts.faits import (
    AUTRE_ETAPE,
    FIN,
    abandon,
    annulation,
    correction,
    entree,
    le,
    lu,
    reprise,
    sortie,
)


def _etape(parcours: Parcours) -> Etape:
    (etape,) = parcours.etapes
    return etape


def test_la_sortie_dit_sa_nature():
    depart = sortie(le(20), nature="TERME_ATTEINT", heures_realisees=300)
    etape = _etape(lu(entree(le(9)), depart))

    assert (etape.etat, etape.nature_sortie) == (EtatEtape.SORTIE, NatureSortie.TERME_ATTEINT)
    assert (etape.sortie_le, etape.heures_realisees) == (le(20), 300)


def test_deux_sorties_effectives_sont_en_conflit_jusqu_a_ce_que_l_une_soit_annulee():
    entre = entree(le(9))
    l_une, l_autre = sortie(le(20), nature="ABANDON"), sortie(le(27), nature="TERME_ATTEINT")
    for arrivee in permutations([entre, l_une, l_autre]):
        parcours = lire_parcours(arrivee, FIN)
        assert parcours.en_conflit
        assert _etape(parcours).en_conflit
        assert _etape(parcours).etat is EtatEtape.SORTIE
        assert any(
            {l_une.reference, l_autre.reference} <= set(a.evenements) for a in parcours.anomalies
        )

    for annulee, gardee in ((l_une, l_autre), (l_autre, l_une)):
        apaise = lu(entre, l_une, l_autre, annulation(annulee))
        assert not apaise.en_conflit
        assert apaise.anomalies == []
        assert _etape(apaise).sortie_le == gardee.time
        assert _etape(apaise).nature_sortie is gardee.data.nature


def test_le_conflit_revient_quand_l_annulation_est_levee():
    l_une, l_autre = sortie(le(20)), sortie(le(27))
    retrait = annulation(l_une)

    assert lu(entree(le(9)), l_une, l_autre, retrait, annulation(retrait)).en_conflit


def test_deux_sorties_sont_en_conflit_quoi_qu_il_se_soit_dit_entre_elles():
    l_une, l_autre = sortie(le(20)), sortie(le(27))
    revient = reprise(le(23))
    parcours = lu(entree(le(9)), l_une, revient, l_autre)

    assert parcours.en_conflit
    assert {frozenset(a.evenements) for a in parcours.anomalies} == {
        frozenset({l_une.reference, revient.reference}),
        frozenset({l_une.reference, l_autre.reference}),
    }
    assert not lu(entree(le(9)), l_une, annulation(l_une), revient, l_autre).en_conflit


def test_deux_sorties_de_deux_etapes_ne_sont_pas_un_conflit():
    parcours = lu(
        entree(le(9)),
        sortie(le(20)),
        entree(le(21), etape_id=AUTRE_ETAPE),
        sortie(le(27), etape_id=AUTRE_ETAPE),
    )

    assert not parcours.en_conflit


def test_corriger_l_etape_d_une_des_deux_sorties_leve_le_conflit():
    l_une, l_autre = sortie(le(20)), sortie(le(27))
    change = correction(l_autre, {"/data/etape_id": str(AUTRE_ETAPE)})

    assert not lu(entree(le(9)), l_une, l_autre, change).en_conflit


def test_un_abandon_puis_la_sortie_ne_sont_pas_un_conflit():
    parcours = lu(entree(le(9)), abandon(le(20)), sortie(le(21), nature="ABANDON"))

    assert not parcours.en_conflit
    assert parcours.anomalies == []


def test_une_seconde_sortie_a_venir_ne_fait_pas_encore_conflit():
    journal = [entree(le(9)), sortie(le(20)), sortie(le(27))]

    assert not lire_parcours(journal, date(2026, 3, 26)).en_conflit
    assert lire_parcours(journal, date(2026, 3, 27)).en_conflit
