"""One projection deduced again from the events that its service keeps."""

import asyncio
from collections.abc import Iterator
from typing import NamedTuple
from uuid import UUID

from pydantic import SecretStr

from bench import apart, rows, store
from bench.gate import Verdict
from bench.ground import PLATFORM_KEY, SERVICE_KEY, Ground
from bench.line import Line, Reference, Target, number
from bench.machine import Meter
from bench.size import Size
from deploy.embedded.ports import LOOPBACK
from indicateurs.projections import reconstructibles
from kit import clock
from kit.log import message
from kit.rebuild import rebuilding
from kit.settings import Settings

_KEPT = (
    "source", "id", "parcours", "type", "partition", "position", "survenu_le", "enregistre_le",
    "corps",
)  # fmt: skip
_CURSOR = ("consumer", "log", "epoch", "partition", "position")
_EPOCH = "select epoch from log.identity"
_READ = "select sum(length(corps::text)) from evenements"


class Rebuilt(NamedTuple):
    """What one rebuild took, what it read, and whether it found what was there before."""

    build: float
    replace: float
    events: int
    same: bool
    cpu: float


def lines(ground: Ground, size: Size) -> Iterator[Line]:
    at, figures, events = ground.store(), ground.database("indicateurs"), size.relayed
    asyncio.run(store.fill(at.url, events, at.source))
    asyncio.run(_keep(at.url, figures, events))
    with ground.role(at, "api") as suivi:
        apart.run(rebuild, figures, suivi.port)
        rebuilt = apart.run(rebuild, figures, suivi.port)
    whole = rebuilt.build + rebuilt.replace
    yield Line(
        "reconstruction des indicateurs",
        events / whole,
        "événements/s",
        f"{events} événements de parcours ordinaires, tous les indicateurs ; déduire"
        f" {number(rebuilt.build)} s, comparer et remplacer {number(rebuilt.replace)} s",
        Verdict(missing=events - rebuilt.events, inversions=int(not rebuilt.same)),
        Target(at_least=100_000),
        Reference("la relecture seule de ces événements", events / apart.run(read, figures)),
        rebuilt.cpu,
    )


async def rebuild(url: str, port: int) -> Rebuilt:
    """Rebuild as `make rebuild` does, without its screen."""
    suivi = f"http://{LOOPBACK}:{port}"
    settings = Settings(
        database_url=url,
        access_database_url=url,
        kafka=f"{LOOPBACK}:1",
        port=port,
        public_url=suivi,
        suivi_url=suivi,
        indicateurs_url=suivi,
        service_key=SecretStr(SERVICE_KEY),
        platform_key=SecretStr(PLATFORM_KEY),
        orientation_url=suivi,
        inscription_url=suivi,
        passerelle_url=suivi,
    )
    [projection] = reconstructibles(settings)
    read: list[int] = []
    building, replacing = Meter(), Meter()
    async with rebuilding(url, projection) as under_way:
        with building.running():
            await under_way.build(read.append)
        with replacing.running():
            same = not any(await under_way.replace())
    return Rebuilt(building.seconds, replacing.seconds, sum(read), same, building.cpu)


async def read(url: str) -> float:
    connection = await store.connect(url)
    meter = Meter()
    with meter.running():
        await connection.fetchval(_READ)
    await connection.close()
    return meter.seconds


async def _keep(journal: str, figures: str, events: int) -> None:
    """Give indicateurs its own copy of the journal, read to its end."""
    connection, owner = await store.connect(figures), await store.connect(journal)
    epoch: UUID = await owner.fetchval(_EPOCH)
    now, reached = clock.now(), dict[int, int]()
    for lives in store.windows(events):
        placed = list(rows.place(store.side_by_side(lives), reached, {}))
        reached |= {one.partition: one.position for one in placed}
        entries = (rows.entry(one, now) for one in placed)
        await connection.copy_records_to_table(
            "evenements",
            columns=_KEPT,
            records=(
                (
                    e.source, e.id, e.stream, e.type, e.partition, e.position, e.happened_at,
                    e.recorded_at, message(e).decode(),
                )
                for e in entries
            ),
        )  # fmt: skip
    await connection.copy_records_to_table(
        "cursor",
        schema_name="consumer",
        columns=_CURSOR,
        records=[("indicateurs", "suivi", epoch, *place) for place in reached.items()],
    )
    await connection.execute("vacuum analyze evenements")
    await connection.close()
    await owner.close()
