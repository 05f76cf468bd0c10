"""From the acknowledgement of a fact to where people read it, under a steady load."""

import asyncio
import time
from collections.abc import Iterator, Sequence

from bench import apart, load, rows, store
from bench.gate import Verdict
from bench.ground import Ground, Store
from bench.line import Line, Target, percentile
from bench.load import Paced
from bench.measures.posting import requests
from bench.size import Size
from deploy.embedded.ports import LOOPBACK

RATE = 500
_AMONG = 1000
_EVERY = 25  # one fact in so many is followed: to read costs ten times what to post does
_PAUSE = 0.01
_PATIENCE = 60
_COUNTED = "select id from entrees where id = any($1::text[])"


def lines(ground: Ground, size: Size) -> Iterator[Line]:
    at, figures = ground.store(), ground.database("indicateurs")
    asyncio.run(_open(at))
    facts = rows.facts(RATE * size.paced_seconds, at.source, among=_AMONG, seed="delay")
    probes = range(0, len(facts), _EVERY)
    follow = {
        rank: (
            load.request("GET", f"/v1/parcours/{facts[rank]['subject']}/chronologie", at.key),
            f'"{facts[rank]["id"]}"'.encode(),
        )
        for rank in probes
    }
    with (
        ground.role(at, "api,relay", SC_KAFKA=ground.kafka) as suivi,
        ground.role(
            at,
            "consumer",
            service="indicateurs",
            SC_KAFKA=ground.kafka,
            SC_DATABASE_URL=figures,
            SC_SUIVI_URL=f"http://{LOOPBACK}:{suivi.port}",
        ),
    ):
        warming = rows.facts(RATE, at.source, among=_AMONG, seed="warm")
        apart.run(load.closed, [suivi.port], 8, requests(at, warming, 0))
        asyncio.run(_seen(figures, [fact["id"] for fact in warming]))
        sending = apart.start(load.paced, suivi.port, RATE, requests(at, facts, 0), follow)
        counted = asyncio.run(_seen(figures, [facts[rank]["id"] for rank in probes]))
        paced: Paced = sending.result()
        asyncio.run(_seen(figures, [fact["id"] for fact in facts]))
    expected = [(fact["source"], fact["id"]) for fact in [*warming, *facts]]
    stored = asyncio.run(store.verdict(at.url, expected, {}))
    acknowledged = {rank: paced.outcome.answers[rank].received for rank in probes}
    waits = [
        max(0.0, counted[facts[rank]["id"]] - acknowledged[rank])
        for rank in probes
        if facts[rank]["id"] in counted
    ]
    shape = (
        f"{RATE} faits par seconde pendant {size.paced_seconds} s, {_AMONG} parcours au hasard,"
        f" un fait sur {_EVERY} suivi"
    )
    for name, found, limit, how in (
        ("la chronologie", paced.followed, 100, "lue par sa route, demande comprise"),
        ("l’indicateur", waits, 1000, "dès que la ligne comptée est lisible, à 10 ms près"),
    ):
        yield Line(
            f"de l’accusé à {name}, p99",
            percentile(found, 0.99) * 1000,
            "ms",
            f"{shape} ; {how} ; médiane {percentile(found, 0.5) * 1000:.0f} ms",
            stored.plus(Verdict(missing=len(probes) - len(found))),
            Target(at_most=limit),
            generator=paced.outcome.cpu,
        )


async def _open(at: Store) -> None:
    connection = await store.connect(at.url)
    await store.open_to(connection, map(rows.parcours, range(_AMONG)), at.source)
    await connection.close()


async def _seen(url: str, ids: Sequence[str]) -> dict[str, float]:
    """When each of *ids* was first counted; those that are not in the end are missing."""
    connection = await store.connect(url)
    seen: dict[str, float] = {}
    missing, last = set(ids), time.monotonic()
    while missing and time.monotonic() - last < _PATIENCE:
        found = {line["id"] for line in await connection.fetch(_COUNTED, list(missing))}
        if found:
            last = time.monotonic()
            seen |= dict.fromkeys(found, last)
            missing -= found
        await asyncio.sleep(_PAUSE)
    await connection.close()
    return seen
