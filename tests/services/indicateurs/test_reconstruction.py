"""Les chiffres refaits de la copie du journal, pendant qu’on les lit et que le journal avance."""

from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass

import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from contracts.catalogue import lire
from indicateurs import projections, tables
from kit import log
from kit.consumer.delivery import Delivery
from kit.db import engine
from kit.rebuild import Projection, Reading, Rebuild, rebuilding
from tests.kit.reading import READER, LogSource, a_delivery
from tests.services.indicateurs.journal import Document, des_vies


def _projection(journal: LogSource) -> Projection:
    feed = Reading(READER, journal, (), tables.relire_depuis)
    refaire = projections.recompter, projections.refaire, projections.chiffrer
    return Projection("chiffres", tables.PROJETEES, feed, *refaire)


@dataclass
class Monde:
    """Un journal, et les indicateurs qui le lisent."""

    journal: AsyncEngine
    db: AsyncEngine
    delivery: Delivery

    async def dire(self, dits: Sequence[Document]) -> None:
        async with self.journal.begin() as tx:
            await log.append(tx, *map(lire, dits))
        _epoque, tetes = await self.delivery.source.heads()
        for partition, tete in tetes.items():
            await self.delivery.fetch(partition, 0, tete)

    @asynccontextmanager
    async def reconstruction(self) -> AsyncIterator[Rebuild]:
        async with rebuilding(_url(self.db), _projection(LogSource(self.journal))) as rebuild:
            yield rebuild

    async def abimer(self, requete: str) -> int:
        async with self.db.begin() as tx:
            return (await tx.execute(text(requete))).rowcount

    async def chiffres(self) -> dict[str, tuple[int, int]]:
        async with tables.lecture(self.db) as tx:
            return dict(await projections.chiffrer(tx))


def _url(db: AsyncEngine) -> str:
    return db.url.render_as_string(hide_password=False)


def _sans_le_dire(_evenements: int) -> None:
    pass


@pytest.fixture
async def monde(module_database: Callable[[str], str]) -> AsyncIterator[Monde]:
    journal, db = engine(module_database("suivi")), engine(module_database("indicateurs"))
    yield Monde(journal, db, await a_delivery(db, LogSource(journal), projections.suivre))
    await db.dispose()
    await journal.dispose()


async def test_le_sql_et_la_lecture_commune_disent_la_meme_chose(monde: Monde):
    await monde.dire(des_vies(8, 120))
    async with monde.db.begin() as tx:
        detours = await tx.scalar(
            text(
                "select count(distinct parcours) from evenements"
                " where type like 'fr.sanscouture.evenement.%'"
            )
        )
        tous = await tx.scalar(text("select count(distinct parcours) from evenements"))
        for table in tables.PROJETEES:
            assert await tx.scalar(text(f"select count(*) from {table.name}"))
    assert 20 < detours < tous - 20  # both ways are taken

    async with monde.reconstruction() as rebuild:
        await rebuild.build(_sans_le_dire)
        ecart = await rebuild.compare()

    assert ecart.same, ecart.tables
    assert ecart.before == ecart.after == await monde.chiffres()
