"""Contester un événement : le marquer, sans rien changer aux états (evenements.md §2 et §3)."""

import pytest

from contracts.lecture import EtatEtape, Parcours, Raison, lire_parcours
from tests.contracts.faits import (
    ETRANGER,
    FIN,
    REFERENT,
    Fabrique,
    abandon,
    annulation,
    contestation,
    correction,
    entree,
    ids,
    le,
    lu,
    ouverture,
)

ENTREE, ABANDON = entree(le(9)), abandon(le(12))
CONTESTE = contestation(ABANDON, le(13), par=REFERENT, motif="FAIT_NON_REALISE")


def contestes(parcours: Parcours) -> list[str]:
    return [a.evenements[0].id for a in parcours.anomalies if a.code == "contestation"]


def test_un_evenement_conteste_garde_son_effet():
    parcours = lu(ouverture(), ENTREE, ABANDON, CONTESTE)

    assert parcours.etapes[0].etat is EtatEtape.ABANDONNEE
    assert parcours.evenements == lire_parcours([ouverture(), ENTREE, ABANDON], FIN).evenements


def test_une_contestation_se_dit_a_l_emetteur_de_l_evenement_et_dit_par_quoi():
    parcours = lu(ouverture(), ENTREE, ABANDON, CONTESTE)

    (anomalie,) = parcours.anomalies
    assert (anomalie.code, anomalie.evenements) == (
        "contestation",
        (ABANDON.reference, CONTESTE.reference),
    )
    assert anomalie.phrase == (
        "« Abandon constaté » est contesté : fait non réalisé. "
        "Il compte tel qu’il est dit, tant que nul n’a répondu."
    )
    assert parcours.effets.contestations == {ABANDON.reference: (CONTESTE,)}


def test_la_contestation_d_un_evenement_annule_n_a_plus_d_objet():
    parcours = lu(ouverture(), ABANDON, CONTESTE, annulation(ABANDON))

    assert contestes(parcours) == []
    assert parcours.effets.contestations == {}


def test_retirer_une_contestation_l_eteint_et_annuler_ce_retrait_la_rallume():
    retrait = annulation(CONTESTE)

    assert contestes(lu(ABANDON, ouverture(), CONTESTE, retrait)) == []
    assert contestes(lu(ABANDON, ouverture(), CONTESTE, retrait, annulation(retrait))) == [
        ABANDON.id
    ]


def test_corriger_apres_coup_est_repondre_corriger_avant_ne_l_est_pas():
    champs = {"/data/motif": "MALADIE_MATERNITE_PATERNITE"}
    avant, apres = (correction(ABANDON, champs, le(jour)) for jour in (12, 14))

    assert contestes(lu(ouverture(), ABANDON, CONTESTE, avant)) == [ABANDON.id]
    repondue = lu(ouverture(), ABANDON, CONTESTE, apres)
    assert contestes(repondue) == []
    assert repondue.effets.contestations == {ABANDON.reference: (CONTESTE,)}


def test_une_seconde_contestation_se_dit_a_son_tour():
    reponse = correction(ABANDON, {"/data/motif": "AUTRE_FORMATION"}, le(14))
    encore = contestation(ABANDON, le(15), par=REFERENT, id="encore")
    parcours = lu(ouverture(), ABANDON, CONTESTE, reponse, encore)

    assert [a.evenements[1].id for a in parcours.anomalies] == ["encore"]


def test_un_etranger_ne_conteste_pas():
    tentative = contestation(ABANDON, par=ETRANGER)
    parcours = lu(ouverture(), ABANDON, tentative)

    assert contestes(parcours) == []
    assert parcours.effets.sans_effet == {tentative.reference: Raison.NON_HABILITE}


def test_une_contestation_attend_sa_cible():
    assert lu(ouverture(), CONTESTE).effets.sans_effet == {
        CONTESTE.reference: Raison.EN_ATTENTE_DE_CIBLE
    }
    assert contestes(lu(ouverture(), CONTESTE, ABANDON)) == [ABANDON.id]


def test_une_contestation_d_un_evenement_d_un_autre_parcours_est_une_anomalie():
    parcours = lu(ouverture(), CONTESTE, ailleurs=(ABANDON.reference,))

    assert [a.code for a in parcours.anomalies] == ["cible_ailleurs"]
    assert parcours.effets.sans_effet == {CONTESTE.reference: Raison.CIBLE_AILLEURS}


@pytest.mark.parametrize("rectifier", [annulation, contestation])
def test_une_rectification_se_conteste_et_garde_son_effet(rectifier: Fabrique):
    rectification = rectifier(ABANDON, le(13), id="r")
    conteste = contestation(rectification, le(14), par=REFERENT)
    parcours = lu(ouverture(), ABANDON, rectification, conteste)

    assert "r" in contestes(parcours)
    assert (ABANDON.id in ids(parcours)) is (rectifier is contestation)


def test_des_contestations_qui_se_visent_sont_un_cycle():
    une = contestation(ABANDON, id="une", cible={"source": ABANDON.source, "id": "autre"})
    autre = contestation(une, id="autre")
    parcours = lu(ABANDON, une, autre)

    assert parcours.effets.sans_effet == {
        une.reference: Raison.CYCLE,
        autre.reference: Raison.CYCLE,
    }
    assert contestes(parcours) == []
