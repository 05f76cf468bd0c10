"""Whether what was measured was also right: a fast answer that loses an event is no answer."""

from collections import Counter
from collections.abc import Hashable, Iterable, Mapping
from typing import Any, NamedTuple, Self


class Seen(NamedTuple):
    """An event as a reader met it: in which line of numbers, at which number, and who it is."""

    line: Hashable
    number: int
    key: Hashable


class Verdict(NamedTuple):
    """Counts of faults; a measure is valid when they are all 0."""

    missing: int = 0
    holes: int = 0
    inversions: int = 0
    duplicates: int = 0

    @property
    def valid(self) -> bool:
        return not any(self)

    def __str__(self) -> str:
        names = ("manquant", "trou", "inversion", "doublon")
        return ", ".join(
            f"{count} {name}{'s' * (count > 1)}" for count, name in zip(self, names, strict=True)
        )

    def plus(self, other: Self) -> "Verdict":
        return Verdict(*(mine + theirs for mine, theirs in zip(self, other, strict=True)))


def inspect(
    expected: Iterable[Hashable],
    seen: Iterable[Seen],
    *,
    after: Mapping[Any, int] | None = None,
    contiguous: bool = True,
) -> Verdict:
    """Compare what was *expected* with what was *seen*, in the order in which it was seen.

    Each line counts by one from the number that *after* gives it, 0 if none. A store whose numbers
    are not *contiguous* by design is not asked for holes.
    """
    keys: Counter[Hashable] = Counter()
    numbers: Counter[tuple[Hashable, int]] = Counter()
    last: dict[Hashable, int] = {}
    inversions = 0
    for line, number, key in seen:
        keys[key] += 1
        numbers[line, number] += 1
        if number < last.get(line, number):
            inversions += 1
        last[line] = max(number, last.get(line, number))
    starts = after or {}
    holes = sum(last[line] - starts.get(line, 0) for line in last) - len(numbers)
    doubled = (sum(counts.values()) - len(counts) for counts in (keys, numbers))
    return Verdict(
        missing=sum(1 for key in set(expected) if key not in keys),
        holes=max(holes, 0) if contiguous else 0,
        inversions=inversions,
        duplicates=max(doubled),
    )
