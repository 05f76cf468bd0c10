"""Ce qu’une lecture met à part, et pourquoi : une liste fermée de raisons."""

from datetime import date

from contracts.lecture import MiseAPart, Raison, appuis, lire_parcours, mises_a_part
from tests.contracts.faits import (
    FIN,
    annulation,
    correction,
    en_cause,
    entree,
    le,
    lu,
    ouverture,
    sortie,
)

ENTREE, SORTIE = entree(le(9)), sortie(le(20))
MARS = date(2026, 3, 15)


def test_ce_qui_est_posterieur_a_la_date_lue_est_a_part():
    parcours = lire_parcours([ENTREE, SORTIE], MARS)

    assert mises_a_part(parcours) == [MiseAPart(SORTIE.reference, Raison.POSTERIEUR)]
    assert appuis(parcours) == [ENTREE]


def test_ce_que_l_on_ne_savait_pas_encore_est_a_part():
    parcours = lire_parcours([ENTREE], FIN)

    assert mises_a_part(parcours, [SORTIE.reference]) == [
        MiseAPart(SORTIE.reference, Raison.PAS_ENCORE_CONNU)
    ]


def test_un_evenement_corrige_est_a_part_pour_les_champs_que_chaque_correction_remplace():
    une = correction(ENTREE, {"/data/heures_prevues": 1, "/data/nouveau_plan": True}, id="k1")
    autre = correction(ENTREE, {"/data/heures_prevues": 2}, id="k2")
    parcours = lu(ENTREE, une, autre)

    assert mises_a_part(parcours) == [
        MiseAPart(ENTREE.reference, Raison.CORRIGE, (une.reference,), ("/data/nouveau_plan",)),
        MiseAPart(ENTREE.reference, Raison.CORRIGE, (autre.reference,), ("/data/heures_prevues",)),
    ]
    assert [e.reference for e in appuis(parcours)] == [
        ENTREE.reference,
        une.reference,
        autre.reference,
    ]


def test_un_evenement_annule_dit_par_lequel():
    retrait = annulation(ENTREE)

    assert mises_a_part(lu(ENTREE, retrait)) == [
        MiseAPart(ENTREE.reference, Raison.ANNULE, (retrait.reference,))
    ]


def test_une_annulation_annulee_est_a_part_et_son_fait_ne_l_est_plus():
    retrait = annulation(ENTREE)
    retour = annulation(retrait)
    parcours = lu(ENTREE, retrait, retour)

    assert mises_a_part(parcours) == [
        MiseAPart(retrait.reference, Raison.ANNULE, (retour.reference,))
    ]
    assert appuis(parcours) == [ENTREE, retour]


def test_un_evenement_corrige_puis_annule_n_est_qu_annule():
    corrige, retrait = correction(ENTREE, {"/data/heures_prevues": 1}), annulation(ENTREE)

    assert [m.raison for m in mises_a_part(lu(ENTREE, corrige, retrait))] == [Raison.ANNULE]


def test_une_rectification_vaine_est_a_part_et_seule_celle_qui_attend_n_est_pas_une_anomalie():
    en_attente = annulation(entree(le(1), id="inconnue"))
    ailleurs = annulation(entree(le(1), id="lointaine"))
    en_rond = annulation(ENTREE, id="rond", cible={"source": ENTREE.source, "id": "rond"})
    lointaine = ailleurs.data.cible.reference
    parcours = lu(ouverture(), ENTREE, en_attente, ailleurs, en_rond, ailleurs=(lointaine,))

    assert {m.evenement: m.raison for m in mises_a_part(parcours)} == {
        en_attente.reference: Raison.EN_ATTENTE_DE_CIBLE,
        ailleurs.reference: Raison.CIBLE_AILLEURS,
        en_rond.reference: Raison.CYCLE,
    }
    assert en_cause(parcours) == {ailleurs.reference, en_rond.reference, lointaine}
