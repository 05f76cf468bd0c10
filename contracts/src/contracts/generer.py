"""Écrire ce qui se publie depuis les classes : schémas, AsyncAPI, table du catalogue, sommes.

`python -m contracts.generer` écrit ; avec `--check`, dit quel fichier n’est plus à jour.
"""

import argparse
import json
import sys
from collections import defaultdict
from collections.abc import Iterator
from hashlib import sha256
from io import StringIO
from pathlib import Path

from ruamel.yaml import YAML

from contracts import asyncapi
from contracts.base import Evenement
from contracts.catalogue import TOUS, nom_court
from contracts.schemas import schema

RACINE = Path(__file__).parents[3]
EXEMPLES = Path("contracts/samples")
SOMMES = EXEMPLES / "SOMMES"
SCHEMAS = Path("contracts/schemas")
CATALOGUE = Path("docs/evenements.md")
_DEBUT, _FIN = "<!-- catalogue -->\n", "<!-- /catalogue -->\n"


def exemples(racine: Path, type_: str) -> list[Path]:
    """Les exemples d’un type : le principal, puis les autres cas (`<type>.<cas>.json`)."""
    return [
        racine / EXEMPLES / f"{type_}.json",
        *sorted((racine / EXEMPLES).glob(f"{type_}.*.json")),
    ]


def documents(racine: Path) -> Iterator[tuple[Path, str]]:
    """Chaque fichier publié et son contenu, le même à chaque fois."""
    for type_, classe in TOUS.items():
        corps = schema(classe) | {
            "examples": [
                json.loads(chemin.read_text())
                for chemin in exemples(racine, type_)
                if chemin.exists()
            ]
        }
        yield SCHEMAS / f"{type_}.json", json.dumps(corps, ensure_ascii=False, indent=2) + "\n"
    yield SCHEMAS / "asyncapi.yaml", _yaml(asyncapi.document())
    yield CATALOGUE, _catalogue((racine / CATALOGUE).read_text())
    yield SOMMES, _sommes(racine)


def perimes(racine: Path) -> list[Path]:
    """Les schémas de types qui ne sont plus au catalogue."""
    return [c for c in sorted((racine / SCHEMAS).glob("*.json")) if c.stem not in TOUS]


def retouches(racine: Path) -> list[str]:
    """Les exemples qui ne sont plus ce qu’ils étaient quand on les a publiés."""
    return [
        str(EXEMPLES / nom)
        for nom, somme in _lire_sommes(racine).items()
        if not (chemin := racine / EXEMPLES / nom).exists() or _somme(chemin) != somme
    ]


def _yaml(document: asyncapi.Objet) -> str:
    yaml, sortie = YAML(), StringIO()
    yaml.width = 4096  # one line per sentence: a difference shows what changed
    yaml.dump(document, sortie)
    return sortie.getvalue()


def _catalogue(page: str) -> str:
    avant, _, reste = page.partition(_DEBUT)
    _, _, apres = reste.partition(_FIN)
    return avant + _DEBUT + "\n".join(_familles()) + "\n" + _FIN + apres


def _familles() -> Iterator[str]:
    familles: dict[str, list[type[Evenement]]] = defaultdict(list)
    for type_, classe in TOUS.items():
        familles[nom_court(type_).partition(".")[0]].append(classe)
    for famille, membres in familles.items():
        yield f"\n### `{famille}`\n"
        yield "| type | se dit | ce qu’il dit | porte | service |\n|---|---|---|---|---|"
        yield from map(_ligne, membres)


def _ligne(classe: type[Evenement]) -> str:
    type_ = classe.model_fields["type"].default
    portes = " ".join(sorted(classe.portes, key="FCT".index))
    suite = f" Déprécié, remplacé par `{classe.remplacee_par}`." if classe.remplacee_par else ""
    return (
        f"| [`{type_}`](../{SCHEMAS}/{type_}.json) | {classe.libelle} | {classe.__doc__}{suite} |"
        f" {portes} | {classe.proprietaire} |"
    )


def _sommes(racine: Path) -> str:
    """Les sommes déjà publiées, telles quelles, et celles des nouveaux exemples."""
    connues = _lire_sommes(racine)
    for chemin in (racine / EXEMPLES).glob("*.json"):
        connues.setdefault(chemin.name, _somme(chemin))
    return "".join(f"{somme}  {nom}\n" for nom, somme in sorted(connues.items()))


def _lire_sommes(racine: Path) -> dict[str, str]:
    if not (racine / SOMMES).exists():
        return {}
    lignes = (racine / SOMMES).read_text().splitlines()
    return {ligne[66:]: ligne[:64] for ligne in lignes}


def _somme(chemin: Path) -> str:
    return sha256(chemin.read_bytes()).hexdigest()


def main(racine: Path, *, check: bool) -> str | None:
    """Faire le travail ; répondre la phrase de l’échec, ou rien."""
    if touches := retouches(racine):
        return f"Un exemple publié ne change plus, on écrit une nouvelle version : {touches}"
    faux = {
        chemin: texte
        for chemin, texte in documents(racine)
        if not (racine / chemin).exists() or (racine / chemin).read_text() != texte
    }
    en_trop = perimes(racine)
    if check:
        noms = [*map(str, faux), *(chemin.name for chemin in en_trop)]
        return f"« make contracts » est à refaire : {', '.join(noms)}" if noms else None
    for chemin in en_trop:
        chemin.unlink()
    for chemin, texte in faux.items():
        (racine / chemin).write_text(texte)
    return None


if __name__ == "__main__":
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--check", action="store_true", help="comparer sans rien écrire")
    sys.exit(main(RACINE, check=arguments.parse_args().check))
