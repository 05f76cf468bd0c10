"""La porte d’un service, telle que des organisations y frappent : sa vraie base, son vrai HTTP."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack
from functools import cache
from http import HTTPStatus
from importlib import import_module
from uuid import UUID

import pytest
from httpx import ASGITransport, AsyncClient, Response
from pydantic import SecretStr
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from contracts import catalogue
from contracts.base import Cible
from contracts.lecture.base import Evenement
from kit import log
from kit.access import Access
from kit.consumer import Record
from kit.db import engine
from kit.run import Service
from kit.settings import Settings
from tests.fabriques import MIDI, siret

CLE_DE_SERVICE = "cle-de-service"
_LECTEURS = text(
    "select source from reading join organisation on organisation.id = reading.organisation"
    " where object = :objet order by reading.id"
)
PORTEES = ("evenements:ecrire", "parcours:lire", "personnes:lire")


def des_reglages(**change: object) -> Settings:
    ailleurs = "http://127.0.0.1:1"
    return Settings(
        **{
            "kafka": "127.0.0.1:1",
            "port": 1,
            "public_url": "http://service.test",
            "service_key": SecretStr(CLE_DE_SERVICE),
            "platform_key": SecretStr("cle-de-plateforme-des-essais-0123456789"),
            "orientation_url": ailleurs,
            "inscription_url": ailleurs,
            "passerelle_url": ailleurs,
            "suivi_url": ailleurs,
            "indicateurs_url": ailleurs,
            **change,
        }
    )


class Porte:
    """Un service entier, et de quoi y frapper au nom de n’importe qui."""

    def __init__(self, service: Service, reglages: Settings, clients: AsyncExitStack) -> None:
        self.service = service
        self.db: AsyncEngine = service.http.state.db
        self._acces = engine(reglages.access_database_url)
        self._access = Access(self._acces, reglages.platform_key)
        self._clients = clients
        clients.push_async_callback(self._acces.dispose)

    async def de(self, organisation: str, *portees: str) -> AsyncClient:
        """Un client qui a une clé de cette organisation."""
        connue = await self._access.create_organisation(siret(organisation), organisation, "essai")
        cle = await self._access.create_key(connue, portees or PORTEES)
        return await self.client({"Authorization": f"Bearer {cle}"})

    async def client(self, entetes: dict[str, str]) -> AsyncClient:
        transport = ASGITransport(self.service.http, raise_app_exceptions=False)
        client = AsyncClient(transport=transport, base_url="http://service.test", headers=entetes)
        return await self._clients.enter_async_context(client)

    async def journal(self, parcours_id: UUID | str) -> list[Evenement]:
        """Ce que le service a dit de ce parcours, dans l’ordre."""
        async with self.db.connect() as tx:
            entrees = await log.read(tx, UUID(str(parcours_id)))
        return [catalogue.lire(entree.body) for entree in entrees]

    async def traces(self, parcours_id: UUID | str) -> list[str | None]:
        """La trace que continue chaque événement de ce parcours."""
        async with self.db.connect() as tx:
            return [entree.traceparent for entree in await log.read(tx, UUID(str(parcours_id)))]

    async def lecteurs(self, objet: object) -> list[str]:
        """Les organisations à qui cet objet a été montré, dans l’ordre."""
        async with self._acces.connect() as tx:
            return list(await tx.scalars(_LECTEURS, {"objet": str(objet)}))


def appris(parcours_id: UUID | str, *evenements: Evenement) -> list[Record]:
    """Ces événements, arrivés à ce parcours, tels que le journal les fait connaître."""
    parcours_id = UUID(str(parcours_id))
    arrives = [_arrive(evenement, parcours_id) for evenement in evenements]
    return [
        Record(
            partition=log.partition_of(parcours_id),
            position=position,
            source=arrive.source,
            id=arrive.id,
            type=arrive.type,
            stream=parcours_id,
            recorded_at=MIDI,
            traceparent=None,
            value=arrive.model_dump_json(exclude_none=True).encode(),
        )
        for position, arrive in enumerate(arrives, start=1)
    ]


def _arrive(evenement: Evenement, parcours_id: UUID) -> Evenement:
    """Le même fait, d’un système qui ne connaît que ce parcours : son identifiant est à lui."""
    change: dict[str, object] = {
        "subject": parcours_id,
        "source": _ici(evenement.source, parcours_id),
    }
    if evenement.target:
        source, id_ = evenement.target
        cible = Cible(source=_ici(source, parcours_id), id=id_)
        change["data"] = evenement.data.model_copy(update={"cible": cible})
    return evenement.model_copy(update=change)


def _ici(source: str, parcours_id: UUID) -> str:
    return f"{source}:{parcours_id}" if source.startswith("urn:siret:") else source


async def ensemble(*envois: Callable[[], Awaitable[Response]]) -> list[Response]:
    """Ce que répondent des demandes faites en même temps.

    « Indisponible » veut dire que rien n’est fait et qu’il faut redemander : on redemande.
    """

    async def insister(envoyer: Callable[[], Awaitable[Response]]) -> Response:
        for pause in (0.1, 0.2, 0.5, 1, 2):
            if (reponse := await envoyer()).status_code != HTTPStatus.SERVICE_UNAVAILABLE:
                return reponse
            await asyncio.sleep(pause)
        return await envoyer()

    return await asyncio.gather(*map(insister, envois))


@pytest.fixture(scope="module")
def bases(module_database: Callable[[str], str]) -> Callable[[str], str]:
    """Une base par service et par fichier de tests : chacun y est chez soi par ses identifiants."""
    return cache(module_database)


@pytest.fixture
async def ouvrir_porte(
    bases: Callable[[str], str],
) -> AsyncIterator[Callable[..., Porte]]:
    """`ouvrir_porte("inscription")` : ce service, sur les bases de ce fichier."""
    async with AsyncExitStack() as clients:

        def ouvrir(nom: str, **change: object) -> Porte:
            urls = {"database_url": bases(nom), "access_database_url": bases("access")}
            reglages = des_reglages(**urls | change)
            service = import_module(f"{nom}.app").service(reglages)
            etat = service.http.state
            # A process closes these by ending.
            for ouverte in (etat.access._engine, *(c._db for c in service.consumers)):  # noqa: SLF001
                clients.push_async_callback(ouverte.dispose)
            clients.push_async_callback(etat.db.dispose)
            return Porte(service, reglages, clients)

        yield ouvrir
