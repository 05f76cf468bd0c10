"""Combien de temps l’on attend, quand certains attendent encore."""

from collections import Counter
from collections.abc import Mapping
from fractions import Fraction
from typing import Final

SANS_COUTURE: Final = 30  # days between two étapes (§3.9)
QUANTILES: Final = {"mediane": Fraction(1, 2), "p75": Fraction(3, 4), "p90": Fraction(9, 10)}


def quantile(attentes: Mapping[tuple[int, bool], int], part: Fraction) -> int | None:
    """Le nombre de jours au bout duquel `part` des attentes ont fini (Kaplan-Meier).

    `attentes` : combien, par (jours, finie). Une attente non finie compte jusqu’à ses jours.
    `None` si cette part n’est pas encore atteinte.
    """
    restent, survie = sum(attentes.values()), Fraction(1)
    partis: Counter[int] = Counter()
    for (jours, _), nombre in attentes.items():
        partis[jours] += nombre
    for jours in sorted(partis):
        # Exact: with floats, nine waits of ten would not always make nine tenths.
        survie *= 1 - Fraction(attentes.get((jours, True), 0), restent)
        if survie <= 1 - part:
            return jours
        restent -= partis[jours]
    return None
