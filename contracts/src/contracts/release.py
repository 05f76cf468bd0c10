"""Ce que la dernière livraison a publié, gardé tel quel : on ne rompt pas avec lui.

`python -m contracts.release --check` compare à lui les schémas d’aujourd’hui. `python -m
contracts.release 0.2.0 --le 2027-01-15` les fige à leur tour, et date ce que CHANGELOG.md annonce.
"""

import argparse
import json
import re
import shutil
import sys
from pathlib import Path

from contracts import compatibilite
from contracts.generer import RACINE, SCHEMAS

LIVRES = Path("contracts/release")
ANNONCES = Path("CHANGELOG.md")
_QUE_FAIRE = (
    "Un type publié ne fait que s’élargir. Pour autre chose, écrire une nouvelle version à côté :"
    " CONTRIBUTING.md, « Faire une version 2 »."
)
_NON_PUBLIE = "## [Non publié]\n"


def ruptures(racine: Path) -> list[str]:
    """Une phrase par rupture avec la dernière livraison : le type, le chemin, ce qui manque."""
    trouvees = []
    for livre in sorted((racine / LIVRES).glob("*.json")):
        actuel = racine / SCHEMAS / livre.name
        if not actuel.exists():
            trouvees.append(f"{livre.stem} : ce type n’est plus publié")
            continue
        avant, apres = json.loads(livre.read_text()), json.loads(actuel.read_text())
        trouvees += [f"{livre.stem}, {r}" for r in compatibilite.ruptures(avant, apres)]
    return trouvees


def figer(racine: Path, numero: str, le: str) -> None:
    """Remplacer les schémas de la dernière livraison par ceux d’aujourd’hui, et la dater."""
    dossier = racine / LIVRES
    shutil.rmtree(dossier, ignore_errors=True)
    dossier.mkdir()
    for schema in sorted((racine / SCHEMAS).glob("*.json")):
        shutil.copy(schema, dossier)
    (dossier / "VERSION").write_text(f"{numero}\n")
    annonces = (racine / ANNONCES).read_text()
    titre = f"{_NON_PUBLIE}\n## [{numero}] - {le}\n"
    (racine / ANNONCES).write_text(annonces.replace(_NON_PUBLIE, titre, 1))


def main(racine: Path, numero: str | None, le: str) -> str | None:
    """Vérifier, et figer si l’on donne un numéro ; répondre la phrase de l’échec, ou rien."""
    if rompues := ruptures(racine):
        version = (racine / LIVRES / "VERSION").read_text().strip()
        lignes = "".join(f"  {rupture}\n" for rupture in rompues)
        return f"Ceci romprait avec la livraison {version} :\n{lignes}{_QUE_FAIRE}"
    if numero:
        figer(racine, numero, le)
    return None


def _numero(texte: str) -> str:
    if not re.fullmatch(r"\d+\.\d+\.\d+", texte):
        raise argparse.ArgumentTypeError("trois nombres sont attendus, par exemple 0.2.0")
    return texte


if __name__ == "__main__":
    arguments = argparse.ArgumentParser(description=__doc__)
    quoi = arguments.add_mutually_exclusive_group(required=True)
    quoi.add_argument("--check", action="store_true", help="comparer sans rien écrire")
    quoi.add_argument("numero", nargs="?", type=_numero, help="le numéro de la livraison")
    arguments.add_argument("--le", default="", help="son jour, AAAA-MM-JJ")
    lus = arguments.parse_args()
    sys.exit(main(RACINE, lus.numero, lus.le))
