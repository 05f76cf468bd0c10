"""Une machine qui ne convient pas reçoit une phrase, pas une trace d’exécution."""

import os
import shutil
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
INTERPRETERS = ("python3", "python3.11", "python3.12", "python3.13", "python3.14")


@pytest.fixture
def depot(tmp_path: Path) -> Path:
    """Un dépôt réduit à ce que lit l’installation, sans `.venv`."""
    depot = tmp_path / "dépôt essai"
    projects = [*ROOT.glob("*/pyproject.toml"), *ROOT.glob("services/*/pyproject.toml")]
    for file in (ROOT / "deploy/venv.sh", ROOT / "requirements.lock", *projects):
        copy = depot / file.relative_to(ROOT)
        copy.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(file, copy)
    return depot


def _installer(depot: Path, **commands: str) -> subprocess.CompletedProcess[str]:
    """Lancer l’installation là où ces commandes répondent cela."""
    instead = depot / "bin"
    instead.mkdir()
    for name, script in commands.items():
        command = instead / name
        command.write_text(f"#!/bin/sh\n{script}\n")
        command.chmod(0o755)
    return subprocess.run(
        ["sh", depot / "deploy/venv.sh"],
        env={"PATH": f"{instead}:{os.environ['PATH']}"},
        capture_output=True,
        text=True,
        check=False,
    )


def test_un_python_trop_ancien_est_refuse_en_une_phrase(depot: Path):
    old = 'if [ "$1" = --version ]; then echo Python 3.9.2; else exit 1; fi'

    done = _installer(depot, **dict.fromkeys(INTERPRETERS, old))

    assert done.returncode == 1
    assert done.stderr == "Il faut Python 3.11 ou plus récent ; Python 3.9.2.\n"


def test_trop_peu_de_disque_est_dit_avant_de_commencer(depot: Path):
    done = _installer(depot, df="echo Filesystem; echo /dev/a 9 9 1000 99% /")

    assert done.returncode == 1
    assert done.stderr.startswith("Il faut 1,5 Go libre dans ")
    assert not (depot / ".venv").exists()
