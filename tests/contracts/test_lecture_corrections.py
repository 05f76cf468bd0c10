"""Corriger un événement, ou une correction (evenements.md §3, règle 1)."""

from datetime import date

import pytest

from contracts.lecture import EtatEtape, Raison
from tests.contracts.faits import (
    AUTRE_ETAPE,
    ETAPE,
    ORGANISME,
    annulation,
    correction,
    en_cause,
    entree,
    ids,
    le,
    lu,
    sortie,
)

ENTREE = entree(le(9))


def test_une_correction_remplace_les_champs_qu_elle_nomme_et_eux_seuls():
    depart = sortie(le(20), nature="ABANDON", heures_realisees=120, taux=80)
    parcours = lu(depart, correction(depart, {"/data/nature": "TERME_ATTEINT"}))

    (corrige,) = parcours.evenements
    assert corrige.data == depart.data.model_copy(update={"nature": corrige.data.nature})
    assert corrige.data.nature == "TERME_ATTEINT"
    assert (corrige.reference, corrige.time, corrige.organisation) == (
        depart.reference,
        depart.time,
        depart.organisation,
    )


def test_une_correction_garde_le_fait_d_origine_intact():
    depart = sortie(le(20), nature="ABANDON")
    avant = depart.model_dump_json()
    lu(depart, correction(depart, {"/data/nature": "TERME_ATTEINT"}))

    assert depart.model_dump_json() == avant


def test_une_correction_peut_vider_un_champ():
    depart = sortie(le(20), heures_realisees=120)

    assert (
        lu(depart, correction(depart, {"/data/heures_realisees": None})).etapes[0].heures_realisees
        is None
    )


def test_une_correction_peut_remplir_un_champ_tu():
    assert (
        lu(ENTREE, correction(ENTREE, {"/data/fin_prevue_le": "2026-06-30"}))
        .etapes[0]
        .fin_prevue_le
    ) == date(2026, 6, 30)


def test_une_correction_nomme_un_champ_dans_un_champ():
    chez = entree(le(9), organisme_formateur={"siret": "66666666600066", "uai": "0690001A"})
    (corrige,) = lu(
        chez, correction(chez, {"/data/organisme_formateur/siret": "77777777700077"})
    ).evenements

    assert corrige.data.organisme_formateur.siret == "77777777700077"
    assert corrige.data.organisme_formateur.uai == "0690001A"


def test_une_correction_nomme_un_champ_dans_un_champ_tu():
    siret = "77777777700077"
    (corrige,) = lu(
        ENTREE, correction(ENTREE, {"/data/organisme_formateur/siret": siret})
    ).evenements

    assert corrige.data.organisme_formateur.siret == siret


def test_une_correction_de_date_deplace_le_fait_dans_la_vie():
    depart = sortie(le(5))
    parcours = lu(ENTREE, depart, correction(depart, {"/time": le(20).isoformat()}))

    assert ids(parcours) == [ENTREE.id, depart.id]
    assert parcours.etapes[0].sortie_le == le(20)
    assert parcours.anomalies == []


def test_une_correction_d_etape_deplace_le_fait_d_une_etape_a_l_autre():
    depart = sortie(le(20))
    parcours = lu(
        ENTREE,
        entree(le(10), etape_id=AUTRE_ETAPE),
        depart,
        correction(depart, {"/data/etape_id": str(AUTRE_ETAPE)}),
    )

    assert {etape.id: etape.etat for etape in parcours.etapes} == {
        ETAPE: EtatEtape.EN_FORMATION,
        AUTRE_ETAPE: EtatEtape.SORTIE,
    }


@pytest.mark.parametrize(
    ("faible", "forte"),
    [
        ({"quand": le(1, mois=6)}, {"quand": le(2, mois=6)}),
        ({"quand": le(2, mois=6), "id": "a"}, {"quand": le(2, mois=6), "id": "b"}),
        (
            {"source": f"{ORGANISME}:a", "id": "z"},
            {"source": f"{ORGANISME}:b", "id": "a"},
        ),
        ({"quand": le(1, mois=6), "source": f"{ORGANISME}:b"}, {"quand": le(2, mois=6)}),
    ],
    ids=["la date d’abord", "puis l’identifiant", "la source avant l’identifiant", "date d’abord"],
)
def test_de_deux_corrections_la_plus_grande_l_emporte(
    faible: dict[str, object], forte: dict[str, object]
):
    parcours = lu(
        ENTREE,
        correction(ENTREE, {"/data/heures_prevues": 1}, **{"id": "k1"} | faible),
        correction(ENTREE, {"/data/heures_prevues": 2}, **{"id": "k2"} | forte),
    )

    assert parcours.etapes[0].heures_prevues == 2


