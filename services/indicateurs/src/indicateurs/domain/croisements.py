"""Des effectifs croisés, tels qu’ils se publient."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Self

from indicateurs.domain.secret import masquer, se_publie

Effectifs = Mapping[str, Counter[str]]
"""Combien, par groupe et par case."""


@dataclass(frozen=True)
class Rangee:
    """Un groupe : ses cases et leur somme, `None` où le secret les tait."""

    groupe: str
    cases: Sequence[int | None]
    somme: int | None

    @classmethod
    def de(cls, groupe: str, effectifs: Counter[str], cases: Sequence[str]) -> Self:
        nombres = [effectifs[case] for case in cases]
        if not se_publie(sum(nombres)):
            return cls.tue(groupe, cases)
        visibles = zip(nombres, masquer(nombres), strict=True)
        return cls(groupe, [None if tue else nombre for nombre, tue in visibles], sum(nombres))

    @classmethod
    def tue(cls, groupe: str, cases: Sequence[str]) -> Self:
        return cls(groupe, [None] * len(cases), None)


def publier(effectifs: Effectifs, cases: Sequence[str], *, exclusifs: bool) -> list[Rangee]:
    """Les groupes, le plus nombreux d’abord.

    `exclusifs` : leurs sommes s’additionnent, donc se trahissent l’une l’autre.
    """
    groupes = sorted(effectifs, key=lambda groupe: (-effectifs[groupe].total(), groupe))
    sommes = [effectifs[groupe].total() for groupe in groupes]
    tus = masquer(sommes) if exclusifs else [not se_publie(somme) for somme in sommes]
    return [
        Rangee.tue(groupe, cases) if tu else Rangee.de(groupe, effectifs[groupe], cases)
        for groupe, tu in zip(groupes, tus, strict=True)
    ]
