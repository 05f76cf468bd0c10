"""How dates, numbers and sentences are written for French readers."""

import re
from datetime import date, datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal
from typing import Literal

from markupsafe import Markup

from kit.clock import PARIS

Number = float | Decimal
DateStyle = Literal["day", "short_day", "day_month", "weekday", "moment", "hour", "month"]

NBSP, NARROW = "\u00a0", "\u202f"

_MONTHS = (
    *("janvier", "février", "mars", "avril", "mai", "juin"),
    *("juillet", "août", "septembre", "octobre", "novembre", "décembre"),
)
_SHORT_MONTHS = (
    *("janv.", "févr.", "mars", "avr.", "mai", "juin"),
    *("juil.", "août", "sept.", "oct.", "nov.", "déc."),
)
_WEEKDAYS = ("lundi", "mardi", "mercredi", "jeudi", "vendredi", "samedi", "dimanche")
_MINUTE, _HOUR, _DAY = 60, 3600, 86_400
_PLURAL_FROM = 2
_TENTHS_BELOW = 10

_THOUSANDS = re.compile(r"\b\d{1,3}(?: \d{3})+\b")
_TYPOGRAPHY = (
    (re.compile(r"(?<=\w)'(?=\w)"), "’"),
    (re.compile(r" (?=[:%»])"), NBSP),
    (re.compile(r"(?<=«) "), NBSP),
    (re.compile(r" (?=[;!?])"), NARROW),
    (re.compile(r"\b(\d+) (?=[^\W\d_])"), rf"\1{NBSP}"),
)
_MARKUP = re.compile(r"(<(pre|code|textarea)\b.*?</\2>|<[^>]*>)", re.DOTALL)


def local(value: date) -> date:
    """The same instant on the clocks of Paris; a day stays a day."""
    if not isinstance(value, datetime):
        return value
    if value.tzinfo is None:
        raise ValueError("An instant without its offset cannot be shown")
    return value.astimezone(PARIS)


def _ordinal(day: int) -> str:
    return "1er" if day == 1 else str(day)


def day(value: date) -> str:
    """`1er juillet 2026`."""
    return f"{_day_and_month(value)} {local(value).year}"


def _day_and_month(value: date) -> str:
    value = local(value)
    return f"{_ordinal(value.day)}{NBSP}{_MONTHS[value.month - 1]}"


def short_day(value: date) -> str:
    """`10 juil. 2026`."""
    return f"{day_month(value)} {local(value).year}"


def day_month(value: date) -> str:
    """`10 juil.`, where the year is said elsewhere."""
    value = local(value)
    return f"{_ordinal(value.day)}{NBSP}{_SHORT_MONTHS[value.month - 1]}"


def weekday(value: date) -> str:
    """`lundi 23 novembre 2026`."""
    return f"{_WEEKDAYS[local(value).weekday()]} {day(value)}"


def hour(value: date) -> str:
    """`14:32`."""
    if not isinstance(value, datetime):
        raise TypeError("A day has no hour")
    return f"{local(value):%H:%M}"


def moment(value: date) -> str:
    """`23 nov. à 14:32`."""
    return f"{day_month(value)} à{NBSP}{hour(value)}"


def month(value: date) -> str:
    """`juillet 2026`."""
    value = local(value)
    return f"{_MONTHS[value.month - 1]} {value.year}"


def short_month(value: date) -> str:
    """`juil.`, on the axis of a chart."""
    return _SHORT_MONTHS[local(value).month - 1]


def time(value: date, style: DateStyle = "day", css_class: str = "") -> Markup:
    """A `<time>` element: written for people in one of the styles above, and for machines."""
    write = {
        "day": day,
        "short_day": short_day,
        "day_month": day_month,
        "weekday": weekday,
        "moment": moment,
        "hour": hour,
        "month": month,
    }[style]
    value = local(value)
    machine = value.isoformat(timespec="minutes") if isinstance(value, datetime) else str(value)
    if style == "month":
        machine = machine[:7]
    classes = Markup(' class="{}"').format(css_class) if css_class else ""
    return Markup('<time{} datetime="{}">{}</time>').format(classes, machine, write(value))


def number(value: Number, decimals: int = 0) -> str:
    """`23 969`, `31,5`: halves are rounded up, a hair space between thousands."""
    rounded = Decimal(str(value)).quantize(Decimal(1).scaleb(-decimals), ROUND_HALF_UP)
    return f"{rounded:,f}".replace(",", NARROW).replace(".", ",").replace("-", "\u2212")


def percent(ratio: Number, decimals: int = 1) -> str:
    """`62,4 %` for 0.624."""
    return f"{number(Decimal(str(ratio)) * 100, decimals)}{NBSP}%"


def count(value: Number, noun: str, plural: str | None = None) -> str:
    """`1 jour`, `23 969 événements`: French plurals start at two."""
    exact = Decimal(str(value))
    decimals = 0 if exact == exact.to_integral_value() else 1
    word = (plural or noun + "s") if abs(exact) >= _PLURAL_FROM else noun
    return f"{number(exact, decimals)}{NBSP}{word}"


def duration(value: timedelta) -> str:
    """`0,4 s`, `12 min`, `3 h 05`, `56 jours`: no finer than it matters."""
    seconds = value.total_seconds()
    if seconds < _MINUTE:
        return f"{number(seconds, 1 if seconds < _TENTHS_BELOW else 0)}{NBSP}s"
    if seconds < _HOUR:
        return f"{int(seconds // _MINUTE)}{NBSP}min"
    if seconds < _DAY:
        hours, minutes = divmod(int(seconds // _MINUTE), 60)
        return f"{hours}{NBSP}h" + (f"{NBSP}{minutes:02}" if minutes else "")
    return count(value.days, "jour")


def typographic(text: str) -> str:
    """The same text with the apostrophes and the spaces of French typography.

    Spaces are made unbreakable where they stand; none is added, so that 14:32 and an address
    stay what they are. What is already right does not change.
    """
    text = _THOUSANDS.sub(lambda number: number[0].replace(" ", NARROW), text)
    for pattern, replacement in _TYPOGRAPHY:
        text = pattern.sub(replacement, text)
    return text


def typeset(html: str) -> str:
    """A page whose text is typographic, however it was typed; its tags and code are left alone."""
    parts = _MARKUP.split(html)
    # Between two texts the pattern gives the markup, and the element it names if it is skipped.
    parts[::3] = [typographic(text.replace("&#39;", "'")) for text in parts[::3]]
    return "".join(part for rank, part in enumerate(parts) if rank % 3 != 2)  # noqa: PLR2004


FILTERS = {
    f.__name__: f
    for f in (
        *(day, short_day, day_month, weekday, hour, moment, month, short_month),
        *(number, percent, count, duration, typographic),
    )
}
