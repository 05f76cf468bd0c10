"""What one would use instead of our log: each as its own packages install it."""

import shutil
from collections.abc import Iterator
from typing import Protocol

from bench.ground import Ground
from bench.peers.message_db import MessageDb
from bench.peers.pyeventsourcing import PyEventSourcing
from bench.peers.written import Written


class Peer(Protocol):
    """Another log on the same PostgreSQL; *safe*: in a mode whose tail readers lose nothing."""

    name: str
    shape: str
    safe: bool

    def write(self, number: int, group: int, connections: int, *, tail: bool) -> Written:
        """Write so many events into an empty database, read meanwhile at its *tail* or not."""


def available(ground: Ground) -> Iterator[Peer]:
    yield PyEventSourcing(ground, safe=True)
    yield PyEventSourcing(ground, safe=False)
    if shutil.which("npm"):
        yield MessageDb(ground)
