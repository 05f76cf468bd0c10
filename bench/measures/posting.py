"""The front door: facts posted one by one or by batches, acknowledged after their commit."""

import asyncio
import json
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from itertools import pairwise
from typing import Any
from uuid import uuid4

from bench import apart, load, rows, store
from bench.gate import Verdict
from bench.ground import Ground, Store
from bench.line import Line, Reference, Target, middle, percentile
from bench.load import Outcome
from bench.measures.appending import CONNECTIONS, GROUP, copying
from bench.size import Size

CLIENTS = 64
_ONE = "application/cloudevents+json"
_MANY = "application/cloudevents-batch+json"
_PATH = "/v1/evenements"
_WARM = 300  # requests, so that the first round is not the one that opens connections
_NEW = {201, 207}

Fact = dict[str, Any]


def lines(ground: Ground, at: Store, size: Size, among: int) -> Iterator[Line]:
    yield from _singles(ground, at, size, among)
    yield _batches(ground, at, size, among)


def _singles(ground: Ground, at: Store, size: Size, among: int) -> Iterator[Line]:
    rates, bare, shares, outcomes, verdict = [], [], [], [], Verdict()
    for turn in range(size.rounds):
        outcome, _ = _post(ground, at, _facts(at, size.singles, among, f"bare{turn}"), bare=True)
        bare.append(size.singles / outcome.seconds)
        before = ground.transactions(at)
        facts = _facts(at, size.singles, among, f"single{turn}")
        outcome, found = _post(ground, at, facts)
        shares.append((ground.transactions(at) - before) / len(facts))
        rates.append(size.singles / outcome.seconds)
        verdict = verdict.plus(found)
        outcomes.append(outcome)
    p99 = percentile([a.seconds for o in outcomes for a in o.answers], 0.99) * 1000
    shape = (
        f"{CLIENTS} clients, un processus api, {size.rounds} x {size.singles} faits,"
        f" {among} parcours au hasard, p99 {p99:.0f} ms"
    )
    reference = Reference("la même route sans stockage", middle(bare))
    yield Line(
        "envoi d’un fait",
        middle(rates),
        "événements/s",
        shape,
        verdict,
        Target(at_least=2000, ratio=0.6),
        reference,
        max(outcome.cpu for outcome in outcomes),
    )
    yield Line(
        "transactions par fait envoyé",
        middle(shares),
        "transactions",
        f"pg_stat_database de la base du suivi, {CLIENTS} clients",
        verdict,
        Target(at_most=0.1),
    )


def _batches(ground: Ground, at: Store, size: Size, among: int) -> Line:
    rates, copies, verdict, cpu = [], [], Verdict(), 0.0
    for turn in range(size.rounds):
        lines = rows.rows(size.batches, among=among, seed=f"batchcopy-{uuid4().hex[:8]}")
        placed = asyncio.run(store.place(at.url, lines))
        copies.append(size.batches / apart.run(copying, at.url, rows.pages(placed, GROUP)).seconds)
        facts = _facts(at, size.batches, among, f"batch{turn}")
        outcome, found = _post(ground, at, facts, clients=CONNECTIONS, group=GROUP)
        rates.append(size.batches / outcome.seconds)
        verdict, cpu = verdict.plus(found), max(cpu, outcome.cpu)
    return Line(
        "envoi d’un lot de 500",
        middle(rates),
        "événements/s",
        f"{GROUP} faits par requête, {CONNECTIONS} clients, un processus api,"
        f" {size.rounds} x {size.batches} faits, {among} parcours au hasard",
        verdict,
        Target(at_least=12_000, ratio=0.5),
        Reference("COPY des mêmes lignes", middle(copies)),
        cpu,
    )


def by_processes(ground: Ground, size: Size) -> Iterator[Line]:
    """The same single posts, by one, two and four processes of the role `api`."""
    at = ground.store()
    told: list[Line] = []
    for processes in (1, 2, 4):
        facts = _facts(at, size.singles, size.singles, f"scale{processes}")
        outcome, verdict = _post(ground, at, facts, processes=processes)
        told.append(
            Line(
                f"envoi d’un fait, {processes} processus api",
                size.singles / outcome.seconds,
                "événements/s",
                f"{CLIENTS} clients en tout, {size.singles} faits",
                verdict,
                generator=outcome.cpu,
            )
        )
    yield told[0]
    for fewer, more in pairwise(told):
        yield more._replace(reference=Reference(fewer.measure, fewer.value))


def _facts(at: Store, number: int, among: int, seed: str) -> list[Fact]:
    # A kept store has met those of other runs.
    return rows.facts(number, at.source, among=among, seed=f"{seed}-{uuid4().hex[:8]}")


def _post(  # noqa: PLR0913 - the coordinates of one load
    ground: Ground,
    at: Store,
    facts: Sequence[Fact],
    *,
    clients: int = CLIENTS,
    group: int = 0,
    processes: int = 1,
    bare: bool = False,
) -> tuple[Outcome, Verdict]:
    """Post *facts*, by groups or, if 0, one by one; *bare*: to the route without storage."""
    warming = _facts(at, _WARM, _WARM, f"warm-{facts[0]['id']}")
    module = "bench.without_storage" if bare else "kit.run"
    before = asyncio.run(store.heads(at.url))
    with ExitStack() as running:
        apis = [
            running.enter_context(ground.role(at, "api", module=module)) for _ in range(processes)
        ]
        ports = [api.port for api in apis]
        warm = apart.run(load.closed, ports, clients, requests(at, warming, 0))
        outcome = apart.run(load.closed, ports, clients, requests(at, facts, group))
    if bare:
        return outcome, Verdict()
    acknowledged = [fact for fact, a in zip(warming, warm.answers, strict=True) if a.status in _NEW]
    verdict = asyncio.run(
        store.verdict(at.url, [(f["source"], f["id"]) for f in [*acknowledged, *facts]], before)
    )
    return outcome, verdict


def requests(at: Store, facts: Sequence[Fact], group: int) -> list[bytes]:
    """The bytes to send, made before the clock starts."""
    if not group:
        return [load.request("POST", _PATH, at.key, _ONE, _json(fact)) for fact in facts]
    return [
        load.request("POST", _PATH, at.key, _MANY, _json(page)) for page in rows.pages(facts, group)
    ]


def _json(document: object) -> bytes:
    return json.dumps(document, ensure_ascii=False, separators=(",", ":")).encode()
