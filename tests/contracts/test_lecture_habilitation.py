"""Qui peut rectifier quoi (evenements.md §2, Rectification)."""

import pytest

from contracts.lecture import Raison
from tests.contracts.faits import (
    ETRANGER,
    ORGANISME,
    OUVREUR,
    REFERENT,
    annulation,
    correction,
    en_cause,
    entree,
    ids,
    le,
    lu,
    ouverture,
    suspension,
)

ENTREE = entree(le(9))


@pytest.mark.parametrize("qui", [ORGANISME, REFERENT, OUVREUR])
def test_l_emetteur_le_referent_et_l_ouvreur_rectifient(qui: str):
    parcours = lu(ouverture(), ENTREE, annulation(ENTREE, par=qui))

    assert ENTREE.id not in ids(parcours)
    assert parcours.anomalies == []


@pytest.mark.parametrize("rectifier", [annulation, correction])
def test_un_etranger_ne_rectifie_pas(rectifier: object):
    champs = ({"/data/heures_prevues": 1},) if rectifier is correction else ()
    tentative = rectifier(ENTREE, *champs, par=ETRANGER)  # type: ignore[operator]
    parcours = lu(ouverture(), ENTREE, tentative)

    assert parcours.evenements[-1] == ENTREE
    assert parcours.effets.sans_effet == {tentative.reference: Raison.NON_HABILITE}
    assert tentative.reference in en_cause(parcours)


def test_un_etranger_ne_leve_pas_une_annulation():
    retrait = annulation(ENTREE)
    parcours = lu(ouverture(), ENTREE, retrait, annulation(retrait, par=ETRANGER))

    assert ENTREE.id not in ids(parcours)


def test_l_organisme_ne_leve_pas_l_annulation_du_referent():
    retrait = annulation(ENTREE, par=REFERENT)
    parcours = lu(ouverture(), ENTREE, retrait, annulation(retrait, par=ORGANISME))

    assert ENTREE.id not in ids(parcours)


def test_sans_ouverture_connue_le_referent_n_est_personne():
    parcours = lu(ENTREE, annulation(ENTREE, par=REFERENT))

    assert ids(parcours) == [ENTREE.id]


def test_une_organisation_rectifie_d_un_systeme_ce_qu_elle_a_dit_d_un_autre():
    dite = suspension(le(12), source=f"{ORGANISME}:lms")
    parcours = lu(dite, annulation(dite, source=f"{ORGANISME}:crm"))

    assert ids(parcours) == []


def test_qui_a_pris_la_decision_la_rectifie_bien_que_la_plateforme_l_ait_emise():
    ouvert = ouverture(source="urn:sanscouture:orientation")
    parcours = lu(
        ouvert, correction(ouvert, {"/data/objectif": "Devenir tuyauteuse"}, source=OUVREUR)
    )

    assert parcours.ouverture is not None
    assert parcours.ouverture.data.objectif == "Devenir tuyauteuse"


def test_le_nouveau_referent_rectifie_a_la_place_de_l_ancien():
    ouvert = ouverture()
    change = correction(ouvert, {"/data/referent/organisme/siret": ETRANGER.rpartition(":")[2]})

    assert ENTREE.id not in ids(lu(ouvert, change, ENTREE, annulation(ENTREE, par=ETRANGER)))
    assert ENTREE.id in ids(lu(ouvert, change, ENTREE, annulation(ENTREE, par=REFERENT)))


def test_le_referent_passe_la_main():
    ouvert = ouverture()
    siret = "/data/referent/organisme/siret"
    change = correction(ouvert, {siret: ETRANGER.rpartition(":")[2]}, par=REFERENT)

    assert ENTREE.id not in ids(lu(ouvert, change, ENTREE, annulation(ENTREE, par=ETRANGER)))


def test_nul_ne_se_fait_referent_soi_meme():
    ouvert = ouverture()
    siret = "/data/referent/organisme/siret"
    change = correction(ouvert, {siret: ETRANGER.rpartition(":")[2]}, par=ETRANGER)

    assert ENTREE.id in ids(lu(ouvert, change, ENTREE, annulation(ENTREE, par=ETRANGER)))
