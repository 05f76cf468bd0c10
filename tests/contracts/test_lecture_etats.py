"""L’état d’une étape, et les passages que l’on n’attendait pas (evenements.md §3, règle 3)."""

import re
from datetime import date

import pytest

from contracts.lecture import Etape, EtatEtape, Parcours
from tests.contracts.faits import (
    AUTRE_ETAPE,
    ETAPE,
    Fabrique,
    abandon,
    annulation,
    attestation,
    avis_favorable,
    decision,
    demande,
    entree,
    garantie,
    le,
    lu,
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

POSE: dict[str, Fabrique] = {
    "ORIENTEE": orientation,
    "POSITIONNEE": demande,
    "ACCEPTEE": avis_favorable,
    "REFUSEE": refus,
    "INSCRITE": place_reservee,
    "GARANTIE": garantie,
    "EN_FORMATION": entree,
    "SUSPENDUE": suspension,
    "ABANDONNEE": abandon,
    "SORTIE": sortie,
}
# The table of règle 3, row by row; a prescription creates the étape: nothing is expected before.
ATTENDU_APRES: dict[Fabrique, set[str]] = {
    orientation: set(),
    demande: {"ORIENTEE", "REFUSEE"},
    avis_favorable: {"POSITIONNEE"},
    refus: {"POSITIONNEE", "ACCEPTEE"},
    place_reservee: {"ACCEPTEE"},
    garantie: {"INSCRITE"},
    entree: {"GARANTIE", "INSCRITE", "ACCEPTEE"},
    reprise: {"SUSPENDUE", "ABANDONNEE"},
    suspension: {"EN_FORMATION"},
    abandon: {"EN_FORMATION", "SUSPENDUE"},
    sortie: {"EN_FORMATION", "SUSPENDUE", "ABANDONNEE"},
}
PASSAGES = [(etat, apres) for etat in POSE for apres in ATTENDU_APRES]
MUETS: list[Fabrique] = [attestation, resultat, saisine, decision, retour_emploi, ouverture]


def _etape(parcours: Parcours) -> Etape:
    (etape,) = parcours.etapes
    return etape


@pytest.mark.parametrize(
    ("fabrique", "etat"), [*((f, e) for e, f in POSE.items()), (reprise, "EN_FORMATION")]
)
def test_l_etat_est_celui_que_pose_le_dernier_evenement(fabrique: Fabrique, etat: str):
    parcours = lu(entree(le(1)), fabrique(le(2)))

    assert _etape(parcours).etat == etat
    assert _etape(parcours).etat_depuis == le(2)


@pytest.mark.parametrize("muet", MUETS)
@pytest.mark.parametrize("etat", POSE)
def test_les_autres_types_ne_posent_aucun_etat(etat: str, muet: Fabrique):
    parcours = lu(POSE[etat](le(1)), muet(le(2)))

    assert _etape(parcours).etat == etat
    assert _etape(parcours).etat_depuis == le(1)
    assert parcours.anomalies == []


@pytest.mark.parametrize("fabrique", [*POSE.values(), reprise])
def test_le_premier_evenement_d_une_etape_ne_contredit_rien(fabrique: Fabrique):
    assert lu(fabrique(le(1))).anomalies == []


@pytest.mark.parametrize(("etat", "apres"), PASSAGES)
def test_un_passage_a_lieu_qu_on_l_attende_ou_non(etat: str, apres: Fabrique):
    avant, ensuite = POSE[etat](le(1), id="avant"), apres(le(2), id="ensuite")
    parcours = lu(avant, ensuite)

    pose = "EN_FORMATION" if apres is reprise else {f: e for e, f in POSE.items()}[apres]
    assert _etape(parcours).etat == pose
    inattendus = [a for a in parcours.anomalies if a.evenements]
    if etat in ATTENDU_APRES[apres]:
        assert inattendus == []
    else:
        assert [set(a.evenements) for a in inattendus] == [{avant.reference, ensuite.reference}]


@pytest.mark.parametrize(("etat", "apres"), PASSAGES)
def test_l_anomalie_est_une_phrase_que_l_on_comprend(etat: str, apres: Fabrique):
    avant, ensuite = POSE[etat](le(1), id="avant"), apres(le(2), id="ensuite")

    for anomalie in lu(avant, ensuite).anomalies:
        assert re.fullmatch(r"(« )?[A-ZÀÉ].*\S\.", anomalie.phrase)
        assert not re.search(r"[A-Z]{3}|_|\b(avant|ensuite)\b|urn:", anomalie.phrase)
        assert ensuite.libelle.lower().split()[0] in anomalie.phrase.lower()


def test_un_evenement_muet_ne_s_interpose_pas_entre_deux_etats():
    orientee, entre = orientation(le(1)), entree(le(3))
    (anomalie,) = lu(orientee, resultat(le(2)), entre).anomalies

    assert set(anomalie.evenements) == {orientee.reference, entre.reference}


def test_un_passage_inattendu_redevient_attendu_quand_le_chainon_arrive():
    orientee, entre = orientation(le(1)), entree(le(5))
    chainons = [demande(le(2)), avis_favorable(le(3))]

    assert len(lu(orientee, entre).anomalies) == 1
    assert lu(orientee, entre, *chainons).anomalies == []


def test_un_passage_inattendu_disparait_avec_l_evenement_annule():
    entre, doublon = entree(le(9)), entree(le(10))

    assert len(lu(entre, doublon).anomalies) == 1
    assert lu(entre, doublon, annulation(doublon)).anomalies == []


def test_chaque_etape_a_son_etat():
    parcours = lu(entree(le(9)), sortie(le(20)), orientation(le(21), etape_id=AUTRE_ETAPE))

    assert {e.id: e.etat for e in parcours.etapes} == {
        ETAPE: EtatEtape.SORTIE,
        AUTRE_ETAPE: EtatEtape.ORIENTEE,
    }
    assert parcours.anomalies == []


# --- Ce que l'étape retient ----------------------------------------------------------------


def test_l_etape_retient_les_dates_de_sa_vie():
    etape = _etape(
        lu(
            orientation(le(1), type_etape="CERTIFIANT", axe=1, intitule="Soudage"),
            demande(le(2)),
            avis_favorable(le(3), entree_prevue_le="2026-03-09"),
            entree(le(9), heures_prevues=350, fin_prevue_le="2026-06-30"),
        )
    )

    assert (etape.type_etape, etape.axe, etape.intitule) == ("CERTIFIANT", 1, "Soudage")
    assert (etape.orientee_le, etape.positionnee_le, etape.acceptee_le, etape.entree_le) == (
        le(1),
        le(2),
        le(3),
        le(9),
    )
    assert (etape.entree_prevue_le, etape.heures_prevues, etape.fin_prevue_le) == (
        date(2026, 3, 9),
        350,
        date(2026, 6, 30),
    )


def test_une_suspension_court_jusqu_a_la_reprise():
    etape = _etape(
        lu(
            entree(le(1)),
            suspension(le(9), motif="MALADIE", fin_prevue_le="2026-03-20"),
            reprise(le(16)),
            suspension(le(20), motif="LOGEMENT"),
            reprise(le(23)),
            suspension(le(25), motif="AUTRE"),
        )
    )

    assert [(s.debut_le, s.motif, s.fin_prevue_le, s.fin_le) for s in etape.suspensions] == [
        (le(9), "MALADIE", date(2026, 3, 20), le(16)),
        (le(20), "LOGEMENT", None, le(23)),
        (le(25), "AUTRE", None, None),
    ]


def test_les_resultats_de_certification_restent_a_l_etape():
    jury = resultat(le(30), code="RNCP37000", resultat="TOTALE")
    etape = _etape(lu(entree(le(9)), sortie(le(27)), jury))

    assert etape.certifications == [jury]
    assert etape.etat is EtatEtape.SORTIE
