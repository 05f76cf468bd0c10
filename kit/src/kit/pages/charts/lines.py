"""Values along months: one or two series, or a cumulative total against its target."""

from collections.abc import Sequence

from markupsafe import Markup

from kit.pages.charts.base import (
    Cell,
    Chart,
    Column,
    Unit,
    drawing,
    icon,
    points,
    px,
    text,
    written,
)
from kit.pages.charts.plot import BOTTOM, HEIGHT, TOP, WIDTH, Plot, Series, dots, polylines


def lines(  # noqa: PLR0913
    name: str,
    title: str,
    axis: str,
    labels: Sequence[str],
    series: Sequence[Series],
    *,
    unit: Unit = "%",
    pending: int = 0,
    band: bool = False,
    description: str = "",
) -> Chart:
    """One or two series along *labels*.

    The last *pending* labels are provisional. With *band*, the first series is a lower bound, the
    second an upper one, and what lies between is filled.
    """
    mature = len(labels) - pending
    plot = Plot(labels, [v for s in series for v in s.values if v is not None], unit)
    parts = [plot.frame()]
    if pending:
        parts.insert(0, _pending_zone(plot.x(mature - 0.5), plot.x(len(labels) - 1)))
    first, second = series[0], series[1] if len(series) > 1 else None
    if second is not None:
        if band:
            parts.append(_band(plot, first, second))
        parts.append(polylines("series-b", plot.runs(second.values)))
    parts.append(polylines("series-a", plot.runs(first.values[:mature])))
    parts.append(dots("dot", plot.runs(first.values[:mature])))
    later = [None] * mature + list(first.values[mature:])
    parts.append(dots("dot pending", plot.runs(later)))
    if second is not None and not band:
        parts.append(dots("dot b", plot.runs(second.values)))
    parts.append(plot.at_the_end(*((s.values, "value") for s in series)))

    marks = [(icon(_LINE_A, _DOT), first.name)]
    if second is not None:
        marks.append((icon(_LINE_B) if band else icon(_LINE_B, _DOT_B), second.name))
    columns = [Column(axis, numeric=False), *(Column(s.name) for s in series)]
    rows = _rows(labels, series, unit)
    if pending:
        marks.append((icon(_DOT_PENDING), "provisoire"))
        columns.append(Column("Maturité", numeric=False))
        maturity = ["mûr"] * mature + ["provisoire"] * pending
        rows = tuple((*row, word) for row, word in zip(rows, maturity, strict=True))
    said = description or " ".join(_described(labels, s, unit) for s in series)
    svg = drawing(f"g-{name}", (WIDTH, HEIGHT), title, said, *parts)
    return Chart(name, svg, tuple(marks), tuple(columns), rows)


def cumulative(  # noqa: PLR0913
    name: str,
    title: str,
    axis: str,
    labels: Sequence[str],
    *,
    actual: Series,
    target: Series,
    unit: Unit = "",
    description: str = "",
) -> Chart:
    """What was reached, label after label, and the line that should have been."""
    values = [v for s in (actual, target) for v in s.values if v is not None]
    plot = Plot(labels, values, unit)
    reached = plot.runs(actual.values)
    parts = [
        plot.frame(),
        polylines("target", plot.runs(target.values)),
        polylines("series-a", reached),
        dots("dot", reached),
    ]
    if len(actual.values) == len(labels) and actual.values[-1] is not None:
        parts.append(plot.at_the_end((target.values, ""), (actual.values, "value")))
    else:
        parts.append(plot.at_the_end((target.values, "")))
        if reached:
            x, y = reached[-1][-1]
            last = next(v for v in reversed(actual.values) if v is not None)
            parts.append(text(written(last, unit), x + 8, min(y + 18, BOTTOM - 6), "value"))
    padded = [*actual.values, *[None] * (len(labels) - len(actual.values))]
    whole = Series(actual.name, padded, actual.missing)
    said = description or " ".join(_described(labels, s, unit) for s in (actual, target))
    return Chart(
        name,
        drawing(f"g-{name}", (WIDTH, HEIGHT), title, said, *parts),
        ((icon(_LINE_A, _DOT), actual.name), (icon(_LINE_TARGET), target.name)),
        (Column(axis, numeric=False), Column(actual.name), Column(target.name)),
        _rows(labels, (whole, target), unit),
    )


_LINE_A = Markup('<path class="series-a" d="M0 6h28"/>')
_LINE_B = Markup('<path class="series-b" d="M0 6h28"/>')
_LINE_TARGET = Markup('<path class="target" d="M0 6h28"/>')
_DOT = Markup('<circle class="dot" cx="14" cy="6" r="4"/>')
_DOT_B = Markup('<circle class="dot b" cx="14" cy="6" r="4"/>')
_DOT_PENDING = Markup('<circle class="dot pending" cx="14" cy="6" r="4"/>')


def _band(plot: Plot, low: Series, high: Series) -> Markup:
    both = [
        None if a is None or b is None else (a, b)
        for a, b in zip(low.values, high.values, strict=True)
    ]
    below = plot.runs([pair and pair[0] for pair in both])
    above = plot.runs([pair and pair[1] for pair in both])
    band = Markup('<polygon class="band" points="{}"/>')
    return Markup("").join(
        band.format(points([*under, *reversed(over)]))
        for under, over in zip(below, above, strict=True)
        if len(under) > 1
    )


def _pending_zone(left: float, right: float) -> Markup:
    zone = Markup('<rect class="pending-zone" x="{}" y="{}" width="{}" height="{}"/>').format(
        px(left), TOP, px(right + 8 - left), BOTTOM - TOP
    )
    return zone + text("provisoire", left + 6, TOP + 14, "minor")


def _rows(
    labels: Sequence[str], series: Sequence[Series], unit: Unit
) -> tuple[tuple[Cell, ...], ...]:
    def cell(one: Series, index: int) -> Cell:
        value = one.values[index]
        return one.missing if value is None else written(value, unit)

    return tuple((label, *(cell(s, i) for s in series)) for i, label in enumerate(labels))


def _described(labels: Sequence[str], series: Series, unit: Unit) -> str:
    known = [(label, v) for label, v in zip(labels, series.values, strict=False) if v is not None]
    if not known:
        return f"{series.name} : pas encore de valeur."
    (start, first), (end, last) = known[0], known[-1]
    if len(known) == 1:
        return f"{series.name} : {written(first, unit)} ({start})."
    return f"{series.name} : de {written(first, unit)} ({start}) à {written(last, unit)} ({end})."
