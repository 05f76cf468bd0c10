"""Chaque code se dit en français ; toute liste de motifs a une place pour ce qu’on ne sait pas."""

import re

import pytest

from contracts import listes
from contracts.lecture import EtatEtape, EtatParcours, Raison
from contracts.listes import Liste

LISTES = sorted(
    (c for c in vars(listes).values() if isinstance(c, type) and issubclass(c, Liste) and len(c)),
    key=lambda classe: classe.__name__,
)
CHAQUE_LISTE = pytest.mark.parametrize("liste", LISTES, ids=lambda liste: liste.__name__)
# Motives, causes and natures: "Every list of them has AUTRE and NON_COMMUNIQUE".
DE_MOTIFS = {
    *("MotifAbandon", "MotifAnnulation", "MotifContestation", "MotifCorrection"),
    *("MotifEffacement", "MotifRefus"),
    *("MotifSansAlternative", "MotifSuspension", "NatureSortie", "TypeAlternative", "TypeContrat"),
}
# What the pact, the field's systems or the platform itself close.
FERMEES = {"Decision", "NiveauCecrl", "PublicCible"}
# Words without accents nor apostrophe in their code, and which take some when they are said.
ACCENTS = {
    "QUALIFIE": "qualifié", "DECES": "écès", "ECHEC": "chec", "MAITRISE": "maîtris",
    "COMMUNIQUE": "communiqué", "RECUE": "reçue", "COMPLETE": "complète", "ANNULEE": "annulée",
    "DEJA": "déjà", "MOBILITE": "mobilité", "SANTE": "santé", "NUMERIQUE": "numérique",
    "ELIGIBLE": "éligible", "MATERNITE": "aternité", "MATERIELLE": "matérielle",
    "CREATION": "création", "MANOEUVRE": "manœuvre", "SPECIALISE": "spécialisé",
    "VALIDEE": "validée", "AJOURNEE": "ajournée", "REORIENTEE": "réorientée",
    "REALISE": "réalisé", "SUPPRIME": "supprimé", "TELEPHONE": "téléphone",
    "PRESENTIEL": "présentiel", "PREPARATOIRE": "préparatoire", "ISOLE": "isolé",
    "DECROCHEUR": "décrocheur", "INTERIM": "intérim", "ANTICIPE": "anticipé", "ENQUETE": "enquête",
    "RETOUR_EMPLOI": "l’emploi", "PERSONNE": "personne", "ORIENTEE": "orientée",
    "POSTERIEUR": "postérieur", "CORRIGE": "corrigé", "ANNULE": "annulé",
    "HABILITE": "habilité",
}  # fmt: skip


@CHAQUE_LISTE
def test_une_liste_dit_ce_qu_elle_nomme_et_ne_cite_aucun_document_a_nous(liste: type[Liste]):
    assert liste.__doc__
    assert liste.__doc__.endswith(".")
    assert not re.search(r"\.md|§", liste.__doc__)


@CHAQUE_LISTE
def test_ce_qu_on_ne_sait_pas_a_sa_place(liste: type[Liste]):
    codes = set(liste.__members__)

    if liste.__name__ in DE_MOTIFS:
        assert {"AUTRE", "NON_COMMUNIQUE"} <= codes
    elif liste.__name__ not in FERMEES:
        assert "NON_COMMUNIQUE" in codes


def test_toute_liste_de_motifs_est_connue_comme_telle():
    nommees = {c.__name__ for c in LISTES if re.match("Motif|Nature|Cause", c.__name__)}

    assert nommees < DE_MOTIFS
    assert {c.__name__ for c in LISTES} >= DE_MOTIFS | FERMEES


@pytest.mark.parametrize(
    "liste", [*LISTES, EtatEtape, EtatParcours, Raison], ids=lambda c: c.__name__
)
def test_un_code_est_ascii_et_se_dit_avec_ses_accents(liste: type[Liste]):
    for code in liste:
        assert re.fullmatch("[A-Z][A-Z0-9_]*", code)
        assert code.name == code.value
        assert code.libelle[0].isupper() or not code.libelle[0].isalpha()
        assert not re.search(r"'|\.$", code.libelle)
        for mot, dit in ACCENTS.items():
            if re.search(rf"(^|_){mot}E?S?(_|$)", code):
                assert dit.lower() in code.libelle.lower(), mot


@CHAQUE_LISTE
def test_deux_codes_d_une_liste_ne_se_disent_pas_pareil(liste: type[Liste]):
    assert len({code.libelle for code in liste}) == len(liste)


def test_les_huit_motifs_d_abandon_du_pacte_restent_les_memes():
    assert set(listes.MotifAbandon.__members__) == {
        *("ABANDON_DU_PROJET", "ABSENCE_NON_JUSTIFIEE", "MALADIE_MATERNITE_PATERNITE"),
        *("CREATION_REPRISE_ENTREPRISE", "RAISON_MATERIELLE", "AUTRE_FORMATION", "RETOUR_EMPLOI"),
        *("AUTRE", "NON_COMMUNIQUE"),
    }


def test_les_publics_sensibles_touchent_a_la_sante_a_la_justice_a_l_origine_ou_au_savoir():
    assert {"BOE", "SOUS_MAIN_DE_JUSTICE", "PRIMO_ARRIVANT", "ILLETTRISME"} <= (
        listes.PUBLICS_SENSIBLES
    )
