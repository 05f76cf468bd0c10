"""What is in flight at every instant, and when the system serves again."""

import asyncio
import time
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field

import asyncpg

from deploy.embedded.stack import Stack
from deploy.prepare import SERVICES
from tests.chaos.client import Client
from tests.chaos.schedule import Fault

_EVERY = 0.03
_PATIENCE = 1.0
_CURSORS = (
    "select partition, max(position) as position from consumer.cursor"
    " where consumer = $1 and log = 'suivi' group by partition"
)
_JOURNAL = """
select h.partition, h.position, h.position - coalesce(c.position, 0) as unpublished
  from log.head h left join log.cursor c on c.partition = h.partition and c.consumer = 'suivi'"""
_DUE = "select count(*) from envois where prochaine_le is not null"


@dataclass
class Hit:
    """A fault that was made, what it found in flight, and how long the system then took."""

    fault: Fault
    at: float
    in_flight: dict[str, int]
    served_after: float | None = None

    @property
    def hits_work(self) -> bool:
        return any(self.in_flight.values())


@dataclass
class Situation:
    """Events stored and not published, published and not applied, by service; deliveries due."""

    unpublished: int = 0
    unapplied: dict[str, int] = field(default_factory=dict)
    undelivered: int = 0

    @property
    def quiet(self) -> bool:
        return not (self.unpublished or any(self.unapplied.values()) or self.undelivered)


class Watch:
    """Looks at the databases directly, all the time, through their own outages."""

    def __init__(self, stack: Stack, client: Client) -> None:
        self.now = Situation()
        self.seen = 0  # how often
        self.waiting: list[Hit] = []
        self._stack = stack
        self._client = client
        self._read = 0
        self._served: list[tuple[float, tuple[int, int]]] = []

    async def run(self) -> None:
        while True:
            connections: dict[str, asyncpg.Connection] = {}
            try:
                async with asyncio.timeout(5):
                    for name in SERVICES:
                        url = self._stack.postgresql.database_url(name).replace("+asyncpg", "")
                        connections[name] = await asyncpg.connect(url, command_timeout=_PATIENCE)
                while True:
                    await self._look(connections)
                    await asyncio.sleep(_EVERY)
            except Exception:  # noqa: BLE001 - a server killed is seen in many ways
                await asyncio.sleep(_EVERY)
            finally:
                for connection in connections.values():
                    with suppress(Exception):
                        connection.terminate()

    def in_flight(self, target: str) -> dict[str, int]:
        """What *target* has in hand or before it, in the words in which it is told."""
        service, _, role = target.partition(" ")
        unapplied = self.now.unapplied
        posts = {"envois": self._client.en_vol}
        to_publish = {"à publier": self.now.unpublished}
        to_apply = {"à appliquer": unapplied.get(service, max(unapplied.values(), default=0))}
        to_deliver = {"à livrer": self.now.undelivered}
        return {
            "suivi": posts | to_publish | to_deliver,
            "suivi relay": to_publish,
            "suivi timer": to_deliver,
            "orientation": {"ouvertures": self._client.opening} | to_apply,
            "kafka": to_publish | to_apply,
        }.get(target, to_apply if service in SERVICES and role != "api" else posts)

    async def _look(self, connections: Mapping[str, asyncpg.Connection]) -> None:
        journal = await connections["suivi"].fetch(_JOURNAL)
        due = await connections["suivi"].fetchval(_DUE)
        applied = {}
        for name in SERVICES:
            lines = await connections[name].fetch(_CURSORS, name)
            applied[name] = {line["partition"]: line["position"] for line in lines}
        heads = {line["partition"]: line["position"] for line in journal}
        self.now = Situation(
            sum(line["unpublished"] for line in journal),
            {
                name: sum(max(0, head - cursors.get(p, 0)) for p, head in heads.items())
                for name, cursors in applied.items()
            },
            due,
        )
        self.seen += 1
        self._serve(applied["indicateurs"])

    def _serve(self, applied: Mapping[int, int]) -> None:
        """A fault is over when what was posted after it has been acknowledged and applied."""
        answers = self._client.reponses
        for answer in answers[self._read :]:
            if answer.place:
                self._served.append((answer.partie_a, answer.place))
        self._read = len(answers)
        now = time.monotonic()
        for hit in list(self.waiting):
            if any(
                sent > hit.at and applied.get(partition, 0) >= position
                for sent, (partition, position) in self._served
            ):
                hit.served_after = now - hit.at
                self.waiting.remove(hit)
        oldest = min((hit.at for hit in self.waiting), default=now)
        self._served = [one for one in self._served if one[0] > oldest]
