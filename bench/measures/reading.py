"""The state of one parcours at a date, beside the reading of its journal alone."""

import asyncio
import json
import random
from collections.abc import Sequence

from bench import apart, load, rows, store
from bench.gate import Verdict
from bench.ground import Ground, Store
from bench.line import Line, Reference, Target, number, percentile
from bench.machine import Meter
from bench.size import Size

_AU = "2026-05-15"
_WARM = 50
_FOUND = 200
_READ = "select * from log.read($1)"


def line(ground: Ground, at: Store, size: Size, stored: int) -> Line:
    """Read random parcours of a store that holds so many events of ordinary journeys."""
    chance = random.Random(stored)
    ranks = [chance.randrange(stored // len(rows.LIFE)) for _ in range(_WARM + size.reads)]
    asked = [
        load.request("GET", f"/v1/parcours/{rows.parcours(rank)}?au={_AU}", at.key)
        for rank in ranks
    ]
    with ground.role(at, "api") as api:
        apart.run(load.closed, [api.port], 1, asked[:_WARM])
        outcome = apart.run(load.closed, [api.port], 1, asked[_WARM:])
    whole = sum(answer.status == _FOUND and _whole(answer.body) for answer in outcome.answers)
    alone = apart.run(read, at.url, ranks[_WARM:])
    p99 = percentile([answer.seconds for answer in outcome.answers], 0.99) * 1000
    p50 = percentile([answer.seconds for answer in outcome.answers], 0.5) * 1000
    return Line(
        f"état d’un parcours à une date, journal de {number(stored)} événements",
        p99,
        "ms (p99)",
        f"par sa route, un client, {size.reads} parcours au hasard de {len(rows.LIFE)} événements ;"
        f" lecture notée avant la réponse ; médiane {number(p50)} ms",
        Verdict(missing=size.reads - whole),
        Target(at_most=5),
        Reference("la lecture de son journal seule, en SQL", percentile(alone, 0.99) * 1000),
        outcome.cpu,
    )


def of_a_new_store(ground: Ground, size: Size) -> Line:
    at = ground.store()
    asyncio.run(store.fill(at.url, size.stored, at.source))
    return line(ground, at, size, size.stored)


async def read(url: str, ranks: Sequence[int]) -> list[float]:
    """Read the same journals by the plainest driver: the seconds of each."""
    connection = await store.connect(url)
    taken = []
    for rank in ranks:
        meter = Meter()
        with meter.running():
            await connection.fetch(_READ, rows.parcours(rank))
        taken.append(meter.seconds)
    await connection.close()
    return taken


def _whole(body: bytes) -> bool:
    """Whether the answer rests on the whole journal."""
    version: int = json.loads(body)["version"]
    return version >= len(rows.LIFE)
