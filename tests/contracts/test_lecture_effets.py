"""Annuler, rétablir, tourner en rond, viser ailleurs (evenements.md §3, règle 1)."""

from datetime import date

import pytest

from contracts.base import Evenement
from contracts.lecture import EtatEtape, Raison, lire_parcours
from contracts.listes import MotifAbandon
from tests.contracts.faits import (
    ETRANGER,
    FIN,
    ORGANISME,
    abandon,
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


def test_un_evenement_annule_ne_compte_plus():
    parcours = lu(ENTREE, annulation(ENTREE))

    assert parcours.evenements == []
    assert parcours.etapes == []
    assert parcours.effets.sans_effet == {ENTREE.reference: Raison.ANNULE}
    assert parcours.anomalies == []


def test_annuler_une_annulation_retablit():
    retrait = annulation(ENTREE)
    parcours = lu(ENTREE, retrait, annulation(retrait))

    assert ids(parcours) == [ENTREE.id]
    assert parcours.effets.sans_effet == {retrait.reference: Raison.ANNULE}


def test_annuler_le_retablissement_annule_de_nouveau():
    retrait = annulation(ENTREE)
    retour = annulation(retrait)

    assert ids(lu(ENTREE, retrait, retour, annulation(retour))) == []


def test_il_faut_lever_toutes_les_annulations_pour_retablir():
    premiere, seconde = annulation(ENTREE, id="a1"), annulation(ENTREE, id="a2")

    assert ids(lu(ENTREE, premiere, seconde, annulation(premiere, id="r1"))) == []
    assert ids(
        lu(ENTREE, premiere, seconde, annulation(premiere, id="r1"), annulation(seconde, id="r2"))
    ) == [ENTREE.id]


def test_une_annulation_vaut_pour_tout_le_passe_quelle_que_soit_sa_date():
    avant = annulation(ENTREE, le(1, mois=1))
    apres = annulation(ENTREE, le(1, mois=11))

    for retrait in (avant, apres):
        assert lire_parcours([ENTREE, retrait], date(2026, 4, 1)).evenements == []


def test_annuler_une_sortie_rend_la_personne_a_sa_formation():
    depart = sortie(le(20))

    assert lu(ENTREE, depart, annulation(depart)).etapes[0].etat is EtatEtape.EN_FORMATION


@pytest.mark.parametrize(("longueur", "compte"), [(2999, False), (3000, True)])
def test_trois_mille_annulations_enchainees_se_lisent(longueur: int, compte: bool):  # noqa: FBT001
    chaine = [ENTREE]
    for rang in range(longueur):
        chaine.append(annulation(chaine[-1], id=f"a{rang}"))

    for arrivee in (chaine, chaine[::-1]):
        assert bool(lire_parcours(arrivee, FIN).evenements) is compte


def test_trois_mille_corrections_enchainees_se_lisent():
    chaine = [correction(ENTREE, {"/data/heures_prevues": 0}, id="k0")]
    for rang in range(1, 3000):
        # Each says what the one before should have said, down to the hours of the entry.
        chaine.append(correction(chaine[-1], {"/data/motif": "PRECISION_RECUE"}, id=f"k{rang}"))
    chaine.append(correction(chaine[0], {"/data/champs": {"/data/heures_prevues": 7}}, id="k"))

    (etape,) = lire_parcours([ENTREE, *chaine], FIN).etapes
    assert etape.heures_prevues == 7


def test_mille_corrections_d_un_meme_fait_se_lisent():
    journal = [correction(ENTREE, {"/data/heures_prevues": n}, id=f"k{n:04}") for n in range(1000)]

    assert lire_parcours([ENTREE, *journal], FIN).etapes[0].heures_prevues == 999


# --- Cycles, cibles ailleurs, cibles inconnues ---------------------------------------------


def _cycle(longueur: int) -> list[Evenement]:
    """Des annulations qui se visent en rond : la première vise la dernière."""
    patron = annulation(ENTREE)

    def maillon(rang: int) -> Evenement:
        vise = {"source": ORGANISME, "id": f"c{(rang - 1) % longueur}"}
        return annulation(patron, id=f"c{rang}", cible=vise)

    return [maillon(rang) for rang in range(longueur)]


@pytest.mark.parametrize("longueur", [1, 2, 3])
def test_un_cycle_est_une_anomalie_sans_effet(longueur: int):
    cycle = _cycle(longueur)
    parcours = lu(ENTREE, *cycle)

    assert ids(parcours) == [ENTREE.id]
    assert parcours.effets.sans_effet == {m.reference: Raison.CYCLE for m in cycle}
    assert en_cause(parcours) == {m.reference for m in cycle}


def test_un_cycle_de_trois_mille_annulations_se_lit():
    cycle = _cycle(3000)
    parcours = lire_parcours([ENTREE, *cycle], FIN)

    assert ids(parcours) == [ENTREE.id]
    assert set(parcours.effets.sans_effet.values()) == {Raison.CYCLE}


def test_viser_un_cycle_n_est_pas_tourner_en_rond():
    cycle = _cycle(3)
    du_dehors = annulation(cycle[0], id="du-dehors")
    parcours = lu(ENTREE, *cycle, du_dehors)

    assert ids(parcours) == [ENTREE.id]
    assert du_dehors.reference not in parcours.effets.sans_effet
    assert set(parcours.effets.sans_effet) == {maillon.reference for maillon in cycle}


def test_une_correction_d_elle_meme_est_un_cycle():
    elle = correction(
        ENTREE, {"/data/motif": "AUTRE"}, id="k", cible={"source": ORGANISME, "id": "k"}
    )

    assert lu(ENTREE, elle).effets.sans_effet == {elle.reference: Raison.CYCLE}


def test_une_correction_et_une_annulation_qui_se_visent_sont_un_cycle():
    retrait = annulation(ENTREE, id="a", cible={"source": ORGANISME, "id": "k"})
    correctif = correction(retrait, {"/data/motif": "DOUBLON"}, id="k")
    parcours = lu(ENTREE, retrait, correctif)

    assert parcours.evenements == [ENTREE]
    assert parcours.effets.sans_effet == {
        retrait.reference: Raison.CYCLE,
        correctif.reference: Raison.CYCLE,
    }


def test_un_cycle_ne_gene_pas_les_rectifications_d_a_cote():
    depart = sortie(le(20))

    assert ids(lu(ENTREE, depart, *_cycle(2), annulation(depart))) == [ENTREE.id]


def test_une_cible_dans_un_autre_parcours_est_une_anomalie():
    lointain = entree(le(9), id="entree-d-une-autre")
    retrait = annulation(lointain)
    parcours = lu(ENTREE, retrait, ailleurs=(lointain.reference,))

    assert ids(parcours) == [ENTREE.id]
    assert parcours.effets.sans_effet == {retrait.reference: Raison.CIBLE_AILLEURS}
    assert retrait.reference in en_cause(parcours)


@pytest.mark.parametrize(
    "rectification", [annulation(ENTREE), correction(ENTREE, {"/data/heures_prevues": 1})]
)
def test_une_cible_inconnue_attend_sans_effet(rectification: Evenement):
    depart = sortie(le(20))
    parcours = lu(depart, rectification)

    assert ids(parcours) == [depart.id]
    assert parcours.effets.sans_effet == {rectification.reference: Raison.EN_ATTENTE_DE_CIBLE}
    assert parcours.anomalies == []


def test_une_rectification_en_attente_peut_etre_annulee_avant_que_sa_cible_arrive():
    retrait = annulation(ENTREE)
    leve = annulation(retrait)

    assert ids(lu(retrait, leve)) == []
    assert ids(lu(retrait, leve, ENTREE)) == [ENTREE.id]


def test_le_meme_identifiant_d_une_autre_source_n_est_pas_la_cible():
    jumeau = entree(le(9), par=ETRANGER)
    parcours = lu(jumeau, annulation(ENTREE))

    assert [e.reference for e in parcours.evenements] == [jumeau.reference]


def test_une_redite_ne_change_rien():
    quitte = abandon(le(20))
    corrige = correction(quitte, {"/data/motif": "RETOUR_EMPLOI"})
    journal = [ENTREE, quitte, corrige]

    assert lire_parcours([*journal, *journal], FIN) == lire_parcours(journal, FIN)
    assert lire_parcours(journal, FIN).evenements[-1].data.motif is MotifAbandon.RETOUR_EMPLOI
