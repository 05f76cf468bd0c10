"""A short run on the stack of all tests: the long one is `make chaos`."""

import pytest

from deploy.embedded.stack import Stack
from tests.chaos.run import run, summary
from tests.chaos.schedule import schedule

MINUTES, SEED = 0.25, 288


@pytest.mark.timeout(900)
def test_what_is_acknowledged_survives_what_a_seed_breaks(
    pile: Stack, capsys: pytest.CaptureFixture[str]
):
    told: list[str] = []

    outcome = run(pile, schedule(MINUTES, SEED), told.append)

    with capsys.disabled():
        print("", *told, *summary(outcome, SEED), sep="\n")
    assert outcome.valid
    assert outcome.ledger.differences() == []
