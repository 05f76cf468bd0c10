"""Le compte : où l’on retrouve ce qui a été accusé, et combien de fois."""

import asyncio
import time
from collections import Counter
from collections.abc import Collection
from typing import NamedTuple

import aiohttp
import asyncpg
import orjson
from aiokafka import AIOKafkaConsumer, TopicPartition

from deploy.embedded.stack import Stack
from kit.log import P
from tests.parcours.charge import DELAI, Partenaire

JOURNAL = "parcours.journal"

Cle = tuple[str, str]
"""Source et identifiant."""


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
