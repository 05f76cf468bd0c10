"""Des valeurs pour un tableur français : points-virgules, virgules décimales, UTF-8 annoncé."""

import csv
from collections.abc import Iterable, Sequence
from datetime import date, datetime
from io import StringIO

from fastapi.responses import Response

TU = "s"  # secret statistique, as on the page


def tableur(nom: str, entetes: Sequence[str], lignes: Iterable[Sequence[object]]) -> Response:
    """Le fichier à télécharger sous ce nom."""
    texte = StringIO()
    sortie = csv.writer(texte, delimiter=";", lineterminator="\r\n")
    sortie.writerow(entetes)
    sortie.writerows([_ecrire(valeur) for valeur in ligne] for ligne in lignes)
    return Response(
        "\ufeff" + texte.getvalue(),
        media_type="text/csv; charset=utf-8",
        headers={"content-disposition": f'attachment; filename="{nom}.csv"'},
    )


def _ecrire(valeur: object) -> str:
    match valeur:
        case None:
            return ""
        case bool():
            return "oui" if valeur else "non"
        case float():
            return f"{valeur:.4f}".replace(".", ",")
        case datetime():
            return valeur.isoformat(timespec="seconds")
        case date():
            return valeur.isoformat()
    texte = str(valeur)
    # A spreadsheet would read these as a formula.
    return f"'{texte}" if texte[:1] in {"=", "+", "-", "@"} else texte
