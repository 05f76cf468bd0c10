"""Un partenaire qui envoie sans relâche, ce qu’on lui a accusé, et où on le retrouve."""

import asyncio
import time
from collections import Counter
from collections.abc import Collection, Coroutine, Iterator
from contextlib import contextmanager
from itertools import cycle
from sys import maxsize
from threading import Event, Thread
from typing import Any, NamedTuple
from uuid import uuid4

import aiohttp
import asyncpg
import orjson
from aiokafka import AIOKafkaConsumer, TopicPartition

from deploy.embedded.stack import Stack
from kit import json
from kit.log import P

ENSEMBLE = 32
DELAI = 150  # seconds until everything is applied, on a machine that does much else
JOURNAL = "parcours.journal"
_ENTETE = {"content-type": "application/cloudevents+json"}
_PATIENCE = aiohttp.ClientTimeout(total=60)

_REFUS = range(400, 429)  # what no second attempt would change

Fait = dict[str, object]
Cle = tuple[str, str]
"""Source et identifiant."""


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
            headers={"authorization": f"Bearer {self._cle}"},
            timeout=_PATIENCE,
            connector=aiohttp.TCPConnector(limit=0),
        )


class Compte(NamedTuple):
    """Où l’on retrouve les faits accusés d’un partenaire : combien de fois chacun."""

    accuses: Counter[str]
    journalises: Counter[str]
    publies: Counter[str]
    appliques: Counter[str]

    @property
    def juste(self) -> bool:
        return self.journalises == self.publies == self.appliques == self.accuses

    def __str__(self) -> str:
        return ", ".join(f"{nom} {faits.total()}" for nom, faits in self._asdict().items())


def compter(pile: Stack, partenaire: Partenaire) -> Compte:
    """Le compte, dès qu’il est juste, ou tel qu’il est au bout du délai."""
    fin = time.monotonic() + DELAI
    while True:
        compte = asyncio.run(_compter(pile, partenaire))
        if compte.juste or time.monotonic() > fin:
            return compte
        time.sleep(0.5)


async def _compter(pile: Stack, partenaire: Partenaire) -> Compte:
    a_lui = [partenaire.source]
    publication = await publies(pile.kafka.bootstrap, JOURNAL)
    return Compte(
        Counter(partenaire.accuses),
        _identifiants(await au_journal(pile.postgresql.database_url("suivi"), a_lui)),
        _identifiants(publication.de(a_lui)),
        await _dans_l_indicateur(pile, partenaire),
    )


def _identifiants(trouves: Counter[Cle]) -> Counter[str]:
    return Counter(id_ for _, id_ in trouves.elements())


async def au_journal(base: str, sources: Collection[str]) -> Counter[Cle]:
    """Les événements de ces sources que le journal de cette base garde."""
    connexion = await asyncpg.connect(base.replace("+asyncpg", ""))
    try:
        lignes = await connexion.fetch(
            "select source, id from log.entry where source = any($1)", list(sources)
        )
    finally:
        await connexion.close()
    return Counter((ligne["source"], ligne["id"]) for ligne in lignes)


class Publication(NamedTuple):
    """Un sujet Kafka, comme le lit qui tient un curseur : chaque position une fois.

    `inversions` : les positions venues avant celle qu’elles suivent.
    """

    positions: dict[tuple[int, int], Cle]
    inversions: int

    def de(self, sources: Collection[str]) -> Counter[Cle]:
        return Counter(cle for cle in self.positions.values() if cle[0] in sources)


async def publies(kafka: str, sujet: str) -> Publication:
    """Tout ce que le sujet porte à cet instant."""
    positions: dict[tuple[int, int], Cle] = {}
    curseurs: Counter[int] = Counter()
    inversions = 0
    lecteur = AIOKafkaConsumer(bootstrap_servers=kafka, enable_auto_commit=False)
    await lecteur.start()
    try:
        partitions = [TopicPartition(sujet, partition) for partition in range(P)]
        lecteur.assign(partitions)
        await lecteur.seek_to_beginning(*partitions)
        fins = await lecteur.end_offsets(partitions)
        while any([await lecteur.position(p) < fins[p] for p in partitions]):
            for partition, messages in (await lecteur.getmany(timeout_ms=500)).items():
                curseur = curseurs[partition.partition]
                for fait in (orjson.loads(message.value) for message in messages):
                    position = fait["position"]
                    if position > curseur:
                        inversions += position > curseur + 1
                        curseur = position
                    positions[partition.partition, position] = fait["source"], fait["id"]
                curseurs[partition.partition] = curseur
    finally:
        await lecteur.stop()
    return Publication(positions, inversions)


async def _dans_l_indicateur(pile: Stack, partenaire: Partenaire) -> Counter[str]:
    """Les entrées que le chiffre de son mois dit avoir comptées."""
    region = next(o for o in pile.organisations if o["role"] == "region")
    mois = partenaire.mois
    url = f"{pile.urls['indicateurs']}/v1/indicateurs/aes_realisees/evenements"
    async with (
        aiohttp.ClientSession() as http,
        http.get(
            f"{url}?debut={mois}&fin={mois}",
            headers={"authorization": f"Bearer {region['cle']}"},
        ) as reponse,
    ):
        if reponse.status != 200:  # coming back
            return Counter()
        lignes = await reponse.json()
    return Counter(ligne["id"] for ligne in lignes if ligne["source"] == partenaire.source)
