"""A run, from a stack that works to the account."""

import asyncio
import time
from collections.abc import Callable, Sequence
from contextlib import AsyncExitStack
from typing import NamedTuple

from deploy.embedded.stack import Stack
from tests.chaos.client import Client
from tests.chaos.ledger import Ledger, take
from tests.chaos.rig import Background, Rig
from tests.chaos.schedule import Fault, Kind
from tests.chaos.watch import Hit, Watch
from tests.parcours.acteurs import Acteurs
from tests.parcours.gestes import CONSEIL
from tests.parcours.recepteur import Recepteur, recepteur

IN_FLIGHT = 0.8  # of the faults, at least
_STILL = 400.0  # seconds: a delivery that failed twice is tried again after five minutes

Say = Callable[[str], None]


class Outcome(NamedTuple):
    """What was broken, what is found, and how many deliveries came more than once."""

    hits: Sequence[Hit]
    ledger: Ledger
    repeated: int

    @property
    def valid(self) -> bool:
        """Whether enough was in flight for the run to prove anything."""
        return sum(hit.hits_work for hit in self.hits) >= IN_FLIGHT * len(self.hits)


def run(stack: Stack, schedule: Sequence[Fault], say: Say) -> Outcome:
    """Break *stack* as *schedule* says while a client posts; count once it is quiet again."""
    begun = time.monotonic()

    def tell(hit: Hit) -> None:
        say(line(hit, begun))

    with Background() as background, Rig(stack, background) as rig:
        client = Client(stack, [rig.door])
        watch = Watch(stack, client)
        scene = _Scene(stack, client, watch)
        background.run(scene.open())
        begun = time.monotonic()
        hits = rig.play(schedule, watch, client, tell)
        fallen = rig.fallen()
        return background.run(scene.close(hits, fallen))


class _Scene:
    """The client at work, its receiver and the watch, in the background."""

    def __init__(self, stack: Stack, client: Client, watch: Watch) -> None:
        self._stack = stack
        self._client = client
        self._watch = watch
        self._around = AsyncExitStack()

    async def open(self) -> None:
        adviser = await self._around.enter_async_context(Acteurs(self._stack))
        self._receiver: Recepteur = await self._around.enter_async_context(
            recepteur(adviser, CONSEIL)
        )
        first = asyncio.Event()
        self._posting = asyncio.create_task(self._client.live(first))
        self._watching = asyncio.create_task(self._watch.run())
        await asyncio.wait(
            [asyncio.create_task(first.wait()), self._posting],
            return_when=asyncio.FIRST_COMPLETED,
        )

    async def close(self, hits: Sequence[Hit], fallen: list[str]) -> Outcome:
        self._client.cesser.set()
        await self._posting
        await self._quiet()
        self._watching.cancel()
        ledger = await take(self._stack, self._client, self._receiver, fallen)
        await self._around.aclose()
        return Outcome(hits, ledger, self._receiver.redits)

    async def _quiet(self) -> None:
        """Return when nothing is in flight, or when what is has not moved for long."""
        seen = self._watch.seen + 2  # a look begun before the last answer is not enough
        before, moved = self._watch.now, time.monotonic()
        while not (self._watch.seen > seen and self._watch.now.quiet):
            if self._watch.now != before:
                before, moved = self._watch.now, time.monotonic()
            if time.monotonic() > moved + _STILL:
                return  # and the account tells what is missing
            await asyncio.sleep(0.05)


def line(hit: Hit, begun: float) -> str:
    """A fault, in a line: when, what, on what, what was in flight, when the system served."""
    flying = ", ".join(f"{n} {what}" for what, n in hit.in_flight.items() if n) or "rien"
    lasts = f" {hit.fault.lasts:.1f} s" if hit.fault.kind in _LASTING else ""
    served = "jamais resservi" if hit.served_after is None else f"{hit.served_after:.1f} s"
    return (
        f"{hit.at - begun:7.1f} s  {hit.fault.kind + lasts:22}  {hit.fault.target:21}"
        f"  en vol : {flying:44}  sert de nouveau : {served}"
    )


_LASTING = {Kind.KILL, Kind.FREEZE, Kind.VISIT}


def summary(outcome: Outcome, seed: int) -> list[str]:
    """The account and the verdict, in French."""
    hits = outcome.hits
    working = sum(hit.hits_work for hit in hits)
    kills = sum(hit.fault.kind is Kind.KILL for hit in hits)
    served = sorted(hit.served_after for hit in hits if hit.served_after is not None)
    said = [
        f"{len(hits)} pannes dont {kills} kill -9 ; {working} ont frappé du travail en vol.",
        f"Le système a resservi après {len(served)} d’entre elles"
        + (
            f", en {served[len(served) // 2]:.1f} s (médiane), {served[-1]:.1f} s au plus."
            if served
            else "."
        ),
        f"Ensuite : {outcome.ledger} ; livraisons redites {outcome.repeated}.",
        *outcome.ledger.differences(),
    ]
    if not outcome.valid:
        said.append("INVALIDE : moins de 80 % des pannes ont frappé du travail en vol.")
    elif not outcome.ledger.differences():
        said.append("Rien d’accusé n’est perdu, doublé ni déplacé.")
    return [*said, f"Graine : {seed}"]
