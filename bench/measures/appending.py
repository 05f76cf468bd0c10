"""Appending to the log, beside COPY and beside what one would use instead of it."""

import asyncio
import contextlib
from collections.abc import Iterator, Sequence
from typing import NamedTuple
from uuid import uuid4

from bench import apart, peers, rows, store
from bench.gate import Seen, Verdict, inspect
from bench.ground import Ground, Store
from bench.line import Line, Reference, Target, middle
from bench.machine import Meter
from bench.peers import Peer
from bench.rows import Placed
from bench.size import Size
from kit import log
from kit.db import engine
from kit.log.store import Row, append_rows

CONNECTIONS = 4
GROUP = 500
_SHAPE = f"{GROUP} lignes par transaction, {CONNECTIONS} connexions"


class Cost(NamedTuple):
    """What a way of writing took, and what a reader at its tail saw of it."""

    seconds: float
    cpu: float
    seen: Verdict = Verdict()


def lines(ground: Ground, at: Store, size: Size, among: int) -> Iterator[Line]:
    """Ours beside COPY; then each peer, with the same rows in its own tables."""
    yield beside_copy(at, size, among)
    yield _followed(ground, size)
    for peer in peers.available(ground):
        yield _beside(ground, peer, size)
        number = size.appended // 4
        followed = peer.write(number, GROUP, CONNECTIONS, tail=True)
        yield Line(
            f"{peer.name}, suivi par un lecteur de queue",
            number / followed.seconds,
            "événements/s",
            f"{_SHAPE}, {number} lignes, {peer.shape} ;"
            " manquants : ce que le lecteur n’a jamais vu",
            followed.seen,
            generator=followed.cpu,
        )


def _beside(ground: Ground, peer: Peer, size: Size) -> Line:
    """Ours and *peer* in turn, each in a new store."""
    ours, theirs, verdict, number = [], [], Verdict(), size.appended // 2
    for turn in range(size.rounds):
        theirs.append(number / peer.write(number, GROUP, CONNECTIONS, tail=False).seconds)
        cost, found = _append(ground.store(), number, number, f"beside{turn}")
        ours.append(number / cost.seconds)
        verdict = verdict.plus(found)
    return Line(
        f"ajout au journal, face à {peer.name}",
        middle(ours),
        "événements/s",
        f"{_SHAPE}, autant de parcours que de lignes, {size.rounds} x {number} lignes dans des"
        f" bases neuves ; {peer.shape}",
        verdict,
        Target(ratio=1.5) if peer.safe else Target(),
        Reference(peer.name, middle(theirs)),
        cost.cpu,
    )


def beside_copy(at: Store, size: Size, among: int) -> Line:
    """Ours and COPY in the same tables, in turn."""
    ours, copies, verdict, cpu = [], [], Verdict(), 0.0
    for turn in range(size.rounds):
        seed = f"append{turn}-{uuid4().hex[:8]}"
        placed = _placed(at, size.appended, among, f"copy-{seed}")
        copies.append(size.appended / apart.run(copying, at.url, rows.pages(placed, GROUP)).seconds)
        cost, found = _append(at, size.appended, among, seed)
        ours.append(size.appended / cost.seconds)
        verdict, cpu = verdict.plus(found), max(cpu, cost.cpu)
    weight = rows.weight(rows.rows(10, among=among, seed=""))
    return Line(
        "ajout au journal",
        middle(ours),
        "événements/s",
        f"{_SHAPE}, corps de {weight} octets, {among} parcours au hasard,"
        f" {size.rounds} x {size.appended} lignes",
        verdict,
        Target(ratio=0.6),
        Reference("COPY des mêmes lignes", middle(copies)),
        cpu,
    )


def _append(at: Store, number: int, among: int, seed: str) -> tuple[Cost, Verdict]:
    before = asyncio.run(store.heads(at.url))
    lines = rows.rows(number, among=among, seed=seed)
    cost = apart.run(appending, at.url, rows.pages(lines, GROUP), tail=0)
    expected = [(row.source, row.id) for row in lines]
    return cost, asyncio.run(store.verdict(at.url, expected, before))


def _placed(at: Store, number: int, among: int, seed: str) -> list[Placed]:
    return asyncio.run(store.place(at.url, rows.rows(number, among=among, seed=seed)))


def _followed(ground: Ground, size: Size) -> Line:
    at, number = ground.store(), size.appended // 4
    lines = rows.rows(number, among=number, seed="tail")
    cost = apart.run(appending, at.url, rows.pages(lines, GROUP), tail=number)
    return Line(
        "ajout au journal, suivi par un lecteur de queue",
        number / cost.seconds,
        "événements/s",
        f"{_SHAPE}, {number} lignes ; le lecteur lit chaque partition par pages, comme un relais",
        cost.seen,
        generator=cost.cpu,
    )


async def appending(url: str, groups: Sequence[Sequence[Row]], *, tail: int) -> Cost:
    """Append *groups* by the product's own call; a reader at the *tail* waits for so many."""
    db = engine(url, pool=CONNECTIONS + 1)
    turns = iter(groups)

    async def write() -> None:
        for group in turns:
            async with db.begin() as tx:
                await append_rows(tx, group)

    async def read() -> list[Seen]:
        seen: list[Seen] = []
        cursors = dict.fromkeys(range(log.P), 0)
        while len(seen) < tail:
            async with db.connect() as tx:
                for partition, after in cursors.items():
                    for entry in await log.page(tx, partition, after, GROUP):
                        seen.append(Seen(partition, entry.position, (entry.source, entry.id)))
                        cursors[partition] = entry.position
            await asyncio.sleep(0.002)
        return seen

    try:
        async with contextlib.AsyncExitStack() as warm:
            for _ in range(CONNECTIONS + 1):
                await warm.enter_async_context(db.connect())
        reading = asyncio.create_task(read())
        meter = Meter()
        with meter.running():
            await asyncio.gather(*(write() for _ in range(CONNECTIONS)))
        expected = [(row.source, row.id) for group in groups for row in group]
        seen = inspect(expected, await reading) if tail else Verdict()
    finally:
        await db.dispose()
    return Cost(meter.seconds, meter.cpu, seen)


async def copying(url: str, groups: Sequence[Sequence[Placed]]) -> Cost:
    """Write the same by COPY, in as many transactions on as many connections."""
    connections = [await store.connect(url) for _ in range(CONNECTIONS)]
    turns = iter(groups)

    async def write(connection: object) -> None:
        for group in turns:
            await store.copy(connection, group)

    meter = Meter()
    with meter.running():
        await asyncio.gather(*map(write, connections))
    for connection in connections:
        await connection.close()
    return Cost(meter.seconds, meter.cpu)
