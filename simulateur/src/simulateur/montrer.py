"""Ce que l’on dit à la fin : le tableau, et de quoi essayer soi-même."""

import json
import shlex
from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path

from rich.table import Table

from simulateur import vies
from simulateur.client import SINGLE
from simulateur.controle import Chiffre, compter
from simulateur.monde import Monde
from simulateur.parties import Partie
from simulateur.remarquables import EN_FORMATION
from simulateur.verite import Comptes


def tableau(chiffres: Sequence[Chiffre]) -> Table:
    table = Table("indicateur", title="Ce qui a été joué", title_justify="left")
    for colonne in ("attendu", "trouvé", ""):
        table.add_column(colonne, justify="right")
    for chiffre in chiffres:
        juste = "[green]exact[/]" if chiffre.juste else "[red]différent[/]"
        table.add_row(
            chiffre.libelle, _fraction(chiffre.attendus), _fraction(chiffre.trouves), juste
        )
    return table


def ecrire_exemple(fichier: Path, monde: Monde, parties: Sequence[Partie]) -> None:
    """Une commande à coller, et des pages à ouvrir."""
    suivi = monde.pile.services["suivi"]
    par_libelle = {partie.vie.libelle: partie for partie in parties if partie.vie.libelle}
    pages = [
        {"url": f"{suivi}/parcours/{partie.parcours_id}", "libelle": libelle}
        for libelle, partie in par_libelle.items()
    ]
    exemple = {"curl": _curl(monde, par_libelle[EN_FORMATION]), "parcours": pages}
    fichier.write_text(json.dumps(exemple, ensure_ascii=False, indent=2) + "\n", "utf-8")


def _curl(monde: Monde, partie: Partie) -> str:
    """Dire, à la place de l’organisme, que la personne de l’exemple suspend sa formation."""
    entree = next(geste for geste in partie.vie.gestes if geste.nom == vies.ENTREE)
    fait = {
        "specversion": "1.0",
        "id": f"{partie.code}-suspension-essai",
        "source": entree.qui.source,
        "type": f"fr.sanscouture.{vies.SUSPENSION}.v1",
        "subject": partie.parcours_id,
        "time": monde.maintenant.replace(microsecond=0).isoformat(),
        "data": {
            "motif": "PARENTALITE_GARDE",
            "fin_prevue_le": (monde.aujourd_hui + timedelta(days=21)).isoformat(),
        },
    }
    return " \\\n  ".join(
        [
            f"curl {monde.pile.services['suivi']}/v1/evenements",
            f"-H {shlex.quote(f'Authorization: Bearer {entree.qui.cle}')}",
            f"-H {shlex.quote(f'Content-Type: {SINGLE}')}",
            f"-d {shlex.quote(json.dumps(fait, ensure_ascii=False))}",
        ]
    )


def _fraction(comptes: Comptes) -> str:
    return "{} / {}".format(*compter(comptes))
