"""How much is measured: enough to be sure, or enough to see that all of it works."""

from typing import Final, NamedTuple


class Size(NamedTuple):
    """Counts by run; each comparison is made *rounds* times, in turn, and the medians compared."""

    rounds: int
    appended: int
    singles: int
    batches: int
    relayed: int
    consumed: int
    paced_seconds: int
    reads: int
    stored: int
    delivered: int


FULL: Final = Size(
    rounds=3,
    appended=100_000,
    singles=30_000,
    batches=100_000,
    relayed=400_000,
    consumed=200_000,
    paced_seconds=30,
    reads=3000,
    stored=200_000,
    delivered=20_000,
)
QUICK: Final = Size(
    rounds=1,
    appended=20_000,
    singles=3_000,
    batches=10_000,
    relayed=60_000,
    consumed=30_000,
    paced_seconds=4,
    reads=200,
    stored=10_000,
    delivered=1_000,
)
