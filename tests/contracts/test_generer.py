"""Ce qui est publié est ce que les classes disent, et un exemple publié ne change plus."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from contracts import generer

EXEMPLE = "contracts/samples/fr.sanscouture.suivi.entree_effective.v1.json"
SCHEMA = "contracts/schemas/fr.sanscouture.suivi.entree_effective.v1.json"


@pytest.fixture
def racine(tmp_path: Path) -> Path:
    for dossier in ("contracts/samples", "contracts/schemas", "docs"):
        shutil.copytree(generer.RACINE / dossier, tmp_path / dossier)
    return tmp_path


def test_les_fichiers_publies_sont_a_jour():
    assert generer.main(generer.RACINE, check=True) is None


def test_ecrire_deux_fois_ecrit_la_meme_chose(racine: Path):
    avant = {chemin: chemin.read_bytes() for chemin in racine.rglob("*") if chemin.is_file()}

    assert generer.main(racine, check=False) is None

    apres = {chemin: chemin.read_bytes() for chemin in racine.rglob("*") if chemin.is_file()}
    assert apres == avant


def test_l_ordre_de_hachage_ne_change_rien():
    programme = "from contracts.generer import *; print(*documents(RACINE))"
    sorties = {
        subprocess.run(
            [sys.executable, "-c", programme],
            env={"PYTHONHASHSEED": graine},
            capture_output=True,
            check=True,
        ).stdout
        for graine in ("1", "2")
    }

    assert len(sorties) == 1


@pytest.mark.parametrize(
    "chemin", [SCHEMA, "contracts/schemas/asyncapi.yaml", "docs/evenements.md"]
)
def test_un_fichier_retouche_est_nomme_puis_refait(racine: Path, chemin: str):
    (racine / chemin).write_text((racine / chemin).read_text().replace("parcours", "PARCOURS"))

    assert chemin in str(generer.main(racine, check=True))

    generer.main(racine, check=False)
    assert generer.main(racine, check=True) is None


def test_ce_qu_on_ecrit_autour_du_catalogue_reste(racine: Path):
    page = racine / "docs/evenements.md"
    page.write_text(page.read_text() + "\nUne phrase de plus.\n")

    assert generer.main(racine, check=True) is None


def test_le_schema_d_un_type_disparu_est_nomme_puis_retire(racine: Path):
    perime = racine / "contracts/schemas/fr.sanscouture.disparu.v1.json"
    perime.write_text("{}")

    assert perime.name in str(generer.main(racine, check=True))

    generer.main(racine, check=False)
    assert not perime.exists()


@pytest.mark.parametrize("check", [True, False])
def test_un_exemple_publie_ne_change_plus(racine: Path, *, check: bool):
    exemple = racine / EXEMPLE
    exemple.write_text(exemple.read_text() + "\n")

    assert EXEMPLE in str(generer.main(racine, check=check))


def test_un_exemple_publie_ne_disparait_pas(racine: Path):
    (racine / EXEMPLE).unlink()

    assert EXEMPLE in str(generer.main(racine, check=False))


def test_un_nouvel_exemple_est_note_sans_toucher_aux_autres(racine: Path):
    sommes = racine / "contracts/samples/SOMMES"
    avant = set(sommes.read_text().splitlines())
    nouveau = racine / EXEMPLE.replace(".json", ".autre.json")
    nouveau.write_text((racine / EXEMPLE).read_text().replace("48213", "51007"))

    assert "SOMMES" in str(generer.main(racine, check=True))

    generer.main(racine, check=False)
    assert generer.main(racine, check=True) is None
    assert len(set(sommes.read_text().splitlines()) - avant) == 1
    assert avant < set(sommes.read_text().splitlines())
