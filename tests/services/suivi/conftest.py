"""Le suivi seul, sur une vraie base, et des partenaires qui ont leur clé."""

from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from typing import Any
from uuid import UUID, uuid4

import pytest
from fastapi import FastAPI
from httpx import ASGITransport, AsyncClient, Response
from pydantic import SecretStr

from contracts.catalogue import lire
from kit import db, json
from kit.access import Access, Organisation
from kit.settings import Settings
from suivi import commands
from suivi.app import create_app

Database = Callable[[str], str]
PORTEES = ("evenements:ecrire", "parcours:lire", "abonnements:gerer")


@dataclass
class Partenaire:
    """Une organisation, sa clé, et de quoi parler au suivi."""

    organisation: Organisation
    http: AsyncClient

    @property
    def source(self) -> str:
        return self.organisation.source

    async def dire(self, evenement: Any) -> Response:
        return await self.http.post(
            "/v1/evenements",
            content=evenement if isinstance(evenement, bytes) else json.dumps(evenement),
            headers={"content-type": "application/cloudevents+json"},
        )

    async def dire_un_lot(self, evenements: list[Any], **params: str) -> Response:
        return await self.http.post(
            "/v1/evenements",
            params=params,
            content=json.dumps(evenements),
            headers={"content-type": "application/cloudevents-batch+json"},
        )

    def fait(self, nom: str, parcours_id: UUID, time: str, **data: Any) -> dict[str, Any]:
        return {
            "specversion": "1.0",
            "id": str(uuid4()),
            "source": self.source,
            "type": f"fr.sanscouture.{nom}.v1",
            "subject": str(parcours_id),
            "time": time,
            "data": data,
        }


@dataclass
class Suivi:
    app: FastAPI
    access: Access

    async def partenaire(
        self, siret: str, nom: str, portees: tuple[str, ...] = PORTEES
    ) -> Partenaire:
        organisation = await self.access.create_organisation(siret, nom, "organisme_formation")
        cle = await self.access.create_key(organisation, portees)
        http = AsyncClient(
            transport=ASGITransport(self.app),
            base_url="http://suivi",
            headers={"authorization": f"Bearer {cle}"},
        )
        return Partenaire(organisation, http)

    async def decider(self, nom: str, par: Partenaire, parcours_id: UUID, **data: Any) -> None:
        """Ce qu’un service annonce, tel qu’il arrive par Kafka."""
        evenement = par.fait(nom, parcours_id, "2026-03-03T10:15:00+01:00", **data)
        evenement |= {"source": "urn:sanscouture:orientation", "organisation": par.source}
        async with self.app.state.db.begin() as tx:
            await commands.noter.consigner(tx, [lire(evenement)])

    async def ouvrir(self, par: Partenaire, **data: Any) -> UUID:
        parcours_id = uuid4()
        donnees = {"beneficiaire_id": str(uuid4()), "objectif": "Agent de maintenance", **data}
        await self.decider("parcours.ouvert", par, parcours_id, **donnees)
        return parcours_id


def des_reglages(database: Database) -> Settings:
    ailleurs = dict.fromkeys(
        ("orientation_url", "inscription_url", "passerelle_url", "indicateurs_url"),
        "http://127.0.0.1:9",
    )
    return Settings(
        database_url=database("suivi"),
        access_database_url=database("access"),
        kafka="127.0.0.1:9",
        port=9,
        public_url="http://suivi",
        suivi_url="http://suivi",
        service_key=SecretStr("s" * 32),
        platform_key=SecretStr("p" * 32),
        webhook_networks=["127.0.0.0/8"],
        **ailleurs,
    )


@pytest.fixture
def settings(database: Database) -> Settings:
    return des_reglages(database)


@pytest.fixture
async def suivi(settings: Settings) -> AsyncIterator[Suivi]:
    engine = db.engine(settings.database_url)
    acces = db.engine(settings.access_database_url, pool=2)
    access = Access(acces, settings.platform_key)
    app = create_app(settings, engine, access)
    app.state.reception.writer.start()
    yield Suivi(app, access)
    await app.state.reception.writer.stop()
    await engine.dispose()
    await acces.dispose()


@pytest.fixture
async def mission_locale(suivi: Suivi) -> Partenaire:
    return await suivi.partenaire("99900010200015", "Mission locale des Deux-Rives")


@pytest.fixture
async def organisme(suivi: Suivi) -> Partenaire:
    return await suivi.partenaire("99900060700013", "Compétences Pilat")
