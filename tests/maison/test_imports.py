"""Chaque contrat d’import, montré en échec sur une faute plantée."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

RACINE = Path(__file__).parents[2]
SOURCES = [RACINE / "kit/src", RACINE / "contracts/src", *RACINE.glob("services/*/src")]

SERVICES = "Les services ne se connaissent que par les contrats"
ETAGES = "Dans un service, on descend"
TABLES = "Les tables ne s'ouvrent que par les cas d'usage"
DOMAINE = "Le domaine ne connaît ni HTTP, ni SQL, ni Kafka"
CONTRATS = "Les contrats ne dépendent que de pydantic"
MESURES = "Le produit ne sait pas qu’on le mesure"
CYCLES = "Aucun cycle"

FAUTES = {
    "un service en connaît un autre": (SERVICES, "inscription/api.py", "import suivi.api"),
    "kit connaît les contrats": (SERVICES, "kit/clock.py", "import contracts.base"),
    "une table remonte à la porte": (ETAGES, "inscription/tables.py", "import inscription.api"),
    "le domaine descend aux tables": (ETAGES, "inscription/domain.py", "import inscription.tables"),
    "une pièce de plus": (ETAGES, "inscription/utils.py", "X = 1"),
    "la porte saute aux tables": (TABLES, "inscription/api.py", "import inscription.tables"),
    "le domaine connaît SQL": (DOMAINE, "inscription/domain.py", "import sqlalchemy"),
    "les contrats connaissent HTTP": (CONTRATS, "contracts/base/valeurs.py", "import fastapi"),
    "le produit connaît sa mesure": (MESURES, "kit/clock.py", "import bench"),
    "un cycle dans kit": (CYCLES, "kit/clock.py", "import kit.http.application"),
}


@pytest.fixture(scope="module")
def maison(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Une copie des sources, à abîmer."""
    copie = tmp_path_factory.mktemp("maison")
    for source in SOURCES:
        shutil.copytree(source, copie, dirs_exist_ok=True)
    shutil.copytree(RACINE / "bench", copie / "bench")
    shutil.copy(RACINE / "pyproject.toml", copie)
    return copie


def test_la_maison_tient_ses_contrats(maison: Path):
    assert _rompus(maison) == set()


@pytest.mark.parametrize("faute", FAUTES)
def test_une_faute_plantee_est_vue(maison: Path, faute: str):
    contrat, fichier, ligne = FAUTES[faute]
    cible = maison / fichier
    avant = cible.read_text("utf-8") if cible.exists() else None
    cible.write_text(f"{avant or ''}\n{ligne}\n", "utf-8")

    try:
        rompus = _rompus(maison)
    finally:
        cible.unlink() if avant is None else cible.write_text(avant, "utf-8")

    assert contrat in rompus


def _rompus(maison: Path) -> set[str]:
    """Les contrats rompus, d’après import-linter."""
    vu = subprocess.run(
        [Path(sys.executable).with_name("lint-imports"), "--no-cache"],
        cwd=maison,
        env={**os.environ, "PYTHONPATH": str(maison)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert re.search(r"^Contracts: \d+ kept, \d+ broken\.$", vu.stdout, re.MULTILINE), vu.stderr
    return set(re.findall(r"^(.+) BROKEN$", vu.stdout, re.MULTILINE))
