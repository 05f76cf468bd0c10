"""Le secret statistique (règle e) : ce qui se publie sans désigner personne."""

from collections.abc import Sequence
from typing import Final

# The rule of InserJeunes: under this many units, nothing is published.
SECRET: Final = 20


def se_publie(nombre: int) -> bool:
    return nombre >= SECRET


def masquer(cases: Sequence[int]) -> list[bool]:
    """Lesquelles de ces cases sont tues, quand leur somme est publiée.

    D’abord celles de moins de 20 ; puis, tant que leur différence d’avec la somme en dirait moins
    de 20, la plus petite des autres. Une case vide ne désigne personne.
    """
    tues = [0 < case < SECRET for case in cases]
    while any(tues) and sum(c for c, tue in zip(cases, tues, strict=True) if tue) < SECRET:
        restent = [rang for rang, case in enumerate(cases) if case and not tues[rang]]
        if not restent:
            break
        tues[min(restent, key=lambda rang: cases[rang])] = True
    return tues
