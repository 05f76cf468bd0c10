"""Un partenaire qui envoie sans relâche, ce qu’on lui accuse, et où on le retrouve."""

import asyncio
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from threading import Thread
from uuid import uuid4

import aiohttp
import asyncpg
from aiokafka import AIOKafkaConsumer, TopicPartition

from deploy.embedded.stack import Stack
from kit import json

JOURNAL = "parcours.journal"
PARTITIONS = 12
_ENTETE = {"content-type": "application/cloudevents+json"}
_PATIENCE = aiohttp.ClientTimeout(total=20)


@dataclass
class Reponse:
    """Ce que l’on a répondu à un envoi ; sans statut, la connexion s’est rompue."""

    partie_a: float
    duree: float
    statut: int | None


@dataclass
class Partenaire:
    """Envoie des entrées effectives, chacune jusqu’à ce qu’elle soit accusée."""

    url: str
    cle: str
    source: str
    en_vol: int = 0
    accuses: set[str] = field(default_factory=set)
    reponses: list[Reponse] = field(default_factory=list)

    @classmethod
    def de(cls, pile: Stack, nom: str = "Compétences Pilat") -> "Partenaire":
        organisation = next(o for o in pile.organisations if o["nom"] == nom)
        source = f"{organisation['source']}:charge-{uuid4().hex[:8]}"
        return cls(f"{pile.urls['suivi']}/v1/evenements", organisation["cle"], source)

    def fait(self, rang: int) -> dict[str, object]:
        return {
            "specversion": "1.0",
            "id": f"e-{rang}",
            "source": self.source,
            "type": "fr.sanscouture.suivi.entree_effective.v1",
            "subject": str(uuid4()),
            "time": "2026-03-02T09:00:00+01:00",
            "data": {"heures_prevues": 480},
        }

    async def envoyer(self, http: aiohttp.ClientSession, fait: dict[str, object]) -> bool:
        """Une tentative : vrai si elle est accusée."""
        debut, statut = time.monotonic(), None
        self.en_vol += 1
        try:
            async with http.post(self.url, data=json.dumps(fait), headers=_ENTETE) as reponse:
                await reponse.read()
                statut = reponse.status
        except aiohttp.ClientError:
            pass
        finally:
            self.en_vol -= 1
            self.reponses.append(Reponse(debut, time.monotonic() - debut, statut))
        if statut in {200, 201}:
            self.accuses.add(str(fait["id"]))
        return statut in {200, 201}

    async def insister(self, http: aiohttp.ClientSession, fait: dict[str, object]) -> None:
        while not await self.envoyer(http, fait):
            await asyncio.sleep(0.05)  # noqa: ASYNC110 - it is the answer that is asked again

    def session(self) -> aiohttp.ClientSession:
        return aiohttp.ClientSession(
            headers={"authorization": f"Bearer {self.cle}"},
            timeout=_PATIENCE,
            connector=aiohttp.TCPConnector(limit=0),
        )

    async def tout_envoyer(self, nombre: int, ensemble: int) -> None:
        """`nombre` faits, `ensemble` à la fois, chacun jusqu’à son accusé."""
        faits = iter([self.fait(rang) for rang in range(nombre)])

        async def suite(http: aiohttp.ClientSession) -> None:
            for fait in faits:
                await self.insister(http, fait)

        async with self.session() as http, asyncio.TaskGroup() as taches:
            for _ in range(ensemble):
                taches.create_task(suite(http))

    async def cadencer(self, par_seconde: int, fin: asyncio.Event) -> None:
        """`par_seconde` faits nouveaux, quoi qu’on réponde, puis ce qui reste jusqu’à l’accusé."""
        debut, faits = time.monotonic(), []
        async with self.session() as http, asyncio.TaskGroup() as taches:
            while not fin.is_set():
                dus = int((time.monotonic() - debut) * par_seconde) - len(faits)
                for _ in range(dus):
                    faits.append(self.fait(len(faits)))
                    taches.create_task(self.envoyer(http, faits[-1]))
                await asyncio.sleep(0.01)
        async with self.session() as http:
            for fait in faits:
                if fait["id"] not in self.accuses:
                    await self.insister(http, fait)


@contextmanager
def en_fond(partenaire: Partenaire, par_seconde: int) -> Iterator[None]:
    """Le partenaire envoie pendant tout le bloc ; après lui, tout est accusé."""
    boucle = asyncio.new_event_loop()
    fin = asyncio.Event()
    fil = Thread(target=boucle.run_until_complete, args=[partenaire.cadencer(par_seconde, fin)])
    fil.start()
    try:
        yield
    finally:
        boucle.call_soon_threadsafe(fin.set)
        fil.join()
        boucle.close()


@dataclass(frozen=True)
class Compte:
    """Où l’on retrouve les faits d’un partenaire : combien, et combien de différents."""

    accuses: int
    journalises: tuple[int, int]
    publies: tuple[int, int]
    appliques: tuple[int, int]

    @property
    def juste(self) -> bool:
        exact = (self.accuses, self.accuses)
        return self.journalises == self.publies == self.appliques == exact


def compter(pile: Stack, partenaire: Partenaire, limite: float = 120) -> Compte:
    """Le compte, dès qu’il est juste, ou tel qu’il est quand `limite` secondes ont passé."""
    fin = time.monotonic() + limite
    while True:
        compte = asyncio.run(_compter(pile, partenaire))
        if compte.juste or time.monotonic() > fin:
            return compte
        time.sleep(0.5)


async def _compter(pile: Stack, partenaire: Partenaire) -> Compte:
    return Compte(
        len(partenaire.accuses),
        await _dans_la_base(pile, "suivi", "log.entry", partenaire.source),
        await _dans_kafka(pile, partenaire.source),
        await _dans_la_base(pile, "indicateurs", "evenements", partenaire.source),
    )


async def _dans_la_base(pile: Stack, base: str, table: str, source: str) -> tuple[int, int]:
    connexion = await asyncpg.connect(pile.postgresql.database_url(base).replace("+asyncpg", ""))
    try:
        ligne = await connexion.fetchrow(
            f"select count(*), count(distinct id) from {table} where source = $1", source
        )
        return ligne[0], ligne[1]
    finally:
        await connexion.close()


async def _dans_kafka(pile: Stack, source: str) -> tuple[int, int]:
    """Chaque position une fois, comme la lit qui tient un curseur."""
    lecteur = AIOKafkaConsumer(bootstrap_servers=pile.kafka.bootstrap, enable_auto_commit=False)
    await lecteur.start()
    try:
        partitions = [TopicPartition(JOURNAL, p) for p in range(PARTITIONS)]
        lecteur.assign(partitions)
        await lecteur.seek_to_beginning(*partitions)
        fins = await lecteur.end_offsets(partitions)
        positions: dict[tuple[int, int], str] = {}
        while [p for p in partitions if await lecteur.position(p) < fins[p]]:
            for messages in (await lecteur.getmany(timeout_ms=500)).values():
                for message in messages:
                    fait = json.loads(message.value)
                    if isinstance(fait, dict) and fait["source"] == source:
                        positions[fait["partition"], fait["position"]] = fait["id"]
        return len(positions), len(set(positions.values()))
    finally:
        await lecteur.stop()
