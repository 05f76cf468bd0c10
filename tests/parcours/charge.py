"""Un partenaire qui envoie sans relâche, et ce qu’on lui a accusé."""

import asyncio
import time
from collections.abc import Coroutine, Iterator
from contextlib import contextmanager
from itertools import cycle
from sys import maxsize
from threading import Event, Thread
from typing import Any, NamedTuple
from urllib.request import urlopen
from uuid import uuid4

import aiohttp
import orjson

from deploy.embedded.stack import Stack
from kit import json

ENSEMBLE = 32
DELAI = 150  # seconds until everything is applied, on a machine that does much else
_ENTETE = {"content-type": "application/cloudevents+json"}
# Thousands of facts that nobody follows: their caller asks that they leave no span.
_SANS_TRACE = f"00-{'c' * 32}-{'c' * 16}-00"
_PATIENCE = aiohttp.ClientTimeout(total=60)

_REFUS = range(400, 429)  # what no second attempt would change

Fait = dict[str, object]


class Reponse(NamedTuple):
    """Ce que l’on a répondu à un envoi ; sans statut, la connexion s’est rompue."""

    partie_a: float
    duree: float
    statut: int | None
    place: tuple[int, int] | None = None

    @property
    def finie_a(self) -> float:
        return self.partie_a + self.duree


class Partenaire:
    """Envoie des entrées effectives, toutes d’un mois qui n’est qu’à lui."""

    def __init__(self, pile: Stack, mois: str) -> None:
        organisation = next(o for o in pile.organisations if o["role"] == "organisme_formation")
        self.mois = mois
        self.source = f"{organisation['source']}:charge-{uuid4().hex[:8]}"
        self.en_vol = self.permis = 0
        self.cesser = Event()
        self.accuses: set[str] = set()
        self.refuses: set[str] = set()
        self.reponses: list[Reponse] = []
        self._cle = organisation["cle"]
        self._urls = cycle([pile.urls["suivi"]])
        self._sante = f"{pile.urls['suivi']}/sante"

    async def tout_envoyer(self, nombre: int) -> None:
        """Tant de faits, dans la limite de `permis`, chacun jusqu’à son accusé."""
        tour = asyncio.Semaphore(ENSEMBLE)
        async with self._session() as http, asyncio.TaskGroup() as ensemble:
            for rang in range(nombre):
                while rang >= self.permis:  # noqa: ASYNC110 - another thread permits
                    await asyncio.sleep(0.01)
                ensemble.create_task(self._insister(http, self._fait(rang), tour))

    async def cadencer(self, par_seconde: int, *, a_la_fois: int = maxsize) -> None:
        """Tant de faits nouveaux par seconde, quoi qu’on réponde, jusqu’à `cesser`.

        Ensuite ceux qui n’ont pas été accusés, jusqu’à l’être.
        """
        debut = time.monotonic()
        faits: list[Fait] = []
        async with self._session() as http:
            async with asyncio.TaskGroup() as envois:
                while not self.cesser.is_set():
                    dus = int((time.monotonic() - debut) * par_seconde)
                    place = len(faits) + a_la_fois - self.en_vol
                    for rang in range(len(faits), min(dus, place)):
                        faits.append(self._fait(rang))
                        envois.create_task(self._envoyer(http, faits[rang]))
                    await asyncio.sleep(0.01)
            tour = asyncio.Semaphore(ENSEMBLE)
            manquent = [fait for fait in faits if fait["id"] not in self.accuses]
            await asyncio.gather(*(self._insister(http, fait, tour) for fait in manquent))

    @contextmanager
    def en_fond(self, travail: Coroutine[Any, Any, None]) -> Iterator[None]:
        """`travail` se fait dans un autre fil pendant le bloc, et il est fini après.

        Le premier fil arrête et relance des serveurs : eux ne vivent pas plus que leur fil.
        """
        fil = Thread(target=asyncio.run, args=[travail])
        fil.start()
        try:
            yield
        finally:
            self.cesser.set()
            self.permis = maxsize
            fil.join()

    def saluer(self) -> None:
        """Ne rien demander, et l’avoir : ce que prend la machine, à elle seule."""
        with urlopen(self._sante, timeout=DELAI):
            pass

    def attendre_des_accuses(self, nombre: int) -> None:
        """Attendre, d’un autre fil, tant d’accusés en tout et un envoi au moins en vol."""
        fin = time.monotonic() + DELAI
        while len(self.accuses) < nombre or not self.en_vol:
            assert time.monotonic() < fin, "les envois n’avancent plus"
            time.sleep(0.001)

    async def _insister(
        self, http: aiohttp.ClientSession, fait: Fait, tour: asyncio.Semaphore
    ) -> None:
        async with tour:
            while not await self._envoyer(http, fait):  # noqa: ASYNC110 - nobody tells when
                await asyncio.sleep(0.05)

    async def _envoyer(self, http: aiohttp.ClientSession, fait: Fait) -> bool:
        """Une tentative : vrai si elle est accusée ou refusée, et n’est plus à refaire."""
        debut, statut, place = time.monotonic(), None, None
        url = f"{next(self._urls)}/v1/evenements"
        self.en_vol += 1
        try:
            async with http.post(url, data=json.dumps(fait), headers=_ENTETE) as reponse:
                corps = await reponse.read()
                statut = reponse.status
        except (aiohttp.ClientError, TimeoutError):
            pass
        finally:
            self.en_vol -= 1
            if accuse := statut in {200, 201}:
                recu = orjson.loads(corps)
                place = recu["partition"], recu["position"]
            self.reponses.append(Reponse(debut, time.monotonic() - debut, statut, place))
        if accuse:
            self.accuses.add(str(fait["id"]))
        elif refuse := statut in _REFUS:
            self.refuses.add(str(fait["id"]))
        return accuse or refuse

    def _fait(self, rang: int) -> Fait:
        return {
            "specversion": "1.0",
            "id": f"e-{rang}",
            "source": self.source,
            "type": "fr.sanscouture.suivi.entree_effective.v1",
            "subject": str(uuid4()),
            "time": f"{self.mois}-04T09:00:00+01:00",
            "data": {"heures_prevues": 480},
        }

    def _session(self) -> aiohttp.ClientSession:
        return aiohttp.ClientSession(
            headers={"authorization": f"Bearer {self._cle}", "traceparent": _SANS_TRACE},
            timeout=_PATIENCE,
            connector=aiohttp.TCPConnector(limit=0),
        )
