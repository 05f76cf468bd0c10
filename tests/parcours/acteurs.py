"""Qui joue les histoires : des organisations, leurs clés, et de quoi frapper aux portes."""

import asyncio
import json
import time
from collections.abc import Awaitable, Callable
from datetime import date, datetime, timedelta
from typing import Any, Self, TypeVar

import aiohttp

from deploy.embedded.stack import Stack

T = TypeVar("T")

DELAI = 120  # seconds; the machine may be doing much else
SEUL = "application/cloudevents+json"


async def attendre(lire: Callable[[], Awaitable[T]], juste: Callable[[T], bool]) -> T:
    """Relire jusqu’à ce que ce soit juste ; au bout du délai, rendre ce qui est lu."""
    fin = time.monotonic() + DELAI
    while True:
        lu = await lire()
        if juste(lu) or time.monotonic() > fin:
            return lu
        await asyncio.sleep(0.1)


class Acteurs:
    """Les organisations de la pile, atteintes par les API publiques."""

    def __init__(self, pile: Stack, entetes: dict[str, str] | None = None) -> None:
        self._pile = pile
        self._entetes = entetes or {}

    async def __aenter__(self) -> Self:
        # Let go of a connection before the server does: a command must not meet its closing.
        connector = aiohttp.TCPConnector(keepalive_timeout=2)
        self.session = aiohttp.ClientSession(headers=self._entetes, connector=connector)
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.session.close()

    @property
    def organisations(self) -> list[dict[str, Any]]:
        return self._pile.organisations

    def url(self, service: str) -> str:
        return self._pile.urls[service]

    def de(self, nom: str) -> dict[str, Any]:
        """L’organisation dont le nom commence ainsi."""
        return next(une for une in self.organisations if une["nom"].startswith(nom))

    async def lire(self, qui: str, service: str, chemin: str) -> Any:
        statut, corps = await self.appeler("GET", qui, service, chemin)
        assert statut == 200, corps
        return corps

    async def demander(self, qui: str, service: str, chemin: str, **corps: object) -> Any:
        """Une commande acceptée ; ce qu’elle a créé."""
        statut, recu = await self.appeler("POST", qui, service, chemin, corps)
        assert statut in {200, 201, 202}, recu
        return recu

    async def dire(self, qui: str, fait: dict[str, Any]) -> int:
        """Un fait accepté : 201, ou 200 s’il l’était déjà."""
        statut, accuse = await self.appeler(
            "POST", qui, "suivi", "/v1/evenements", fait, nature=SEUL
        )
        assert statut in {200, 201}, accuse
        return statut

    async def appeler(  # noqa: PLR0913 - the parts of a request
        self,
        methode: str,
        qui: str,
        service: str,
        chemin: str,
        corps: object = None,
        *,
        nature: str = "application/json",
    ) -> tuple[int, Any]:
        statut, texte = await self.texte(
            qui, service, chemin, corps, methode=methode, nature=nature
        )
        return statut, json.loads(texte or "null")

    async def texte(  # noqa: PLR0913
        self,
        qui: str,
        service: str,
        chemin: str,
        corps: object = None,
        *,
        methode: str = "GET",
        nature: str = "application/json",
    ) -> tuple[int, str]:
        """La réponse telle quelle."""
        async with self.session.request(
            methode,
            self.url(service) + chemin,
            json=corps,
            headers={"Authorization": f"Bearer {self.de(qui)['cle']}", "Content-Type": nature},
        ) as reponse:
            return reponse.status, await reponse.text()

    async def deux_sessions(self) -> tuple[dict[str, Any], dict[str, Any]]:
        """Deux sessions certifiantes d’il y a plus d’un an, chez deux organismes."""
        noms = {une["source"]: une["nom"] for une in self.organisations}
        depuis = date.today() - timedelta(days=480)  # noqa: DTZ011 - to the month
        lecteur = self.organisations[0]["nom"]
        offre = await self.lire(lecteur, "orientation", f"/v1/sessions?depuis={depuis}")
        premiere, *autres = [
            {**une, "chez": noms[une["organisation"]]}
            for une in offre["sessions"]
            if une["objectif"] == "CERTIFIANT"
        ]
        return premiere, next(une for une in autres if une["chez"] != premiere["chez"])

    async def ouvrir_des_places(self, session: dict[str, Any], nombre: int) -> None:
        chemin = f"/v1/sessions/{session['session_id']}/places"
        places = await self.lire(session["chez"], "inscription", chemin)
        capacite = {"capacite": places["reservees"] + nombre}
        statut, _ = await self.appeler("PUT", session["chez"], "inscription", chemin, capacite)
        assert statut == 200

    def fait(
        self, qui: str, nom: str, identifiant: str, parcours: str, le: datetime, **data: object
    ) -> dict[str, Any]:
        """Un événement tel qu’une organisation l’écrit."""
        return {
            "specversion": "1.0",
            "id": identifiant,
            "source": self.de(qui)["source"],
            "type": f"fr.sanscouture.{nom}.v1",
            "subject": parcours,
            "time": le.isoformat(),
            "data": data,
        }

    def organisme(self, qui: str) -> dict[str, str]:
        return {"siret": self.de(qui)["source"].removeprefix("urn:siret:")}
