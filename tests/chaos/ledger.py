"""The account: what was acknowledged, and where each of it is found."""

import asyncio
from collections import Counter
from collections.abc import Collection, Iterator, Mapping
from typing import Any, NamedTuple

import asyncpg

from contracts.base import jour
from contracts.catalogue import lire
from contracts.lecture import Parcours, lire_parcours
from deploy.embedded.stack import Stack
from deploy.prepare import LOGS
from kit.clock import now
from tests.chaos.client import Client, Life
from tests.parcours.acteurs import Acteurs
from tests.parcours.compte import JOURNAL, Cle, au_journal, publies
from tests.parcours.gestes import CONSEIL
from tests.parcours.recepteur import Recepteur

_AT_ONCE = 8
_OWNERS = {name: name.partition(".")[0] for name in LOGS} | {JOURNAL: "suivi"}


class Ledger(NamedTuple):
    """How many times each event is found at each place; what else is wrong."""

    acknowledged: Counter[Cle]
    stored: Counter[Cle]
    published: Counter[Cle]
    applied: Counter[Cle]
    delivered: Counter[Cle] | None = None
    refused: Collection[str] = ()
    faults: Collection[str] = ()
    inversions: int = 0
    states: Collection[str] = ()
    fallen: Collection[str] = ()

    def differences(self) -> list[str]:
        """What is not as it should be, in sentences; nothing when all is well."""
        return list(self._differences())

    def _differences(self) -> Iterator[str]:
        for name, found in self._places().items():
            if missing := (self.acknowledged - found).total():
                yield f"{missing} accusés ne sont pas {name}s."
            if extra := (found - self.acknowledged).total():
                yield f"{extra} {name}s de trop."
        if self.refused:
            yield f"{len(self.refused)} faits justes ont été refusés."
        yield from (f"Le journal se dit abîmé : {fault}." for fault in self.faults)
        if self.inversions:
            yield f"{self.inversions} inversions à la lecture, après le curseur."
        yield from (
            f"L’état de {parcours} n’est pas celui des mêmes faits." for parcours in self.states
        )
        yield from (f"{name} s’est arrêté de lui-même." for name in self.fallen)

    def _places(self) -> dict[str, Counter[Cle]]:
        places = {"journalisé": self.stored, "publié": self.published, "appliqué": self.applied}
        return places if self.delivered is None else {**places, "livré": self.delivered}

    def __str__(self) -> str:
        counts = {"accusé": self.acknowledged, **self._places()}
        told = [f"{name}s {found.total()}" for name, found in counts.items()]
        told += [f"trous {len(self.faults)}", f"inversions {self.inversions}"]
        return ", ".join([*told, f"états différents {len(self.states)}"])


async def take(stack: Stack, client: Client, receiver: Recepteur, fallen: list[str]) -> Ledger:
    """Count everything, once nothing moves any more."""
    acknowledged = Counter((client.source, id_) for id_ in client.accuses)
    acknowledged.update(life.opening for life in client.lives)
    sources = {source for source, _ in acknowledged}

    def ours(found: Counter[Cle]) -> Counter[Cle]:
        # An opening whose answer was lost may have been made: only a fact has its author's id.
        return Counter(
            {key: n for key, n in found.items() if key in acknowledged or key[0] == client.source}
        )

    journal = await publies(stack.kafka.bootstrap, JOURNAL)
    others = [await publies(stack.kafka.bootstrap, topic) for topic in LOGS if topic != JOURNAL]
    suivi = stack.postgresql.database_url("suivi")
    delivered = Counter(
        (one.evenement["source"], one.evenement["id"]) for one in receiver.recus.values()
    )
    return Ledger(
        acknowledged,
        ours(await au_journal(suivi, sources)),
        ours(journal.de(sources)),
        ours(await _applied(stack, sources)),
        ours(delivered),
        client.refuses,
        [fault async for fault in _faults(stack)],
        journal.inversions + sum(topic.inversions for topic in others),
        [parcours async for parcours in _states(stack, client.lives)],
        fallen,
    )


async def _fetch(stack: Stack, service: str, query: str, *values: object) -> list[asyncpg.Record]:
    url = stack.postgresql.database_url(service).replace("+asyncpg", "")
    connection = await asyncpg.connect(url)
    try:
        return list(await connection.fetch(query, *values))
    finally:
        await connection.close()


async def _applied(stack: Stack, sources: Collection[str]) -> Counter[Cle]:
    lines = await _fetch(
        stack,
        "indicateurs",
        "select source, id from evenements where source = any($1)",
        list(sources),
    )
    return Counter((line["source"], line["id"]) for line in lines)


async def _faults(stack: Stack) -> Any:
    for owner in sorted(set(_OWNERS.values())):
        for line in await _fetch(
            stack, owner, "select fault, partition, position from log.verify()"
        ):
            yield f"{owner}, {line['fault']} ({line['partition']}/{line['position']})"


async def _states(stack: Stack, lives: Collection[Life]) -> Any:
    """The parcours that suivi or indicateurs sees otherwise than a plain reading of its facts."""
    by_id = {life.parcours: life for life in lives}
    openings = await _fetch(
        stack,
        "suivi",
        "select stream::text, body::text from log.entry where stream = any($1::uuid[])"
        " and type like '%.parcours.ouvert.%'",
        list(by_id),
    )
    suspensions: dict[str, list[tuple[Any, ...]]] = {parcours: [] for parcours in by_id}
    for parcours, *line in await _fetch(
        stack,
        "indicateurs",
        "select parcours::text, etape::text, le, fin_le from suspensions"
        " where parcours = any($1::uuid[]) order by etape, rang",
        list(by_id),
    ):
        suspensions[parcours].append(tuple(line))
    today = now().date()
    tour = asyncio.Semaphore(_AT_ONCE)
    async with Acteurs(stack) as adviser:

        async def same(parcours: str, opening: str) -> bool:
            facts = by_id[parcours].facts
            plain = lire_parcours([lire(opening), *map(lire, facts)], today)
            async with tour:
                told = await adviser.lire(CONSEIL, "suivi", f"/v1/parcours/{parcours}?au={today}")
            return told_state(told) == plain_state(plain) and suspensions[parcours] == [
                (str(etape.id), jour(s.debut_le), s.fin_le and jour(s.fin_le))
                for etape in sorted(plain.etapes, key=lambda etape: str(etape.id))
                for s in etape.suspensions
            ]

        answers = await asyncio.gather(*(same(*opening) for opening in openings))
    for (parcours, _), is_same in zip(openings, answers, strict=True):
        if not is_same:
            yield parcours


def told_state(told: Mapping[str, Any]) -> Any:
    """What the service says of a parcours, without names nor texts."""
    return (
        told["etat"],
        told["version"],
        [
            (e["etape_id"], e["etat"], [(r["source"], r["id"]) for r in e["evenements"]])
            for e in told["etapes"]
        ],
        sorted(anomalie["code"] for anomalie in told["anomalies"]),
    )


def plain_state(plain: Parcours) -> Any:
    """The same, of a parcours read in memory."""
    return (
        plain.etat,
        len(plain.evenements),
        [
            (str(e.id), e.etat, [tuple(each.reference) for each in e.evenements])
            for e in plain.etapes
        ],
        sorted(anomalie.code for anomalie in plain.anomalies),
    )
