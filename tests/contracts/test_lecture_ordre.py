"""L’ordre de la vie, jamais celui de l’arrivée (evenements.md §3, règle 2)."""

from datetime import UTC, timedelta, timezone
from itertools import pairwise, permutations

import pytest

from contracts.base import Evenement
from contracts.catalogue import PAR_TYPE
from contracts.lecture import EtatEtape, EtatParcours, lire_parcours, ordre
from tests.contracts.faits import (
    FIN,
    ORGANISME,
    Fabrique,
    abandon,
    annulation,
    attestation,
    avis_favorable,
    contestation,
    correction,
    decision,
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

# A, B, C, D, E, entry, plan, suspension, resumption, abandon, exit, certification, employment.
# The comité decides between a suspension and the resumption it allows.
RANGS: list[list[Fabrique]] = [
    [ouverture],
    [orientation],
    [demande, avis_favorable, refus],
    [place_reservee, garantie],
    [entree],
    [attestation],
    [suspension],
    [saisine, decision],
    [reprise],
    [abandon],
    [sortie],
    [resultat],
    [retour_emploi],
]


def _lus(*journal: Evenement) -> list[str]:
    ordres = {
        tuple(e.id for e in lire_parcours(arrivee, FIN).evenements)
        for arrivee in permutations(journal)
    }
    assert len(ordres) == 1
    return list(ordres.pop())


def test_le_plus_ancien_d_abord():
    assert _lus(sortie(le(20)), entree(le(9)), suspension(le(12))) == [
        "suivi.entree_effective-0309-1200",
        "suivi.suspension_prononcee-0312-1200",
        "suivi.sortie_effective-0320-1200",
    ]


@pytest.mark.parametrize(
    ("avant", "apres"),
    [(a, b) for un_rang, suivant in pairwise(RANGS) for a in un_rang for b in suivant],
)
def test_au_meme_instant_l_ordre_de_la_vie(avant: Fabrique, apres: Fabrique):
    # The source and the id would say the contrary.
    premier = avant(le(9), id="z", source=f"{ORGANISME}:z", par=ORGANISME)
    second = apres(le(9), id="a", source=f"{ORGANISME}:a", par=ORGANISME)

    assert _lus(premier, second) == ["z", "a"]


def test_tout_fait_de_parcours_a_sa_place_dans_l_ordre_de_la_vie():
    ranges = {type(fabrique(le(9))) for rang in RANGS for fabrique in rang}

    assert ranges | {
        type(annulation(entree(le(9)))),
        type(contestation(entree(le(9)))),
        type(correction(entree(le(9)), {"/time": 0})),
    } == {classe for classe in PAR_TYPE.values() if classe.remplacee_par is None}


def test_au_meme_instant_et_au_meme_rang_la_source_puis_l_identifiant():
    journal = [
        entree(le(9), source=f"{ORGANISME}:b", id="1"),
        entree(le(9), source=f"{ORGANISME}:a", id="2"),
        entree(le(9), source=f"{ORGANISME}:a", id="10"),
    ]

    assert _lus(*journal) == ["10", "2", "1"]
    assert [e.id for e in sorted(journal, key=ordre)] == ["10", "2", "1"]


def test_l_instant_compte_et_non_l_heure_ecrite():
    a_paris = entree(le(9, heure=10), id="paris")
    en_utc = suspension(le(9, heure=11).astimezone(UTC), id="utc")
    a_la_reunion = sortie(le(9, heure=9).astimezone(timezone(timedelta(hours=4))), id="reunion")

    assert _lus(a_paris, en_utc, a_la_reunion) == ["reunion", "paris", "utc"]


def test_la_place_dans_le_journal_ne_compte_pas():
    def note(evenement: Evenement, position: int) -> Evenement:
        return evenement.model_copy(
            update={"partition": 3, "position": position, "version": position}
        )

    journal = [note(sortie(le(20)), 1), note(entree(le(9)), 2)]

    assert _lus(*journal) == [journal[1].id, journal[0].id]


def test_un_parcours_arrive_a_l_envers_se_lit_a_l_endroit():
    vie = [
        ouverture(),
        orientation(le(1)),
        demande(le(2)),
        avis_favorable(le(3)),
        place_reservee(le(4)),
        garantie(le(5)),
        entree(le(9)),
        suspension(le(12)),
        attestation(le(12)),
        saisine(le(13)),
        decision(le(14)),
        reprise(le(16)),
        sortie(le(27)),
        resultat(le(30)),
        retour_emploi(le(31)),
    ]
    parcours = lire_parcours(reversed(vie), FIN)

    assert parcours == lire_parcours(iter(vie), FIN)
    assert parcours.anomalies == []
    assert parcours.etapes[0].etat is EtatEtape.SORTIE
    assert parcours.etat is EtatParcours.EN_EMPLOI


def test_une_journee_entiere_dite_a_midi_se_lit_dans_l_ordre_de_la_vie():
    journee = [entree, suspension, reprise, sortie]
    parcours = lire_parcours([fabrique(le(9)) for fabrique in reversed(journee)], FIN)

    assert [e.id for e in parcours.evenements] == [fabrique(le(9)).id for fabrique in journee]
    assert parcours.anomalies == []
