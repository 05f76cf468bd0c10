"""Le numéro de dossier d’un partenaire dit aussi l’étape (evenements.md §1, « A dossier »)."""

from contracts.base import Evenement
from contracts.lecture import Etape, Parcours
from tests.contracts.faits import (
    AUTRE_ETAPE,
    AUTRE_SESSION,
    ETAPE,
    SESSION,
    abandon,
    demande,
    entree,
    le,
    lu,
    resultat,
    sortie,
    suspension,
)

SANS_ETAPE = {"etape_id": None}
DOSSIER = {"systeme": "ypareo", "valeur": "D-77"}


def _etape(parcours: Parcours, evenement: Evenement) -> Etape:
    etape = parcours.etape_de(evenement)  # type: ignore[arg-type]
    assert etape is not None
    return etape


def test_le_numero_de_dossier_est_retenu_et_fait_retrouver_l_etape():
    premier = entree(le(9), dossier_ref=DOSSIER)
    ensuite = abandon(le(25), dossier_ref=DOSSIER, **SANS_ETAPE)
    parcours = lu(
        premier,
        sortie(le(15)),
        entree(le(20), id="autre", etape_id=AUTRE_ETAPE),
        ensuite,
    )

    assert _etape(parcours, ensuite).id == ETAPE
    assert [(d.systeme, d.valeur) for d in _etape(parcours, premier).dossiers] == [
        ("ypareo", "D-77")
    ]


def test_un_dossier_dit_avec_une_session_est_retenu_lui_aussi():
    quitte = abandon(le(25), dossier_ref=DOSSIER, **SANS_ETAPE)
    parcours = lu(
        demande(le(1)),
        entree(le(2), session_id=SESSION, dossier_ref=DOSSIER, **SANS_ETAPE),
        entree(le(9), id="autre", etape_id=AUTRE_ETAPE),
        quitte,
    )

    assert _etape(parcours, quitte).id == ETAPE


def test_un_dossier_d_une_etape_ne_prend_pas_la_session_d_une_autre():
    par_dossier = suspension(le(10), dossier_ref=DOSSIER, session_id=AUTRE_SESSION, **SANS_ETAPE)
    par_session = abandon(le(12), session_id=AUTRE_SESSION, **SANS_ETAPE)
    parcours = lu(
        demande(le(1), etape_id=AUTRE_ETAPE, session_id=AUTRE_SESSION),
        entree(le(9), dossier_ref=DOSSIER),
        par_dossier,
        par_session,
    )

    assert _etape(parcours, par_dossier).id == ETAPE
    assert _etape(parcours, par_session).id == AUTRE_ETAPE


def test_le_numero_de_dossier_retrouve_aussi_une_etape_deduite():
    entre = entree(le(9), dossier_ref=DOSSIER, **SANS_ETAPE)
    jury = resultat(le(30), dossier_ref=DOSSIER, **SANS_ETAPE)
    parcours = lu(entre, sortie(le(27), dossier_ref=DOSSIER, **SANS_ETAPE), jury)

    assert _etape(parcours, jury) is _etape(parcours, entre)
    assert len(parcours.etapes) == 1


def test_le_meme_numero_dans_un_autre_systeme_est_un_autre_dossier():
    quitte = abandon(le(25), dossier_ref=DOSSIER | {"systeme": "autre"}, **SANS_ETAPE)
    parcours = lu(
        entree(le(9), dossier_ref=DOSSIER),
        sortie(le(15)),
        entree(le(20), id="autre", etape_id=AUTRE_ETAPE),
        quitte,
    )

    assert _etape(parcours, quitte).id == AUTRE_ETAPE


def test_un_dossier_repete_n_est_retenu_qu_une_fois():
    parcours = lu(entree(le(9), dossier_ref=DOSSIER), sortie(le(15), dossier_ref=DOSSIER))

    assert len(parcours.etapes[0].dossiers) == 1
