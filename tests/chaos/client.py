"""Who posts without pause, remembers what was acknowledged, and hears the webhooks."""

import asyncio
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import cycle
from typing import Any

import aiohttp

from deploy.embedded.stack import Stack
from kit.clock import PARIS
from tests.parcours.acteurs import Acteurs
from tests.parcours.charge import Fait, Partenaire
from tests.parcours.compte import Cle
from tests.parcours.gestes import CONSEIL

PER_SECOND = 25
OPENINGS_PER_SECOND = 2
_IN_FLIGHT = 32  # posts, at most
_OPENING = 4
_AT_ONCE = 20  # lives that go on
_BURST = 12
_OPENED = datetime(2022, 12, 1, 9, tzinfo=PARIS)
_TURNS = ("suspension_prononcee", "attestation_competences_delivree", "reprise_effective")


@dataclass
class Life:
    """A parcours that the adviser opened, and what was then said of it, in the order of life."""

    parcours: str
    opening: Cle
    facts: list[Fait] = field(default_factory=list)


class Client(Partenaire):
    """A training body that says what happens to those whom an adviser sends it."""

    def __init__(self, stack: Stack, doors: Sequence[str]) -> None:
        super().__init__(stack, "2023-01")
        self.lives: list[Life] = []
        self.opening = 0
        self._stack = stack
        self._urls = cycle([*doors, stack.urls["suivi"]])
        self._held: list[Fait] = []
        self._hold = 0
        self._recent: deque[Fait] = deque(maxlen=200)
        self._bursts: list[asyncio.Task[Any]] = []

    async def live(self, first: asyncio.Event) -> None:
        """Open and say until told to cease; then say again what was not acknowledged."""
        async with Acteurs(self._stack) as adviser, asyncio.TaskGroup() as openings:
            person = await adviser.demander(
                CONSEIL, "orientation", "/v1/beneficiaires", nom="Ourlet", prenom="Lou"
            )
            await self._open(adviser, person["beneficiaire_id"])
            first.set()
            work = asyncio.create_task(self.cadencer(PER_SECOND, a_la_fois=_IN_FLIGHT))
            while not self.cesser.is_set():
                if self.opening < _OPENING:
                    openings.create_task(self._open(adviser, person["beneficiaire_id"]))
                await asyncio.sleep(1 / OPENINGS_PER_SECOND)
            await work
        await asyncio.gather(*self._bursts)

    def repeat(self) -> None:
        """Say again, all at once and in any order, what may have been acknowledged already."""
        self._say_at_once(list(self._recent)[:: max(1, len(self._recent) // _BURST)][::-1])

    def disorder(self) -> None:
        """Hold back the next facts, and say them all at once, the last first."""
        self._hold = _BURST

    def _say_at_once(self, facts: Sequence[Fait]) -> None:
        self._bursts.append(asyncio.create_task(self._burst(facts)))

    async def _burst(self, facts: Sequence[Fait]) -> None:
        async with self._session() as http:
            await asyncio.gather(*(super(Client, self)._envoyer(http, fact) for fact in facts))

    async def _envoyer(self, http: aiohttp.ClientSession, fait: Fait) -> bool:
        if self._hold and not self.cesser.is_set():
            self._hold -= 1
            self._held.append(fait)
            if not self._hold:
                late, self._held = self._held[::-1], []
                self._say_at_once(late)
            return False
        self._recent.append(fait)
        return await super()._envoyer(http, fait)

    async def _open(self, adviser: Acteurs, person: str) -> None:
        self.opening += 1
        try:
            status, opened = await adviser.appeler(
                "POST",
                CONSEIL,
                "orientation",
                "/v1/parcours",
                {
                    "beneficiaire_id": person,
                    "objectif": "Devenir couturière",
                    "survenu_le": _OPENED.isoformat(),
                },
            )
        except (aiohttp.ClientError, TimeoutError):
            return
        finally:
            self.opening -= 1
        if status == 201:
            event = opened["evenement"]
            self.lives.append(Life(opened["parcours_id"], (event["source"], event["id"])))

    def _fait(self, rang: int) -> Fait:
        """What comes next in the life of which least was said, among the last opened."""
        life = min(self.lives[-_AT_ONCE:], key=lambda life: len(life.facts))
        step = len(life.facts)
        name = _TURNS[step % len(_TURNS) - 1] if step else "entree_effective"
        fact = {
            **super()._fait(rang),
            "type": f"fr.sanscouture.suivi.{name}.v1",
            "subject": life.parcours,
            "time": (_OPENED + timedelta(days=30 + step)).isoformat(),
            "data": {"heures_prevues": 480} if not step else {},
        }
        life.facts.append(fact)
        return fact
