"""Ce que les pages disent du code est ce que le code dit de lui-même."""

import json
import re
from pathlib import Path
from xml.etree import ElementTree as ET

from contracts.catalogue import PAR_TYPE, Rectification, lire
from contracts.lecture.etats import etat_pose
from indicateurs.domain import INDICATEURS
from kit.run import ROLES
from kit.settings import Settings
from tests.contracts.quelconques import un_exemple

DOCS = Path(__file__).parents[2] / "docs"
DECISIONS = sorted(chemin.name for chemin in (DOCS / "decisions").iterdir())


def _tableau(page: str, titre: str) -> list[list[str]]:
    """Les lignes du premier tableau qui suit un titre de la page, sans son entête."""
    texte = (DOCS / page).read_text("utf-8").partition(f"\n## {titre}\n")[2].partition("\n## ")[0]
    lignes = re.findall(r"^\| (.+) \|$", texte, re.MULTILINE)
    return [ligne.split(" | ") for ligne in lignes[1:]]


def test_la_page_de_la_pile_dit_chaque_reglage_et_sa_valeur_par_defaut():
    dits = {nom: defaut for nom, _, defaut in _tableau("architecture/pile.md", "Les réglages")}

    assert dits == {
        f"`SC_{nom.upper()}`": "à dire" if champ.is_required() else f"`{json.dumps(champ.default)}`"
        for nom, champ in Settings.model_fields.items()
    }


def test_la_page_de_la_pile_dit_chaque_role():
    roles = [role for role, _ in _tableau("architecture/pile.md", "Les rôles")]

    assert roles == [f"`{role}`" for role in ROLES]


def test_la_page_des_indicateurs_dit_chaque_definition():
    dits = _tableau("architecture/indicateurs.md", "Les définitions")

    assert dits == [
        [f"`{i.nom}`", i.unite, i.numerateur, i.denominateur, str(i.horizon_mois)]
        for i in INDICATEURS.values()
    ]


def test_la_page_de_la_lecture_dit_chaque_etat_et_apres_lesquels_on_l_attend():
    dits = {
        libelle: (etat, set(attendus.split(", ")) - {"rien"})
        for libelle, etat, attendus in _tableau("architecture/lecture.md", "Les états d’une étape")
    }

    poses = {
        classe.libelle: etat_pose(lire(un_exemple(classe)))
        for classe in PAR_TYPE.values()
        if not issubclass(classe, Rectification) and classe.remplacee_par is None
    }
    assert dits == {
        libelle: (f"`{pose[0]}`", {f"`{avant}`" for avant in pose[1]})
        for libelle, pose in poses.items()
        if pose
    }


def test_les_decisions_se_suivent_et_disent_ce_qui_les_ferait_revoir():
    assert [nom[:5] for nom in DECISIONS] == [f"{n:04}-" for n in range(1, len(DECISIONS) + 1)]
    for nom in DECISIONS:
        texte = (DOCS / "decisions" / nom).read_text("utf-8")

        assert texte.startswith(f"# {nom[:4]}. ")
        assert "**Décision.** " in texte
        assert "\n**Revoir si** " in texte


def test_ce_que_l_on_ne_dit_pas_n_est_dit_nulle_part():
    glossaire = (DOCS / "glossaire.md").read_text("utf-8")
    tus = [mot for ligne in glossaire.splitlines() for mot in re.findall(r"[ (]\*(\w+)\*", ligne)]
    pages = [*DOCS.rglob("*.md"), DOCS.parent / "README.md", DOCS.parent / "CONTRIBUTING.md"]

    assert len(tus) > 10
    for page in pages:
        if page.name != "glossaire.md":
            prose = re.sub(r"`[^`]*`", "", page.read_text("utf-8").lower())
            dits = set(re.findall(r"\w+", prose))
            assert not dits.intersection(mot + s for mot in tus for s in ("", "s")), page


def test_la_carte_se_lit_sans_rien_d_autre_et_se_dit_en_mots():
    carte = (DOCS / "carte.svg").read_text("utf-8")
    racine = ET.fromstring(carte)
    svg = "{http://www.w3.org/2000/svg}"

    assert {racine.find(f"{svg}{nom}") is None for nom in ("title", "desc")} == {False}
    assert "prefers-color-scheme: dark" in carte
    assert not re.findall(r"href|url\((?!#)|@import", carte)
