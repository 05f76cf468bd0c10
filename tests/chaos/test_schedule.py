from collections import Counter
from itertools import pairwise

import pytest

from deploy.prepare import SERVICES
from tests.chaos.schedule import KAFKA, ROLES, Kind, schedule


def test_a_seed_draws_the_same_faults_again_and_another_draws_others():
    assert schedule(2, 7) == schedule(2, 7)
    assert schedule(2, 7) != schedule(2, 8)


@pytest.mark.parametrize("seed", range(20))
def test_ten_minutes_hold_what_is_asked_of_them(seed: int):
    faults = schedule(10, seed)

    kinds = Counter(fault.kind for fault in faults)
    killed = {fault.target for fault in faults if fault.kind is Kind.KILL}
    kafka = [f.at for f in faults if f.kind is Kind.KILL and f.target == KAFKA]
    assert len(faults) >= 200
    assert kinds.keys() == set(Kind)
    assert kinds[Kind.KILL] <= 60
    assert killed >= {*SERVICES, *ROLES}
    assert min(later - sooner for sooner, later in pairwise(kafka)) >= 90
    assert all(5 <= f.lasts <= 20 for f in faults if f.kind is Kind.FREEZE)
