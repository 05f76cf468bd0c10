"""What all charts share: their shape, their scale, and how a number becomes geometry."""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Literal

from markupsafe import Markup

from kit.pages import filters

Unit = Literal["%", "", "j"]
Cell = str | Markup

MASKED = Markup('<abbr title="secret statistique">s</abbr>')
"""What a table shows where too few people stand behind a number."""

_MOST_TICKS = 7
_CUT_ABOVE = 2 / 3
_STEPS = (1, 2, 2.5, 5, 10)


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a table; numbers are aligned to the right."""

    label: str
    numeric: bool = True


@dataclass(frozen=True, slots=True)
class Chart:
    """A drawing, the key to its marks, and its values in a table."""

    id: str
    svg: Markup
    key: tuple[tuple[Markup, str], ...]
    columns: tuple[Column, ...]
    rows: tuple[tuple[Cell, ...], ...]


def written(value: float, unit: Unit, decimals: int = 1) -> str:
    """*value* as it is read: a ratio when *unit* is `%`."""
    if unit == "%":
        return filters.percent(value, decimals)
    return filters.number(value) + (f"{filters.NBSP}{unit}" if unit else "")


def px(value: float) -> str:
    """A coordinate, to a tenth of a unit and not a character more."""
    return f"{round(value, 1) + 0:g}"


def points(pairs: Iterable[tuple[float, float]]) -> str:
    return " ".join(f"{px(x)},{px(y)}" for x, y in pairs)


def drawing(
    name: str, box: tuple[float, float], title: str, description: str, *parts: str
) -> Markup:
    """An image with a name and a description for those who do not see it."""
    opening = Markup(
        '<svg viewBox="0 0 {w} {h}" role="img" aria-labelledby="{id}-t {id}-d">'
        '<title id="{id}-t">{title}</title><desc id="{id}-d">{description}</desc>'
    ).format(w=px(box[0]), h=px(box[1]), id=name, title=title, description=description)
    return opening + Markup("").join(parts) + Markup("</svg>")


def icon(*parts: str) -> Markup:
    """A mark of the key."""
    opening = Markup('<svg viewBox="0 0 28 12" aria-hidden="true">')
    return opening + Markup("").join(parts) + Markup("</svg>")


def text(content: str, x: float, y: float, css_class: str = "", anchor: str = "") -> Markup:
    attributes = Markup(' class="{}"').format(css_class) if css_class else Markup("")
    if anchor:
        attributes += Markup(' text-anchor="{}"').format(anchor)
    return Markup('<text{} x="{}" y="{}">{}</text>').format(attributes, px(x), px(y), content)


def month_labels(months: Sequence[date]) -> list[str]:
    """`avr. 25`, `mai`…: the year with the first month, and with each January of a longer span."""
    several = len({m.year for m in months}) > 1
    return [
        filters.short_month(m) + (f" {m:%y}" if several and (not i or m.month == 1) else "")
        for i, m in enumerate(months)
    ]


def ticks(values: Iterable[float], unit: Unit) -> list[float]:
    """Round values that frame *values*: from zero, unless all stand far above it."""
    values = list(values)
    scale = 100 if unit == "%" else 1
    low, high = (scale * f(values, default=0.0) for f in (min, max))
    if low > high * _CUT_ABOVE:
        margin = max((high - low) / 2, high / 6)
        ceiling = 100 if unit == "%" and high <= 100 else math.inf  # noqa: PLR2004
        low, high = low - margin, min(high + margin, ceiling)
    else:
        low = min(low, 0.0)
    step = _step((high - low) / _MOST_TICKS)
    first, last = math.floor(low / step), math.ceil(high / step)
    return [n * step / scale for n in range(first, max(last, first + 1) + 1)]


def _step(least: float) -> float:
    """The smallest step of 1, 2, 2.5 or 5 times a power of ten that is a unit or more."""
    if least <= 1:
        return 1
    power = 10.0 ** math.floor(math.log10(least))
    return next(s * power for s in _STEPS if s * power >= least and s * power == int(s * power))
