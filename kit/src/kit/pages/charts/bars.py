"""Parts of a whole, one bar per group."""

from collections.abc import Sequence
from dataclasses import dataclass

from markupsafe import Markup

from kit.pages import filters
from kit.pages.charts.base import MASKED, Cell, Chart, Column, drawing, icon, px, text

_WIDTH, _ROW, _THICK = 520, 54, 24
_ROOM_FOR_TEXT, _ROOM_ON_A_TELEPHONE = 52, 76
_FILLS = ("part-a", "part-b", "part-c")
_INKS = ("on-a", "on-b", "value")


@dataclass(frozen=True, slots=True)
class Bar:
    """A group and how many fall in each part; None when the group is too small to be shown."""

    label: str
    counts: Sequence[int] | None


def bars(  # noqa: PLR0913
    name: str,
    title: str,
    axis: str,
    parts: Sequence[str],
    groups: Sequence[Bar],
    *,
    whole: str = "Total",
    description: str = "",
) -> Chart:
    """Two or three *parts* that make up each group, in shares of its total."""
    drawn: list[Markup] = []
    for rank, group in enumerate(groups):
        drawn.append(text(group.label, 0, rank * _ROW + 13, "value"))
        drawn.append(_segments(group, rank * _ROW + 19))
    swatch = Markup('<path class="{}" d="M.5.5h27v11H.5z"/>')
    said = description or " ".join(_described(parts, group) for group in groups)
    return Chart(
        name,
        drawing(f"g-{name}", (_WIDTH, max(len(groups), 1) * _ROW), title, said, *drawn),
        tuple((icon(swatch.format(fill)), part) for fill, part in zip(_FILLS, parts, strict=False)),
        (Column(axis, numeric=False), Column(whole), *(Column(part) for part in parts)),
        tuple(_row(group, len(parts)) for group in groups),
    )


def _segments(group: Bar, y: float) -> Markup:
    total = sum(group.counts or ())
    if not group.counts or not total:
        absent = "masqué : trop peu de personnes" if group.counts is None else "personne"
        return text(absent, 0, y + 16)
    drawn, left = [], 0.0
    rect = Markup('<rect class="{}" x="{}" y="{}" width="{}" height="{}"/>')
    for count, fill, ink in zip(group.counts, _FILLS, _INKS, strict=False):
        width = count * _WIDTH / total
        if count:
            drawn.append(rect.format(fill, px(left), px(y), px(width), _THICK))
        if width >= _ROOM_FOR_TEXT:
            ink_class = ink if width >= _ROOM_ON_A_TELEPHONE else f"{ink} minor"
            drawn.append(text(filters.percent(count / total), left + 8, y + 16, ink_class))
        left += width
    return Markup("").join(drawn)


def _row(group: Bar, width: int) -> tuple[Cell, ...]:
    if group.counts is None:
        return (group.label, *[MASKED] * (width + 1))
    return (group.label, *(filters.number(n) for n in (sum(group.counts), *group.counts)))


def _described(parts: Sequence[str], group: Bar) -> str:
    total = sum(group.counts or ())
    if not group.counts or not total:
        return f"{group.label} : sans valeur."
    shares = (
        f"{part} {filters.percent(count / total)}"
        for part, count in zip(parts, group.counts, strict=True)
    )
    return f"{group.label} : {', '.join(shares)}."
