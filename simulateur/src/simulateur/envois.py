"""Les faits de chaque organisation, envoyés seuls ou par lots, dans le désordre."""

import asyncio
from collections.abc import Callable, Iterable
from random import Random
from typing import Any

from simulateur.client import Client, Organisation

REDITS = 5  # per cent: a partner that is not sure says it again
LOTS = (1, 1, 8, 40)

Fait = dict[str, Any]


class Envois:
    """Une boîte d’envoi par organisation ; `accuser` apprend combien de faits sont accusés."""

    def __init__(
        self,
        client: Client,
        organisations: Iterable[Organisation],
        hasard: Random,
        accuser: Callable[[int], None],
    ) -> None:
        self.doublons = 0
        self._client = client
        self._boites: dict[Organisation, asyncio.Queue[Fait]] = {
            une: asyncio.Queue() for une in organisations
        }
        self._hasard = hasard
        self._accuser = accuser

    def deposer(self, qui: Organisation, fait: Fait) -> None:
        self._boites[qui].put_nowait(fait)
        if self._hasard.random() * 100 < REDITS:
            self._boites[qui].put_nowait(fait)

    async def finir(self) -> None:
        """Attendre que tout soit accusé."""
        for boite in self._boites.values():
            await boite.join()

    async def vider(self, qui: Organisation) -> None:
        """Envoyer ce qui arrive dans la boîte, sans fin."""
        boite = self._boites[qui]
        while True:
            lot = [await boite.get()]
            taille = self._hasard.choice(LOTS)
            while len(lot) < taille and not boite.empty():
                lot.append(boite.get_nowait())
            self._hasard.shuffle(lot)
            resultats = await self._client.dire(qui, lot)
            redits = resultats.count("doublon")
            self.doublons += redits
            self._accuser(len(lot) - redits)
            for _ in lot:
                boite.task_done()
