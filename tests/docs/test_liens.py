"""Ce que la documentation montre existe : chaque lien mène, chaque ligne est celle qu’il promet."""

import os
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

RACINE = Path(__file__).parents[2]


def _pages() -> Iterator[str]:
    for dossier, sous_dossiers, fichiers in os.walk(RACINE):
        sous_dossiers[:] = [nom for nom in sous_dossiers if not nom.startswith(".")]
        for nom in fichiers:
            if nom.endswith((".md", ".svg")):
                yield str((Path(dossier) / nom).relative_to(RACINE))


PAGES = sorted(_pages())
CHAQUE_PAGE = pytest.mark.parametrize("page", [page for page in PAGES if page.endswith(".md")])

_BLOC = re.compile(r"^```.*?^```", re.MULTILINE | re.DOTALL)
_LIEN = re.compile(r"\[((?:[^\[\]]|\[[^\]]*\])*)\]\((?!https?:)([^()\s#]*)(?:#([^()\s]+))?\)")
_LIGNE = re.compile(r"L(\d+)")


def _liens(page: str) -> Iterator[tuple[str, Path, str]]:
    """Le texte, le fichier et l’ancre de chaque lien de la page vers le dépôt."""
    chemin = RACINE / page
    for texte, fichier, ancre in _LIEN.findall(_BLOC.sub("", chemin.read_text("utf-8"))):
        yield texte, Path(os.path.normpath(chemin.parent / fichier)) if fichier else chemin, ancre


def _noms(texte: str) -> list[str]:
    return re.findall(r"`([^`]+)`", texte)


def _lignes(fichier: Path, nom: str) -> list[int]:
    return [n for n, lue in enumerate(fichier.read_text("utf-8").splitlines(), 1) if nom in lue]


@CHAQUE_PAGE
def test_chaque_lien_mene_a_un_fichier_du_depot(page: str):
    for texte, fichier, _ in _liens(page):
        assert fichier.exists(), f"« {texte} » mène à {fichier}, qui n’existe pas"
        assert fichier.is_relative_to(RACINE), f"« {texte} » sort du dépôt"


@CHAQUE_PAGE
def test_chaque_ligne_montree_porte_le_nom_que_dit_le_lien(page: str):
    for texte, fichier, ancre in _liens(page):
        if ligne := _LIGNE.fullmatch(ancre):
            noms = _noms(texte)
            assert noms, f"« {texte} » montre une ligne sans dire ce qu’on y lit"
            for nom in noms:
                ou = _lignes(fichier, nom)
                assert int(ligne[1]) in ou, f"« {nom} » est ligne {ou} de {fichier}, pas {ancre}"


@CHAQUE_PAGE
def test_chaque_fichier_montre_contient_le_nom_que_dit_le_lien(page: str):
    for texte, fichier, ancre in _liens(page):
        if not ancre and fichier.is_file():
            for nom in _noms(texte):
                ou = nom in fichier.as_posix() or _lignes(fichier, nom)
                assert ou, f"« {nom} » n’est pas dans {fichier}"


@CHAQUE_PAGE
def test_chaque_titre_vise_existe(page: str):
    for texte, fichier, ancre in _liens(page):
        if ancre and not _LIGNE.fullmatch(ancre):
            titres = re.findall(r"^#+ (.+)$", fichier.read_text("utf-8"), re.MULTILINE)
            assert ancre in map(_ancre, titres), f"« {texte} » vise #{ancre}"


def _ancre(titre: str) -> str:
    return re.sub(r"[^\w -]", "", titre.lower()).replace(" ", "-")


@pytest.mark.parametrize("page", PAGES)
def test_rien_n_est_propre_a_une_machine_ni_a_un_registre(page: str):
    texte = (RACINE / page).read_text("utf-8")

    assert not re.findall(r"(?<![\w.}])/(?:home|root|tmp|mnt|opt|srv|work\w*|Users)/", texte)
    assert not re.findall(r"pypi\.|pythonhosted|maven\.(?:org|apache)|ghcr\.|index-url", texte)
    assert not re.findall(r"install\s+\S*(?:https?://|git\+)", texte)


def test_la_marche_du_readme_a_neuf_pas():
    marche = (RACINE / "README.md").read_text("utf-8").partition("## Un événement")[2]
    pas = re.findall(r"^(\d)\. (.+(?:\n   .+)*)", marche.partition("\n## ")[0], re.MULTILINE)

    assert [rang for rang, _ in pas] == list("123456789")
    for _, dit in pas:
        assert [bool(_LIGNE.fullmatch(ancre)) for *_, ancre in _LIEN.findall(dit)] == [True]
