"""A life on one thread: what lasts, what joins, what waits, and where we stand."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from markupsafe import Markup

from kit.pages import filters
from kit.pages.charts.base import Chart, Column, drawing, month_labels, px, text

_WIDTH = 1160
_LETTER, _BOLD_LETTER, _BETWEEN = 6.6, 7.3, 10
_LINE, _CLOTH, _AXIS, _BELOW = 16, 24, 38, 64
_THINNEST = 3
_BEFORE = {"": 0.0, "middle": 0.5, "end": 1.0}  # the part of a word that is left of its anchor
_ROOM_FOR_A_MONTH = 58


@dataclass(frozen=True, slots=True)
class Segment:
    """Something that lasts: from *start* to *end*, past or planned; None when no end is known."""

    name: str
    start: date
    end: date | None
    place: str = ""


@dataclass(frozen=True, slots=True)
class Seam:
    """What lies between two segments, or interrupts one."""

    name: str
    start: date
    end: date

    @property
    def days(self) -> str:
        return f"{(self.end - self.start).days}{filters.NBSP}j"


def thread(  # noqa: PLR0913
    name: str,
    title: str,
    segments: Sequence[Segment],
    seams: Sequence[Seam] = (),
    *,
    today: date,
    today_label: str = "aujourd’hui",
    end_label: str = "",
    description: str = "",
) -> Chart:
    """*segments* as cloth, dashed after *today*; *seams* as stitches; months below."""
    ends = [s.end or max(today, s.start) for s in segments]
    starts = [today, *(s.start for s in segments), *(s.start for s in seams)]
    months = _months(min(starts), max([today, *ends, *(s.end for s in seams)]))
    span = (months[-1] - months[0]).days

    def x(day: date) -> float:
        return (day - months[0]).days * _WIDTH / span

    words = _Words()
    for segment in segments:
        under = words.put(segment.place, x(segment.start))
        words.put(segment.name, x(segment.start), "nom", above=under)
    for seam in seams:
        middle = (x(seam.start) + x(seam.end)) / 2
        whole = f"{seam.name}, {seam.days}"
        words.put(whole if words.fits(whole, middle) else seam.days, middle, anchor="middle")
    if segments:
        words.put(end_label, x(max(ends)), anchor="end")
    words.put(today_label, x(today), "jour-nom", "middle")

    top = words.height
    drawn = [_axis(months, x, top)]
    drawn += [
        _cloth((x(s.start), x(end)), x(today), top) for s, end in zip(segments, ends, strict=True)
    ]
    stitch = Markup('<path class="point" d="M{} {}H{}"/>')
    drawn += [stitch.format(px(x(s.start)), top + _CLOTH // 2, px(x(s.end))) for s in seams]
    drawn.append(
        Markup('<path class="jour" d="M{} {}v44"/>').format(px(x(today)), top - 6) + words.drawn()
    )
    rows = tuple(_rows(segments, seams))
    said = description or " ; ".join(f"{what} : {start} – {end}" for what, start, end in rows)
    said = said or "Rien n’a encore commencé."
    box = (_WIDTH, top + _BELOW)
    return Chart(
        name,
        drawing(f"g-{name}", box, title, said, *drawn),
        (),
        tuple(Column(label, numeric=False) for label in ("Quoi", "Du", "Au")),
        rows,
    )


class _Words:
    """Words above the thread, each on the lowest line where it touches no other."""

    def __init__(self) -> None:
        self._lines: list[list[tuple[float, float, Markup]]] = [[], []]

    @property
    def height(self) -> int:
        return len(self._lines) * _LINE + 8

    def put(
        self, content: str, x: float, css_class: str = "", anchor: str = "", above: int = -1
    ) -> int:
        """Find a place, kept inside the drawing; the line on which it was found."""
        if not content:
            return above
        width = len(content) * (_BOLD_LETTER if css_class else _LETTER)
        before = width * _BEFORE[anchor]
        left = max(0.0, min(x - before, _WIDTH - width))
        line = above + 1
        while not self._is_free(line, left, left + width):
            line += 1
        y = -_LINE * line - 10
        word = text(content, left + before, y, css_class, anchor)
        self._lines[line].append((left, left + width, word))
        return line

    def fits(self, content: str, middle: float) -> bool:
        """Tell whether *content* can stand right above the thread, centred on *middle*."""
        half = len(content) * _LETTER / 2
        return self._is_free(0, middle - half, middle + half)

    def _is_free(self, line: int, left: float, right: float) -> bool:
        if line == len(self._lines):
            self._lines.append([])
        return all(
            right + _BETWEEN <= other_left or other_right + _BETWEEN <= left
            for other_left, other_right, _ in self._lines[line]
        )

    def drawn(self) -> Markup:
        words = Markup("").join(word for line in self._lines for *_, word in line)
        return Markup('<g transform="translate(0 {})">{}</g>').format(self.height, words)


def _axis(months: Sequence[date], x: Callable[[date], float], top: int) -> Markup:
    y = top + _AXIS
    each = _WIDTH / (len(months) - 1)
    step = next((n for n in (1, 2, 3, 6) if n * each >= _ROOM_FOR_A_MONTH), 12)
    labels = month_labels(months[:-1])
    mark = Markup('<path class="repere" d="M{} {}v8"/>')
    drawn = [Markup('<path class="repere" d="M0 {}H{}"/>').format(y, _WIDTH)]
    for month, label in list(zip(months, labels, strict=False))[::step]:
        drawn.append(mark.format(px(x(month) + 0.5), y))
        drawn.append(text(label, x(month) + 5, y + 19))
    return Markup("").join(drawn)


def _cloth(span: tuple[float, float], today: float, top: int) -> Markup:
    start, end = span[0], max(span[1], span[0] + _THINNEST)
    woven = min(end, today)
    drawn = Markup("")
    if woven > start:
        drawn += Markup('<rect class="etoffe" x="{}" y="{}" width="{}" height="{}"/>').format(
            px(start), top, px(woven - start), _CLOTH
        )
    if end > woven:
        begun = max(start, woven)
        drawn += Markup(
            '<rect class="etoffe-prevue" x="{}" y="{}" width="{}" height="{}"/>'
        ).format(px(begun), top + 1, px(end - begun), _CLOTH - 2)
    return drawn


def _months(low: date, high: date) -> list[date]:
    """The first day of each month from that of *low* to the one after *high*."""
    found = [low.replace(day=1)]
    while found[-1] <= high:
        found.append((found[-1] + timedelta(days=31)).replace(day=1))
    return found


def _rows(segments: Sequence[Segment], seams: Sequence[Seam]) -> Iterable[tuple[str, str, str]]:
    parts: list[Segment | Seam] = [*segments, *seams]
    for part in sorted(parts, key=lambda part: part.start):
        place = part.place if isinstance(part, Segment) else ""
        what = ", ".join(filter(None, (part.name, place)))
        end = filters.short_day(part.end) if part.end else "en cours"
        yield what, filters.short_day(part.start), end
