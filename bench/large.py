"""How cost grows: stores of three sizes, built once by COPY and kept outside the repository."""

import asyncio
import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from bench import store
from bench.ground import Ground, Store
from bench.line import Line, number
from bench.measures import appending, posting, reading
from bench.size import Size
from deploy.embedded.jars import require_room
from kit.migrations import upgrade

SIZES: Final = (10_000, 1_000_000, 10_000_000)
FOLDER: Final = (
    Path(os.environ.get("XDG_CACHE_HOME", Path.home() / ".cache")) / "sans-couture/bench"
)
_ROOM = 20_000_000_000
_NAMES = "select datname from pg_database"


@dataclass(frozen=True)
class Stores:
    """The stores of a ground that keeps its data."""

    ground: Ground

    def of(self, events: int) -> Store:
        """The store of so many events: as it was left, or built now."""
        name, access = f"journal_{events}", "bench_acces"
        server = self.ground.postgresql
        existing = server.execute(_NAMES).split()
        if access not in existing:
            self.ground.database("access", access)
        if name not in existing:
            require_room(FOLDER, _ROOM)
            building = f"{name}_building"
            server.execute(f"drop database if exists {building}")
            at = self.ground.met(
                self.ground.database("suivi", building), server.database_url(access)
            )
            asyncio.run(store.fill(at.url, events, at.source))
            server.execute(f"alter database {building} rename to {name}")
        url, access_url = server.database_url(name), server.database_url(access)
        # Kept from a former version, they are brought to this one.
        asyncio.run(upgrade(url, "suivi"))
        asyncio.run(upgrade(access_url, "access"))
        return self.ground.met(url, access_url)


def lines(ground: Ground, size: Size) -> Iterator[Line]:
    """The same figures at each size; what is measured is added to the store, and stays there."""
    for events in SIZES:
        at = Stores(ground).of(events)
        told = f", journal de {number(events)} événements"
        yield reading.line(ground, at, size, events)
        yield appending.beside_copy(at, size, events // 10)._replace(
            measure=f"ajout au journal{told}"
        )
        for line in posting.lines(ground, at, size, events // 10):
            yield line._replace(measure=f"{line.measure}{told}")
