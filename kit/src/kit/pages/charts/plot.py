"""The frame of a chart along labels: axes, points, and the last value beside its line."""

from collections.abc import Sequence
from dataclasses import dataclass

from markupsafe import Markup

from kit.pages.charts.base import Cell, Unit, points, px, text, ticks, written

WIDTH, HEIGHT = 520, 236
TOP, BOTTOM, RIGHT = 12, 206, 458
_LEFT = {"%": 44, "j": 44, "": 56}
_APART = 17
_FEW, _MANY = 6, 12
_EVERY = 3

Point = tuple[float, float]


@dataclass(frozen=True, slots=True)
class Series:
    """A named series; None where there is no value, and then the table says *missing*."""

    name: str
    values: Sequence[float | None]
    missing: Cell = "–"


class Plot:
    """The frame: where a value of a label falls."""

    def __init__(self, labels: Sequence[str], values: Sequence[float], unit: Unit) -> None:
        self._labels = labels
        self._unit = unit
        self._ticks = ticks(values, unit)
        self._empty = not values
        self._left = _LEFT[unit]

    def x(self, index: float) -> float:
        return self._left + index * (RIGHT - self._left) / max(len(self._labels) - 1, 1)

    def y(self, value: float) -> float:
        low, high = self._ticks[0], self._ticks[-1]
        return BOTTOM - (value - low) * (BOTTOM - TOP) / (high - low)

    def runs(self, values: Sequence[float | None]) -> list[list[Point]]:
        """The points of *values*, cut where one is missing."""
        found: list[list[Point]] = [[]]
        for index, value in enumerate(values):
            if value is None:
                found.append([])
            else:
                found[-1].append((self.x(index), self.y(value)))
        return [run for run in found if run]

    def frame(self) -> Markup:
        if self._empty:
            axis = Markup('<path class="axis" d="M{} {}H{}"/>').format(self._left, BOTTOM, RIGHT)
            return axis + text("Pas encore de valeur", WIDTH / 2, BOTTOM / 2, anchor="middle")
        parts = []
        for tick in self._ticks:
            y = self.y(tick)
            line = Markup('<path class="{}" d="M{} {}H{}"/>').format(
                "axis" if tick == self._ticks[0] else "grid-line", self._left, px(y), RIGHT
            )
            parts += [line, text(written(tick, self._unit, 0), self._left - 6, y + 4, anchor="end")]
        for index, label in enumerate(self._labels):
            minor = len(self._labels) > _FEW and index % _EVERY != 0
            if not (minor and len(self._labels) > _MANY):
                css_class = "minor" if minor else ""
                parts.append(text(label, self.x(index), HEIGHT - 10, css_class, "middle"))
        return Markup("").join(parts)

    def at_the_end(self, *values: tuple[Sequence[float | None], str]) -> Markup:
        """The last value of each series beside it, moved apart where they would touch."""
        found = sorted(
            (self.runs(series)[-1][-1][1], next(v for v in reversed(series) if v is not None), css)
            for series, css in values
            if any(value is not None for value in series)
        )
        parts, floor = [], 0.0
        for y, value, css_class in found:
            floor = max(y + 4, floor)
            parts.append(text(written(value, self._unit), RIGHT + 8, floor, css_class))
            floor += _APART
        return Markup("").join(parts)


def polylines(css_class: str, runs: Sequence[Sequence[Point]]) -> Markup:
    line = Markup('<polyline class="{}" points="{}"/>')
    return Markup("").join(line.format(css_class, points(run)) for run in runs if len(run) > 1)


def dots(css_class: str, runs: Sequence[Sequence[Point]]) -> Markup:
    dot = Markup('<circle class="{}" cx="{}" cy="{}" r="3.5"/>')
    return Markup("").join(dot.format(css_class, px(x), px(y)) for run in runs for x, y in run)
