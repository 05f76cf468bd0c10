"""`python -m bench.without_storage`: suivi's front door, whole, with nothing behind it.

The reference of what is posted: the same route, keys, validation and answers; no PostgreSQL.
"""

from collections.abc import Sequence
from dataclasses import replace
from itertools import count

import uvloop

from kit import observability
from kit.log import CloudEvent, Receipt, partition_of
from kit.run import run
from kit.settings import Settings
from suivi.app import service


class Memory:
    """Answers as the writer of the log does, and keeps nothing."""

    def __init__(self) -> None:
        self._positions = count(1)

    async def submit_many(
        self,
        events: Sequence[CloudEvent],
        _fingerprints: Sequence[bytes | None],
        _traceparents: Sequence[str | None],
    ) -> list[Receipt]:
        return [
            Receipt("new", partition_of(event.subject), next(self._positions), 1)
            for event in events
        ]


async def main() -> None:
    settings = Settings()
    whole = service(settings)
    whole.http.state.reception.writer = Memory()
    await run(replace(whole, beside_api=()), settings, ["api"])


if __name__ == "__main__":
    observability.setup("suivi")
    uvloop.run(main())
