"""`python -m deploy.journal.backup`: sauvegarder PostgreSQL tout entier, pendant qu’il sert.

Toutes les bases au même instant : une seule ne se restaure pas sans mentir aux autres.
"""

import subprocess
import sys
import time
from argparse import ArgumentParser
from pathlib import Path

from deploy.embedded.postgresql import BIN
from deploy.journal import places
from deploy.trouble import Trouble
from kit import clock

FOLDER = Path(".sauvegardes")


class NotSaved(Trouble):
    """PostgreSQL's own tools said why, above."""

    def __init__(self, tool: str) -> None:
        super().__init__(f"La sauvegarde n’est pas bonne : {tool} l’a refusée.")


def main() -> None:
    parser = ArgumentParser(prog="python -m deploy.journal.backup", description=__doc__)
    parser.add_argument("--dossier", type=Path, default=FOLDER)
    try:
        folder = parser.parse_args().dossier / f"{clock.now():%Y-%m-%dT%H-%M-%S}"
        began = time.monotonic()
        backup(places.postgresql(), folder)
    except Trouble as trouble:
        sys.exit(str(trouble))
    size = sum(file.stat().st_size for file in folder.rglob("*") if file.is_file()) // 1_000_000
    print(f"Sauvegardé et relu en {time.monotonic() - began:.0f} s, {size} Mo : {folder}")
    print(f"Pour y revenir, la pile arrêtée : make restaurer SAUVEGARDE={folder}")


def backup(url: str, folder: Path) -> None:
    """Copy the whole server of *url* to *folder*, WAL included, and read the copy again."""
    folder.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    _run("pg_basebackup", "-d", url, "-D", folder, "-X", "stream", "-c", "fast")
    check(folder)


def check(folder: Path) -> None:
    """Refuse a backup of which a file is missing or changed."""
    _run("pg_verifybackup", "-q", folder)


def _run(tool: str, *arguments: str | Path) -> None:
    if subprocess.run([BIN / tool, *arguments], check=False).returncode:
        raise NotSaved(tool)


if __name__ == "__main__":
    main()
