"""Ce que l’on a compté : un mois de cohorte, plusieurs réunis, et ce que l’on peut en conclure."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from math import sqrt
from typing import Final

from indicateurs.domain.secret import masquer, se_publie

MAILLES: Final = (1, 3, 6)  # months
_TUS_AU_PLUS: Final = 1 / 4
_CERTAIN: Final = 1.96  # standard errors: nineteen times in twenty, chance does less


@dataclass(frozen=True)
class Point:
    """Les unités d’une cohorte, d’un mois ou de plusieurs."""

    debut: date
    fin: date
    numerateur: int
    denominateur: int
    inconnus: int
    mur: bool
    details: Mapping[str, int] = field(default_factory=dict)

    @property
    def taux(self) -> float | None:
        """Les inconnus comptés comme n’étant pas au numérateur."""
        return self.numerateur / self.denominateur if self.denominateur else None

    @property
    def borne_haute(self) -> float | None:
        """Le taux parmi les situations connues."""
        connus = self.denominateur - self.inconnus
        return self.numerateur / connus if connus else None

    @property
    def masque(self) -> bool:
        """Trop peu d’unités pour être publié (règle e)."""
        return not se_publie(self.denominateur)

    def sans(self, detail: str) -> float | None:
        """Le taux, sans ce que dit ce détail au numérateur."""
        reste = self.numerateur - self.details.get(detail, 0)
        return reste / self.denominateur if self.denominateur else None


def reunir(points: Sequence[Point]) -> Point:
    """Ces mois pris ensemble ; mûrs s’ils le sont tous."""
    details: Counter[str] = Counter()
    for point in points:
        details.update(point.details)
    return Point(
        points[0].debut,
        points[-1].fin,
        sum(point.numerateur for point in points),
        sum(point.denominateur for point in points),
        sum(point.inconnus for point in points),
        all(point.mur for point in points),
        dict(sorted(details.items())),
    )


def mailler(serie: Sequence[Point]) -> tuple[int, list[Point]]:
    """La série à la maille la plus fine où le secret tait un quart au plus des mois mûrs.

    Et cette maille, en mois. Aucun groupe ne mêle les mûrs et les provisoires.
    """
    murs = [point for point in serie if point.mur]
    for pas in MAILLES:
        groupes = _par(murs or serie, pas)
        if sum(tus(groupes)) <= len(groupes) * _TUS_AU_PLUS:
            break
    return pas, _par(murs, pas) + _par(serie[len(murs) :], pas)


def tus(points: Sequence[Point]) -> list[bool]:
    """Ceux que le secret tait, la somme des mûrs et celle des provisoires étant publiées."""
    murs = [point.denominateur for point in points if point.mur]
    return masquer(murs) + masquer([point.denominateur for point in points[len(murs) :]])


def tendance(serie: Sequence[Point]) -> float | None:
    """De combien le taux change de la première moitié des mois mûrs à la seconde.

    Zéro si le hasard suffit à l’expliquer ; `None` si l’une des moitiés est trop petite.
    """
    murs = [point for point in serie if point.mur]
    moitie = len(murs) // 2
    if not moitie:
        return None
    avant, apres = reunir(murs[:moitie]), reunir(murs[moitie:])
    if avant.masque or apres.masque or avant.taux is None or apres.taux is None:
        return None
    ensemble = reunir(murs).taux or 0
    ecart = apres.taux - avant.taux
    hasard = sqrt(ensemble * (1 - ensemble) * (1 / avant.denominateur + 1 / apres.denominateur))
    return ecart if abs(ecart) > _CERTAIN * hasard else 0.0


def _par(points: Sequence[Point], pas: int) -> list[Point]:
    return [reunir(points[rang : rang + pas]) for rang in range(0, len(points), pas)]
