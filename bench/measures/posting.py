"""The front door: facts posted one by one or by batches, acknowledged after their commit."""

import asyncio
import json
from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import Any, NamedTuple
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


class Posted(NamedTuple):
    """What a load gave; *busy*: the share of a core that the processes under it took."""

    outcome: Outcome
    verdict: Verdict
    rate: float
    busy: float


def lines(ground: Ground, at: Store, size: Size, among: int) -> Iterator[Line]:
    yield from _singles(ground, at, size, among)
    yield _batches(ground, at, size, among)


def _singles(ground: Ground, at: Store, size: Size, among: int) -> Iterator[Line]:
    bare, shares, posted, verdict = [], [], [], Verdict()
    for turn in range(size.rounds):
        facts = _facts(at, size.singles, among, f"bare{turn}")
        bare.append(_post(ground, at, facts, bare=True).rate)
        before = ground.transactions(at)
        facts = _facts(at, size.singles, among, f"single{turn}")
        posted.append(_post(ground, at, facts))
        shares.append((ground.transactions(at) - before) / (size.singles + _WARM))
        verdict = verdict.plus(posted[-1].verdict)
    p99 = percentile([a.seconds for p in posted for a in p.outcome.answers], 0.99) * 1000
    shape = (
        f"{CLIENTS} clients, un processus api à {posted[-1].busy * 100:.0f} % d’un cœur,"
        f" {size.rounds} x {size.singles} faits, {among} parcours au hasard, p99 {p99:.0f} ms"
    )
    reference = Reference("la même route sans stockage", middle(bare))
    yield Line(
        "envoi d’un fait",
        middle([each.rate for each in posted]),
        "événements/s",
        shape,
        verdict,
        Target(at_least=2000, ratio=0.6),
        reference,
        max(each.outcome.cpu for each in posted),
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
    posted, copies, verdict = [], [], Verdict()
    for turn in range(size.rounds):
        lines = rows.rows(size.batches, among=among, seed=f"batchcopy-{uuid4().hex[:8]}")
        placed = asyncio.run(store.place(at.url, lines))
        copies.append(size.batches / apart.run(copying, at.url, rows.pages(placed, GROUP)).seconds)
        facts = _facts(at, size.batches, among, f"batch{turn}")
        posted.append(_post(ground, at, facts, clients=CONNECTIONS, group=GROUP))
        verdict = verdict.plus(posted[-1].verdict)
    return Line(
        "envoi d’un lot de 500",
        middle([each.rate for each in posted]),
        "événements/s",
        f"{GROUP} faits par requête, {CONNECTIONS} clients, un processus api à"
        f" {posted[-1].busy * 100:.0f} % d’un cœur, {size.rounds} x {size.batches} faits,"
        f" {among} parcours au hasard",
        verdict,
        Target(at_least=12_000, ratio=0.5),
        Reference("COPY des mêmes lignes", middle(copies)),
        max(each.outcome.cpu for each in posted),
    )


def by_processes(ground: Ground, size: Size) -> Iterator[Line]:
    """The same single posts, by one, two and four processes of the role `api`."""
    at = ground.store()
    told: list[Line] = []
    number = size.singles // 2
    for processes in (1, 2, 4):
        facts = _facts(at, number, number, f"scale{processes}")
        posted = _post(ground, at, facts, processes=processes)
        told.append(
            Line(
                f"envoi d’un fait, {processes} processus api",
                posted.rate,
                "événements/s",
                f"{CLIENTS} clients en tout, {number} faits,"
                f" {posted.busy * 100:.0f} % d’un cœur à eux tous",
                posted.verdict,
                generator=posted.outcome.cpu,
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
) -> Posted:
    """Post *facts*, by groups or, if 0, one by one; *bare*: to the route without storage."""
    warming = _facts(at, _WARM, _WARM, f"warm-{facts[0]['id']}")
    module = "bench.without_storage" if bare else "kit.run"
    before = asyncio.run(store.heads(at.url))
    with ground.roles(processes, at, "api", module=module) as apis:
        ports = [api.port for api in apis]
        warm = apart.run(load.closed, ports, clients, requests(at, warming, 0))
        spent = sum(api.spent() for api in apis)
        outcome = apart.run(load.closed, ports, clients, requests(at, facts, group))
        spent = sum(api.spent() for api in apis) - spent
    verdict = Verdict()
    if not bare:
        known = [fact for fact, a in zip(warming, warm.answers, strict=True) if a.status in _NEW]
        expected = [(fact["source"], fact["id"]) for fact in [*known, *facts]]
        verdict = asyncio.run(store.verdict(at.url, expected, before))
    return Posted(outcome, verdict, len(facts) / outcome.seconds, spent / outcome.seconds)


def requests(at: Store, facts: Sequence[Fact], group: int) -> list[bytes]:
    """The bytes to send, made before the clock starts."""
    if not group:
        return [load.request("POST", _PATH, at.key, _ONE, _json(fact)) for fact in facts]
    return [
        load.request("POST", _PATH, at.key, _MANY, _json(page)) for page in rows.pages(facts, group)
    ]


def _json(document: object) -> bytes:
    return json.dumps(document, ensure_ascii=False, separators=(",", ":")).encode()
