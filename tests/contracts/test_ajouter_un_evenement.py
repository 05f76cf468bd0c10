"""La liste de CONTRIBUTING.md, « Ajouter un événement » : un test par ligne, pour chaque type."""

import re
from datetime import date
from pathlib import Path
from typing import cast

import pytest

from contracts.base import Donnees, Evenement
from contracts.catalogue import PAR_TYPE, TOUS, EvenementPoste, Rectification, lire, lire_tel_quel
from contracts.generer import EXEMPLES, RACINE, SCHEMAS, SOMMES
from contracts.lecture import EtatEtape, lire_parcours
from contracts.lecture.etats import etat_pose
from tests.contracts.quelconques import un_exemple
from tests.contracts.test_catalogue import CATALOGUE

CHAQUE = pytest.mark.parametrize("classe", list(PAR_TYPE.values()), ids=lambda c: c.nom)

# Only what an event means nothing without; everything else may be missing.
INDISPENSABLES = {
    "parcours.ouvert": {"beneficiaire_id", "objectif"},
    "orientation.orientation_prononcee": {"etape_id"},
    "inscription.place_reservee": {"etape_id", "session_id", "reservation_id"},
    "inscription.garantie": {"etape_id", "session_id", "reservation_id", "entree_prevue_le"},
    "passerelle.saisine_deposee": {"saisine_id", "etape_visee", "comite"},
    "passerelle.decision_rendue": {"saisine_id", "decision", "quorum"},
    "evenement.corrige": {"cible", "champs"},
    "evenement.annule": {"cible"},
    "evenement.conteste": {"cible"},
}
ETATS = {
    "orientation.orientation_prononcee": "ORIENTEE",
    "positionnement.demande": "POSITIONNEE",
    "positionnement.avis_favorable": "ACCEPTEE",
    "positionnement.refus_argumente": "REFUSEE",
    "inscription.place_reservee": "INSCRITE",
    "inscription.garantie": "GARANTIE",
    "suivi.entree_effective": "EN_FORMATION",
    "suivi.suspension_prononcee": "SUSPENDUE",
    "suivi.reprise_effective": "EN_FORMATION",
    "suivi.abandon_constate": "ABANDONNEE",
    "suivi.sortie_effective": "SORTIE",
}
SANS_ETAT = {
    *("parcours.ouvert", "passerelle.saisine_deposee", "passerelle.decision_rendue"),
    *("suivi.attestation_competences_delivree", "certification.resultat_prononce"),
    *("emploi.retour_emploi_declare", "evenement.corrige", "evenement.annule"),
    "evenement.conteste",
}
ANNONCES = (RACINE / "CHANGELOG.md").read_text()
PAGE = (RACINE / "docs/evenements.md").read_text()
LOIS = (RACINE / "CONTRIBUTING.md").read_text()


def type_de(classe: type[Evenement]) -> str:
    return str(classe.model_fields["type"].default)


@CHAQUE
def test_sa_docstring_est_une_phrase_du_metier(classe: type[Evenement]):
    phrase = classe.__doc__ or ""

    assert re.fullmatch(r"[A-ZÀÉÊL][^\n'.]+\.", phrase)
    assert not re.match(r"Cette classe|Événement", phrase)


@CHAQUE
def test_il_a_un_libelle(classe: type[Evenement]):
    assert re.fullmatch(r"[A-ZÉÀ][^.'\n]{2,50}", classe.libelle)
    assert [c.libelle for c in PAR_TYPE.values()].count(classe.libelle) == 1


@CHAQUE
def test_il_est_au_catalogue(classe: type[Evenement]):
    assert classe.nom in CATALOGUE
    assert issubclass(classe, EvenementPoste)


@CHAQUE
def test_il_n_exige_que_l_indispensable(classe: type[Evenement]):
    donnees = cast("type[Donnees]", classe.model_fields["data"].annotation)
    exiges = {nom for nom, champ in donnees.model_fields.items() if champ.is_required()}

    assert exiges == INDISPENSABLES.get(classe.nom, set())


@CHAQUE
def test_il_a_son_exemple(classe: type[Evenement]):
    nom = f"{type_de(classe)}.json"

    assert type(lire_tel_quel((RACINE / EXEMPLES / nom).read_bytes())) is classe
    assert f"  {nom}\n" in (RACINE / SOMMES).read_text()


@CHAQUE
def test_il_est_publie(classe: type[Evenement]):
    type_ = type_de(classe)

    assert (RACINE / SCHEMAS / f"{type_}.json").exists()
    assert f"name: {type_}\n" in (RACINE / SCHEMAS / "asyncapi.yaml").read_text()
    assert f"[`{type_}`]" in PAGE


@CHAQUE
def test_la_lecture_sait_quoi_en_faire(classe: type[Evenement]):
    assert (classe.nom in ETATS) != (classe.nom in SANS_ETAT)

    evenement = lire(un_exemple(classe))
    parcours = lire_parcours([evenement], au=date(2027, 12, 31))

    if classe.nom in ETATS:
        assert f"| `{ETATS[classe.nom]}` | `{classe.nom}` |" in PAGE
        assert [etape.etat for etape in parcours.etapes] == [EtatEtape[ETATS[classe.nom]]]
    else:
        assert all(etape.etat is None for etape in parcours.etapes)
        assert isinstance(evenement, Rectification) or (etat_pose(evenement) is None)


@CHAQUE
def test_il_est_annonce_a_qui_le_recoit(classe: type[Evenement]):
    assert f"`{type_de(classe)}`" in ANNONCES


# -- and the list itself


def test_chaque_ligne_de_la_liste_a_son_test_et_chaque_test_sa_ligne():
    liste = LOIS.partition("## Ajouter un événement")[2]
    lignes = re.split(r"^\d+\. ", liste.partition("\n\nChanger")[0], flags=re.MULTILINE)[1:]

    annonces = [re.findall(r"`(test_\w+)`", ligne) for ligne in lignes]
    assert all(len(noms) == 1 for noms in annonces)
    tests = [nom for nom in globals() if nom.startswith("test_")]
    assert [nom for [nom] in annonces] == tests[: len(lignes)]


def test_les_annonces_suivent_keep_a_changelog():
    titres = re.findall(r"^##+ (.+)$", ANNONCES, flags=re.MULTILINE)

    assert titres[0] == "[Non publié]"
    for titre in titres[1:]:
        assert re.fullmatch(
            r"\[\d+\.\d+\.\d+\] - \d{4}-\d{2}-\d{2}"
            r"|Ajouté|Modifié|Déprécié|Supprimé|Corrigé|Sécurité",
            titre,
        )


def test_on_n_annonce_que_ce_qui_existe():
    for type_ in re.findall(r"`(fr\.sanscouture[\w.]+)`", ANNONCES):
        assert type_ in TOUS


@pytest.mark.parametrize("page", ["CONTRIBUTING.md", "CHANGELOG.md", "docs/evenements.md"])
def test_chaque_lien_mene_quelque_part(page: str):
    chemin = RACINE / page
    for lien in re.findall(r"\]\((?!https?:)([^)#]+)\)", chemin.read_text()):
        assert Path(chemin.parent / lien).exists(), lien
