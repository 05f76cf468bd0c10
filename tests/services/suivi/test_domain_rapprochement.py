"""De quel parcours d’une personne parle un fait qui ne le dit pas."""

from uuid import UUID

from contracts.base import DossierRef
from suivi.domain.rapprochement import choisir

UN, AUTRE = UUID(int=1), UUID(int=2)
DOSSIER = DossierRef(systeme="si-of", valeur="D-7")


def test_le_seul_parcours_d_une_personne_est_le_sien():
    assert choisir([UN], None, {}) == UN


def test_de_plusieurs_parcours_le_dossier_deja_vu_decide():
    assert choisir([UN, AUTRE], DOSSIER, {AUTRE: {DOSSIER}}) == AUTRE


def test_sans_rien_qui_les_distingue_le_fait_attend():
    assert choisir([UN, AUTRE], None, {UN: set(), AUTRE: {DOSSIER}}) is None
    assert choisir([UN, AUTRE], DOSSIER, {}) is None
    assert choisir([UN, AUTRE], DOSSIER, {UN: {DOSSIER}, AUTRE: {DOSSIER}}) is None


def test_une_personne_sans_parcours_attend():
    assert choisir([], DOSSIER, {}) is None
