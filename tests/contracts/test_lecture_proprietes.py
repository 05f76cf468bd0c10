"""Ce qui vaut de tout parcours, tiré au hasard : l’ordre, les redites, une seconde lecture."""

from dataclasses import replace
from datetime import date, datetime
from random import Random

from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from contracts.base import jour
from contracts.lecture import (
    NatureEcart,
    Raison,
    Relecture,
    appuis,
    ecarts,
    lire_parcours,
    mises_a_part,
)
from tests.contracts import oracle
from tests.contracts.faits import FIN, le
from tests.contracts.hasard import JOURS, Recette, des_recettes, raconter

# Explaining a failure takes minutes, and says less than the recipe itself.
CHERCHER = settings(max_examples=200, deadline=None, phases=set(Phase) - {Phase.explain})
UN_PEU = settings(CHERCHER, max_examples=60)
FOLLES, SAGES = des_recettes(sages=False), des_recettes(sages=True)


@CHERCHER
@given(FOLLES, JOURS, st.randoms(use_true_random=False))
def test_ni_l_ordre_d_arrivee_ni_les_redites_ne_changent_rien(
    recette: Recette, au: date, hasard: Random
):
    journal = raconter(recette, sages=False)
    redit = journal + hasard.choices(journal, k=4)
    hasard.shuffle(journal)
    hasard.shuffle(redit)
    lu = lire_parcours(raconter(recette, sages=False), au)

    for relu in (lire_parcours(journal, au), lire_parcours(redit, au)):
        assert relu == lu
        assert (relu.etat, relu.en_conflit) == (lu.etat, lu.en_conflit)


@CHERCHER
@given(FOLLES)
def test_chaque_evenement_compte_ou_dit_pourquoi_il_ne_compte_pas(recette: Recette):
    journal = raconter(recette, sages=False)
    connus = {evenement.reference for evenement in journal}
    lus = lire_parcours(journal, FIN).effets
    comptent = [evenement.reference for evenement in lus.evenements]

    assert len(comptent) == len(set(comptent))
    for evenement in journal:
        raison = lus.sans_effet.get(evenement.reference)
        if evenement.target is None:
            assert raison in {None, Raison.ANNULE}
            assert (evenement.reference in comptent) is (raison is None)
        if evenement.target == evenement.reference:
            assert raison is not None
        if raison is Raison.EN_ATTENTE_DE_CIBLE:
            assert evenement.target not in connus


@UN_PEU
@given(FOLLES, JOURS, st.integers(0, 25))
def test_tout_evenement_est_un_appui_ou_mis_a_part(recette: Recette, au: date, sus: int):
    journal = raconter(recette, sages=False)
    inconnus = [evenement.reference for evenement in journal[sus:]]
    parcours = lire_parcours(journal[:sus], au)
    en_tout = [m for m in mises_a_part(parcours, inconnus) if m.raison is not Raison.CORRIGE]
    ranges = [e.reference for e in appuis(parcours)] + [m.evenement for m in en_tout]

    assert sorted(ranges) == sorted({evenement.reference for evenement in journal})


@UN_PEU
@given(FOLLES, *[JOURS, st.integers(0, 25)] * 2)
def test_la_difference_dit_tout_ce_qui_differe_et_rien_d_autre(
    recette: Recette, au: date, sus: int, puis_au: date, puis_sus: int
):
    journal = [
        evenement.model_copy(
            update={"recordedtime": le(1, mois=4, heure=1 + rang // 60, minute=rang % 60)}
        )
        for rang, evenement in enumerate(raconter(recette, sages=False))
    ]
    avant, apres = (
        Relecture(lire_parcours(journal[:connus], jour_lu), le(1, mois=4, minute=connus))
        for jour_lu, connus in ((au, sus), (puis_au, puis_sus))
    )
    dits = ecarts(avant, apres, journal, str)

    faits = [{e.reference for e in lue.parcours.evenements} for lue in (avant, apres)]
    assert {e.evenements[0] for e in dits if e.nature is NatureEcart.COMPTE_EN_PLUS} == (
        faits[1] - faits[0]
    )
    assert {e.evenements[0] for e in dits if e.nature is NatureEcart.NE_COMPTE_PLUS} == (
        faits[0] - faits[1]
    )
    lus = [
        (p.etat, p.en_conflit, p.anomalies, p.evenements) for p in (avant.parcours, apres.parcours)
    ]
    assert (lus[0] == lus[1]) is (dits == [])


@CHERCHER
@given(FOLLES, JOURS)
def test_tout_fait_vecu_d_une_etape_est_dans_une_seule_etape(recette: Recette, au: date):
    parcours = lire_parcours(raconter(recette, sages=False), au)
    ranges = [e.reference for etape in parcours.etapes for e in etape.evenements]

    assert len(set(ranges)) == len(ranges)
    assert len({etape.id for etape in parcours.etapes}) == len(parcours.etapes)
    assert all(etape.evenements for etape in parcours.etapes)
    assert {e.reference for e in parcours.evenements if hasattr(e.data, "dossier_ref")} <= set(
        ranges
    )


@CHERCHER
@given(SAGES, JOURS)
def test_au_ne_retient_que_les_faits_effectifs_d_ici_la(recette: Recette, au: date):
    journal = raconter(recette, sages=True)
    effectifs = lire_parcours(journal, FIN).evenements
    lu = lire_parcours(journal, au)
    d_ici_la = lire_parcours([e for e in effectifs if jour(e.time) <= au], au)

    assert lu.evenements == d_ici_la.evenements
    # An orientation still to come already says that the étape is not deduced.
    assert [replace(e, deduite=True) for e in lu.etapes] == (
        [replace(e, deduite=True) for e in d_ici_la.etapes]
    )
    assert (lu.emplois, lu.ouverture) == (d_ici_la.emplois, d_ici_la.ouverture)
    assert lu.etat is d_ici_la.etat


@CHERCHER
@given(SAGES, JOURS)
def test_une_seconde_lecture_dit_la_meme_chose(recette: Recette, au: date):
    journal = raconter(recette, sages=True)
    lu = lire_parcours(journal, au)
    attendu = oracle.lire([e.model_dump(mode="json") for e in journal], au)

    assert [(e.reference, e.time) for e in lu.evenements] == [
        ((fait["source"], fait["id"]), datetime.fromisoformat(fait["time"]))
        for fait in attendu.faits
    ]
    assert {str(etape.id): etape.etat for etape in lu.etapes} == attendu.etapes
    assert {str(etape.id) for etape in lu.etapes if etape.en_conflit} == attendu.en_conflit
    assert lu.etat == attendu.etat
    nees_des_etats = {frozenset(a.evenements) for a in lu.anomalies if a not in lu.effets.anomalies}
    assert nees_des_etats - attendu.sorties_en_conflit == (
        attendu.passages_inattendus - attendu.sorties_en_conflit
    )
