"""Parler aux services par leurs API publiques, avec la clé de chacun."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from http import HTTPStatus
from pathlib import Path
from typing import Any, Self

import aiohttp

CONNECTIONS = 32
PATIENCE = 60  # seconds that a service which says 503 is given to come back
BATCH = "application/cloudevents-batch+json"
SINGLE = "application/cloudevents+json"


@dataclass(frozen=True)
class Organisation:
    """Une organisation de la démonstration, et sa clé."""

    nom: str
    role: str
    source: str
    cle: str

    @property
    def siret(self) -> str:
        return self.source.removeprefix("urn:siret:")

    @property
    def organisme(self) -> dict[str, Any]:
        """Comment un événement la nomme."""
        return {"siret": self.siret}


@dataclass(frozen=True)
class Pile:
    """Ce que dit stack.json : où sont les services, et qui y parle."""

    services: dict[str, str]
    organisations: list[Organisation]

    @classmethod
    def lire(cls, fichier: Path) -> Self:
        contenu = json.loads(fichier.read_text("utf-8"))
        organisations = [
            Organisation(une["nom"], une["role"], une["source"], une["cle"])
            for une in contenu["organisations"]
        ]
        return cls(contenu["services"], organisations)

    def de_role(self, *roles: str) -> list[Organisation]:
        return [une for une in self.organisations if une.role in roles]


class Refuse(Exception):  # noqa: N818 - not an error: an answer
    """Un service a répondu autre chose que ce que l’on attendait."""

    def __init__(self, appel: str, statut: int, corps: str) -> None:
        super().__init__(f"{appel} a répondu {statut} : {corps}")
        self.statut = statut


class Client:
    """Les services, atteints d’ici ; il patiente quand l’un d’eux demande de revenir (503)."""

    def __init__(self, pile: Pile, session: aiohttp.ClientSession) -> None:
        self._pile = pile
        self._session = session

    async def lire(self, qui: Organisation, service: str, chemin: str) -> Any:  # noqa: ANN401
        return await self._appeler("GET", qui, service, chemin)

    async def demander(
        self, qui: Organisation, service: str, chemin: str, corps: dict[str, Any]
    ) -> dict[str, Any]:
        """Une commande ; la réponse dit ce qu’elle a créé."""
        return await self._appeler("POST", qui, service, chemin, corps)  # type: ignore[no-any-return]

    async def poser(
        self, qui: Organisation, service: str, chemin: str, corps: dict[str, Any]
    ) -> None:
        await self._appeler("PUT", qui, service, chemin, corps)

    async def dire(self, qui: Organisation, faits: list[dict[str, Any]]) -> list[str]:
        """Un fait, ou un lot ; ce qu’il est advenu de chacun (`nouveau`, `doublon`…)."""
        if len(faits) == 1:
            accuse = await self._appeler(
                "POST", qui, "suivi", "/v1/evenements", faits[0], nature=SINGLE
            )
            return [accuse["resultat"]]
        accuse = await self._appeler("POST", qui, "suivi", "/v1/evenements", faits, nature=BATCH)
        return [ligne["resultat"] for ligne in accuse["lignes"]]

    async def _appeler(  # noqa: PLR0913 - the parts of a request
        self,
        methode: str,
        qui: Organisation,
        service: str,
        chemin: str,
        corps: object = None,
        *,
        nature: str = "application/json",
    ) -> Any:  # noqa: ANN401
        url = self._pile.services[service] + chemin
        headers = {"Authorization": f"Bearer {qui.cle}", "Content-Type": nature}
        donnees = None if corps is None else json.dumps(corps).encode()
        async with asyncio.timeout(PATIENCE):
            while True:
                async with self._session.request(
                    methode, url, data=donnees, headers=headers
                ) as reponse:
                    if reponse.status != HTTPStatus.SERVICE_UNAVAILABLE:
                        if reponse.status >= HTTPStatus.BAD_REQUEST:
                            texte = await reponse.text()
                            raise Refuse(f"{methode} {url}", reponse.status, texte)
                        return await reponse.json(content_type=None)
                    delai = float(reponse.headers.get("Retry-After", "1"))
                await asyncio.sleep(delai)


@asynccontextmanager
async def client(pile: Pile) -> AsyncIterator[Client]:
    # Shorter than the services' own: no call is sent on a connection that is being closed.
    connector = aiohttp.TCPConnector(limit=CONNECTIONS, keepalive_timeout=3)
    async with aiohttp.ClientSession(connector=connector) as session:
        yield Client(pile, session)
