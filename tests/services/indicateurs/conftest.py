"""Le tableau de bord, vu par la région et par les autres."""

from collections.abc import Awaitable, Callable

import pytest
from httpx import AsyncClient

from kit.access import Access
from kit.db import engine
from kit.settings import Settings
from tests.fabriques import CAP_EMPLOI, MISSION_LOCALE, ORGANISME, siret
from tests.services.conftest import Porte, des_reglages

REGION = "urn:siret:99900110000018"
ORGANISATIONS = {
    "Solveig Lisseron": (REGION, "Région Auvergne-Rhône-Alpes", "region"),
    "Hugo Lisière": (MISSION_LOCALE, "Mission locale des Deux-Rives", "mission_locale"),
    "Paul Canevas": (ORGANISME, "Atelier des savoirs", "organisme_formation"),
    "Denis Tricotin": (CAP_EMPLOI, "Cap emploi Rhône", "cap_emploi"),
}


async def inscrire_les_gens(reglages: Settings) -> dict[str, str]:
    """Les personnes de la démonstration, et l’identifiant de chacune."""
    acces = engine(reglages.access_database_url)
    access = Access(acces, reglages.platform_key)
    gens = {}
    for nom, (source, organisation, role) in ORGANISATIONS.items():
        connue = await access.create_organisation(siret(source), organisation, role)
        gens[nom] = str((await access.create_person(nom, "Essai", connue)).id)
    await acces.dispose()
    return gens


@pytest.fixture
def porte(ouvrir_porte: Callable[..., Porte]) -> Porte:
    return ouvrir_porte("indicateurs", demo=True)


@pytest.fixture
def reglages(bases: Callable[[str], str]) -> Settings:
    return des_reglages(
        database_url=bases("indicateurs"), access_database_url=bases("access"), demo=True
    )


@pytest.fixture
def etre(porte: Porte, reglages: Settings) -> Callable[[str], Awaitable[AsyncClient]]:
    """Le navigateur où s’est connectée la personne de ce nom."""

    async def etre(nom: str) -> AsyncClient:
        gens = await inscrire_les_gens(reglages)
        client = await porte.client({"Accept": "text/html", "Origin": "http://service.test"})
        reponse = await client.post("/connexion", data={"personne": gens[nom], "suite": "/"})
        assert reponse.status_code == 303
        return client

    return etre
