"""What a peer answers."""

from typing import NamedTuple

from bench.gate import Verdict


class Written(NamedTuple):
    """What writing took, and what a reader at the tail saw of it."""

    seconds: float
    cpu: float
    seen: Verdict = Verdict()
