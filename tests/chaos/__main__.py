"""`python -m tests.chaos [--minutes 10] [--seed N]`: break a stack of its own, and count.

It ends with 1 when something differs, with 2 when too little was in flight to prove anything.
"""

import sys
from argparse import ArgumentParser
from functools import partial
from pathlib import Path
from secrets import randbelow
from tempfile import TemporaryDirectory

from deploy.embedded.stack import Stack
from deploy.trouble import Trouble
from tests.chaos.run import run, summary
from tests.chaos.schedule import schedule


def main() -> int:
    parser = ArgumentParser(prog="python -m tests.chaos")
    parser.add_argument("--minutes", type=float, default=10)
    parser.add_argument("--seed", type=int, default=randbelow(10_000))
    arguments = parser.parse_args()
    faults = schedule(arguments.minutes, arguments.seed)
    say = partial(print, flush=True)
    say(f"Graine {arguments.seed} : {len(faults)} pannes en {arguments.minutes:g} min.")
    try:
        with (
            TemporaryDirectory(prefix="sans-couture-chaos-") as folder,
            Stack(Path(folder), say=say) as stack,
        ):
            outcome = run(stack, faults, say)
    except Trouble as trouble:
        sys.exit(str(trouble))
    say("", *summary(outcome, arguments.seed), sep="\n")
    if not outcome.valid:
        return 2
    return 1 if outcome.ledger.differences() else 0


if __name__ == "__main__":
    sys.exit(main())
