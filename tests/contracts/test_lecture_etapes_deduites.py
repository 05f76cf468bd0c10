"""Une étape que rien ne dit est déduite, et marquée (evenements.md §1, Étape)."""

from contracts.base import Evenement
from contracts.lecture import Etape, EtatEtape, Parcours
from tests.contracts.faits import (
    AUTRE_SESSION,
    ETAPE,
    attestation,
    demande,
    entree,
    le,
    lu,
    orientation,
    ouverture,
    resultat,
    sortie,
)

SANS_ETAPE = {"etape_id": None}
DOSSIER = {"systeme": "ypareo", "valeur": "D-77"}


def _etape(parcours: Parcours, evenement: Evenement) -> Etape:
    etape = parcours.etape_de(evenement)  # type: ignore[arg-type]
    assert etape is not None
    return etape


def test_sans_rien_qui_la_dise_l_etape_est_deduite_et_marquee():
    entre = entree(le(9), **SANS_ETAPE)
    etape = _etape(lu(ouverture(), entre), entre)

    assert etape.deduite
    assert etape.etat is EtatEtape.EN_FORMATION


def test_une_etape_que_nul_n_a_prescrite_est_marquee_jusqu_a_ce_que_l_orientation_arrive():
    entre = entree(le(9))

    assert _etape(lu(entre), entre).deduite
    assert not _etape(lu(entre, orientation(le(1))), entre).deduite


def test_une_etape_deduite_garde_le_meme_nom_a_chaque_lecture():
    entre = entree(le(9), **SANS_ETAPE)

    assert _etape(lu(entre), entre).id == _etape(lu(ouverture(), entre), entre).id


def test_une_etape_deduite_d_une_session_garde_son_nom_quand_un_fait_plus_ancien_arrive():
    session = {"session_id": AUTRE_SESSION}
    entre, place = entree(le(9), **SANS_ETAPE, **session), demande(le(2), **SANS_ETAPE | session)

    assert _etape(lu(entre), entre).id == _etape(lu(entre, place), entre).id


def test_ce_qui_se_dit_apres_la_sortie_est_de_la_derniere_etape():
    jury, papier = resultat(le(30), **SANS_ETAPE), attestation(le(29), **SANS_ETAPE)
    parcours = lu(entree(le(9)), sortie(le(27)), papier, jury)

    assert parcours.etapes[0].evenements[-2:] == [papier, jury]


def test_deux_faits_d_une_meme_session_inconnue_sont_de_la_meme_etape_deduite():
    entre, jury = (
        fabrique(quand, session_id=AUTRE_SESSION, **SANS_ETAPE)
        for fabrique, quand in ((entree, le(9)), (resultat, le(30)))
    )
    depart = sortie(le(27), session_id=AUTRE_SESSION, **SANS_ETAPE)
    parcours = lu(entre, depart, jury)

    assert len(parcours.etapes) == 1
    assert parcours.etapes[0].evenements == [entre, depart, jury]
    assert parcours.etapes[0].deduite


def test_apres_la_sortie_l_etape_n_est_plus_en_cours():
    entre = entree(le(25), **SANS_ETAPE)
    parcours = lu(entree(le(9), id="premiere"), sortie(le(15)), entre)

    assert _etape(parcours, entre).id != ETAPE
    assert _etape(parcours, entre).deduite
    assert parcours.anomalies == []
