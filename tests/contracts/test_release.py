"""On ne rompt pas avec ce que la dernière livraison a publié, et l’on sait quoi faire."""

import json
import shutil
from pathlib import Path

import pytest

from contracts import release
from contracts.catalogue import TOUS
from contracts.generer import RACINE, SCHEMAS

TYPE = "fr.sanscouture.suivi.entree_effective.v1"
LE = "2027-01-15"


@pytest.fixture
def racine(tmp_path: Path) -> Path:
    for dossier in (SCHEMAS, release.LIVRES):
        shutil.copytree(RACINE / dossier, tmp_path / dossier)
    shutil.copy(RACINE / release.ANNONCES, tmp_path)
    return tmp_path


def retirer_un_champ(racine: Path) -> None:
    fichier = racine / SCHEMAS / f"{TYPE}.json"
    schema = json.loads(fichier.read_text())
    del schema["$defs"]["SuiviEntreeEffectiveDonnees"]["properties"]["heures_prevues"]
    fichier.write_text(json.dumps(schema))


def test_rien_ne_rompt_avec_la_derniere_livraison():
    assert release.main(RACINE, None, "") is None


@pytest.mark.parametrize("numero", [None, "0.2.0"])
def test_une_rupture_dit_le_type_le_chemin_et_quoi_faire(racine: Path, numero: str | None):
    retirer_un_champ(racine)

    phrase = str(release.main(racine, numero, LE))

    assert f"{TYPE}, /data/heures_prevues : ce champ a disparu" in phrase
    assert "CONTRIBUTING.md, « Faire une version 2 »" in phrase
    assert "## Faire une version 2\n" in (RACINE / "CONTRIBUTING.md").read_text()
    assert (racine / release.LIVRES / "VERSION").read_text() == "0.1.0\n"


def test_un_type_publie_ne_disparait_pas(racine: Path):
    (racine / SCHEMAS / f"{TYPE}.json").unlink()

    assert f"{TYPE} : ce type n’est plus publié" in str(release.main(racine, None, ""))


def test_livrer_fige_les_schemas_d_aujourd_hui_et_date_les_annonces(racine: Path):
    assert release.main(racine, "0.2.0", LE) is None

    livres = {chemin.stem for chemin in (racine / release.LIVRES).glob("*.json")}
    assert livres == set(TOUS)
    assert (racine / release.LIVRES / "VERSION").read_text() == "0.2.0\n"
    annonces = (racine / release.ANNONCES).read_text()
    assert f"## [Non publié]\n\n## [0.2.0] - {LE}\n" in annonces
    retirer_un_champ(racine)
    assert "la livraison 0.2.0" in str(release.main(racine, None, ""))