def test_la_plus_grande_se_juge_a_l_instant_et_non_a_l_heure_ecrite():
    tard = correction(ENTREE, {"/data/heures_prevues": 1}, le(2, heure=10), id="k1")
    ecrite_plus_tot = tard.model_dump(mode="json") | {
        "id": "k2",
        "time": "2026-03-02T09:30:00Z",  # 10:30 in Paris
        "data": tard.data.model_dump(mode="json") | {"champs": {"/data/heures_prevues": 2}},
    }

    assert (
        lu(ENTREE, tard, type(tard).model_validate(ecrite_plus_tot)).etapes[0].heures_prevues == 2
    )


def test_deux_corrections_de_champs_differents_valent_toutes_les_deux():
    parcours = lu(
        ENTREE,
        correction(ENTREE, {"/data/heures_prevues": 350}, le(1, mois=6), id="k1"),
        correction(ENTREE, {"/data/fin_prevue_le": "2026-06-30"}, le(2, mois=6), id="k2"),
    )

    assert parcours.etapes[0].heures_prevues == 350
    assert parcours.etapes[0].fin_prevue_le == date(2026, 6, 30)


def test_annuler_la_derniere_correction_rend_la_precedente():
    premiere = correction(ENTREE, {"/data/heures_prevues": 1}, le(1, mois=6), id="k1")
    seconde = correction(ENTREE, {"/data/heures_prevues": 2}, le(2, mois=6), id="k2")

    assert lu(ENTREE, premiere, seconde, annulation(seconde)).etapes[0].heures_prevues == 1


def test_annuler_la_seule_correction_rend_le_fait_tel_qu_il_fut_dit():
    correctif = correction(ENTREE, {"/data/heures_prevues": 1})

    assert lu(ENTREE, correctif, annulation(correctif)).evenements == [ENTREE]


def test_une_correction_se_corrige():
    premiere = correction(ENTREE, {"/data/heures_prevues": 1})

    parcours = lu(
        ENTREE,
        premiere,
        correction(premiere, {"/data/champs": {"/data/heures_prevues": 2}}),
    )
    assert parcours.etapes[0].heures_prevues == 2


def test_corriger_la_date_d_une_correction_change_celle_qui_l_emporte():
    premiere = correction(ENTREE, {"/data/heures_prevues": 1}, le(1, mois=6), id="k1")
    seconde = correction(ENTREE, {"/data/heures_prevues": 2}, le(2, mois=6), id="k2")

    parcours = lu(
        ENTREE, premiere, seconde, correction(premiere, {"/time": le(3, mois=6).isoformat()})
    )
    assert parcours.etapes[0].heures_prevues == 1


def test_corriger_une_annulation_ne_la_leve_pas():
    retrait = annulation(ENTREE)

    assert ids(lu(ENTREE, retrait, correction(retrait, {"/data/motif": "DOUBLON"}))) == []


def test_une_rectification_ne_change_pas_de_cible():
    depart = sortie(le(20))
    retrait = annulation(ENTREE)
    change = correction(retrait, {"/data/cible/id": depart.id})
    parcours = lu(ENTREE, depart, retrait, change)

    assert ids(parcours) == [depart.id]
    assert parcours.effets.sans_effet[change.reference] is Raison.ILLISIBLE
    assert change.reference in en_cause(parcours)


def test_un_fait_corrige_puis_annule_ne_compte_plus():
    assert (
        ids(lu(ENTREE, correction(ENTREE, {"/data/heures_prevues": 1}), annulation(ENTREE))) == []
    )


def test_on_sait_quelles_corrections_ont_fait_le_fait_que_l_on_lit():
    premiere = correction(ENTREE, {"/data/heures_prevues": 1}, le(1, mois=6), id="k1")
    seconde = correction(ENTREE, {"/data/nouveau_plan": True}, le(2, mois=6), id="k2")

    corrections = lu(ENTREE, seconde, premiere).effets.corrections
    assert {fait: [c.id for c in suite] for fait, suite in corrections.items()} == {
        ENTREE.reference: ["k1", "k2"]
    }


def test_une_correction_illisible_laisse_le_fait_tel_qu_il_fut_dit():
    bonne = correction(ENTREE, {"/data/heures_prevues": 10}, le(1, mois=6), id="k1")
    illisible = correction(ENTREE, {"/data/heures_prevues": "beaucoup"}, le(2, mois=6), id="k2")
    parcours = lu(ENTREE, bonne, illisible)

    assert parcours.etapes[0].heures_prevues == 10
    assert parcours.effets.sans_effet == {illisible.reference: Raison.ILLISIBLE}
    assert illisible.reference in en_cause(parcours)


def test_une_date_naive_dans_une_correction_est_illisible():
    illisible = correction(ENTREE, {"/time": "2026-03-20T12:00:00"})
    parcours = lu(ENTREE, illisible)

    assert parcours.evenements == [ENTREE]
    assert parcours.effets.sans_effet == {illisible.reference: Raison.ILLISIBLE}
