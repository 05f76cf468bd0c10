"""What breaks, and when: drawn once from a seed, so that the same run can be asked for again."""

from collections import Counter
from collections.abc import Iterator, Sequence
from enum import StrEnum
from random import Random
from typing import NamedTuple

from deploy.prepare import SERVICES

PER_MINUTE = 22
POSTGRESQL, KAFKA, DOOR = "postgresql", "kafka", "porte"
ROLES = ("suivi api", "suivi consumer", "suivi relay", "suivi timer", "indicateurs consumer")
MEMBERS = ("suivi consumer", "suivi relay", "indicateurs consumer")

# Seconds.
_SERVER_EVERY = {KAFKA: 95, POSTGRESQL: 60}  # it takes its time to serve again
_BACK = 12.0  # what is started again is left alone for so long
_FREEZE = (5.0, 20.0)
_PAUSE = (0.2, 2.0)
_VISIT = (4.0, 15.0)


class Kind(StrEnum):
    """A way to break; its value is how it is told."""

    KILL = "kill -9"
    FREEZE = "SIGSTOP"
    CUT = "connexions coupées"
    VISIT = "membre de passage"
    REPEAT = "envois redits"
    DISORDER = "envois en désordre"


class Fault(NamedTuple):
    """At *at* seconds from the beginning; undone, where it can be, *lasts* seconds later."""

    at: float
    kind: Kind
    target: str
    lasts: float = 0.0


# Of a hundred faults, besides the servers'. At most 60 of 200 kill.
_SHARES = {Kind.KILL: 20, Kind.FREEZE: 12, Kind.CUT: 26, Kind.VISIT: 10, Kind.REPEAT: 14}
_TARGETS: dict[Kind, Sequence[str]] = {
    Kind.KILL: (*SERVICES, *ROLES),
    Kind.FREEZE: (*SERVICES, *ROLES, POSTGRESQL, KAFKA),
    Kind.CUT: (POSTGRESQL, KAFKA, DOOR),
    Kind.VISIT: MEMBERS,
    Kind.REPEAT: ("envois",),
    Kind.DISORDER: ("envois",),
}
_LASTS = {Kind.KILL: _PAUSE, Kind.FREEZE: _FREEZE, Kind.VISIT: _VISIT}


def schedule(minutes: float, seed: int) -> list[Fault]:
    """Return the faults of a run in their order, the same for the same arguments."""
    dice = Random(seed)
    seconds = minutes * 60
    count = round(minutes * PER_MINUTE)
    servers = list(_servers(dice, seconds))
    kinds = [kind for kind, share in _SHARES.items() for _ in range(round(count * share / 100))]
    kinds += [Kind.DISORDER] * (count - len(servers) - len(kinds))
    dice.shuffle(kinds)
    step = seconds / len(kinds)
    drawn = sorted(servers)
    for rank, kind in enumerate(kinds):
        drawn.append(_draw(dice, (rank + dice.random()) * step, kind, drawn, seconds))
    return sorted(drawn)


def _servers(dice: Random, seconds: float) -> Iterator[Fault]:
    for server, every in _SERVER_EVERY.items():
        for rank in range(int(seconds / every)):
            # Ever a little later in its turn: two are never nearer than a turn is long.
            at = (rank + 0.25) * every + rank * dice.random()
            yield Fault(at, Kind.KILL, server, dice.uniform(*_PAUSE))


def _draw(dice: Random, at: float, kind: Kind, drawn: Sequence[Fault], end: float) -> Fault:
    """A fault whose target is whole at that time, and the least broken that way so far."""
    least, most = _LASTS.get(kind, (0.0, 0.0))
    lasts = dice.uniform(least, max(least, min(most, end - at)))
    busy = {
        fault.target
        for fault in drawn
        if fault.lasts and fault.at - lasts - _BACK < at < fault.at + fault.lasts + _BACK
    }
    free = [target for target in _TARGETS[kind] if target not in busy]
    if not free:
        return Fault(at, Kind.CUT, dice.choice(_TARGETS[Kind.CUT]))
    times = Counter(fault.target for fault in drawn if fault.kind is kind)
    fewest = min(times[target] for target in free)
    return Fault(at, kind, dice.choice([t for t in free if times[t] == fewest]), lasts)
