"""When a delivery that failed is tried again."""

from datetime import datetime, timedelta
from random import SystemRandom

SCHEDULE = (
    timedelta(0),
    timedelta(seconds=5),
    timedelta(minutes=5),
    timedelta(minutes=30),
    timedelta(hours=2),
    timedelta(hours=5),
    timedelta(hours=10),
    timedelta(hours=14),
    timedelta(hours=20),
    timedelta(hours=24),
)
"""The wait before each attempt, as the specification advises: three days and a few hours."""

_JITTER = 0.2
_LONGEST_WISH = timedelta(hours=24)

_random = SystemRandom()


def next_attempt(made: int, now: datetime, retry_after: timedelta | None = None) -> datetime | None:
    """When to try after *made* attempts; None when there is none left.

    Each wait is up to a fifth shorter or longer, so that failures of one minute do not come back
    in one minute. A receiver that asked for *retry_after* gets it, up to a day.
    """
    if made >= len(SCHEDULE):
        return None
    wait = SCHEDULE[made] * _random.uniform(1 - _JITTER, 1 + _JITTER)
    return now + max(wait, min(retry_after or timedelta(0), _LONGEST_WISH))
