"""Les chiffres refaits de la copie du journal, pendant qu’on les lit et que le journal avance."""

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import date
from multiprocessing import get_context
from uuid import UUID

import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from contracts.catalogue import lire
from indicateurs import projections, tables
from kit import log
from kit.consumer.delivery import Delivery
from kit.db import engine
from kit.rebuild import Projection, Reading, Rebuild, rebuilding
from tests.kit.reading import READER, LogSource, a_delivery
from tests.services.indicateurs.journal import ENTREE, SORTIE, Conteur, Document, des_vies

LU = date(2025, 3, 3)


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


async def test_une_ligne_fausse_se_montre_et_se_repare_sous_les_yeux_de_qui_lit(monde: Monde):
    conteur = Conteur("lue")
    for _ in range(30):
        _vivre(conteur, "ABANDON", LU)
    await monde.dire(conteur.dits)
    justes = await monde.chiffres()
    assert await monde.abimer("update sorties set nature = 'TERME_ATTEINT'") == 30
    faux = await monde.chiffres()
    assert (justes["taux_abandon"], faux["taux_abandon"]) == ((30, 30), (0, 30))

    lus: list[tuple[int, int]] = []

    async def regarder() -> None:
        while not lus or lus[-1] != (30, 31):
            lus.append((await monde.chiffres())["taux_abandon"])

    async with monde.reconstruction() as rebuild, asyncio.TaskGroup() as taches:
        taches.create_task(regarder())
        await rebuild.build(_sans_le_dire)
        ecart = await rebuild.compare()
        tard = Conteur("pendant")
        venu = _vivre(tard, "NON_COMMUNIQUE", LU)
        await monde.dire(tard.dits)
        await rebuild.replace()

    assert {d.table: d.changed for d in ecart.tables if sum(d[1:])} == {"sorties": 30}
    assert (ecart.before["taux_abandon"], ecart.after["taux_abandon"]) == ((0, 30), (30, 30))
    # Before, before with what was said meanwhile, after: never anything in between.
    assert lus[0] == (0, 30)
    assert {*lus} <= {(0, 30), (0, 31), (30, 31)}
    async with monde.db.connect() as tx:
        assert await tx.scalar(
            text("select count(*) from sorties where parcours = :venu"), {"venu": venu}
        )


_SANS_FIN = (
    """create function sans_fin() returns trigger language plpgsql as
       $$ begin perform pg_sleep(60); return null; end $$""",
    "create trigger sans_fin after insert on sorties execute function sans_fin()",
)
_ARRETEES = text(
    "select count(*) from pg_stat_activity"
    " where datname = current_database() and wait_event = 'PgSleep'"
)


async def _quand(tx: AsyncConnection, *, arretee: bool) -> None:
    for _ in range(600):
        if bool(await tx.scalar(_ARRETEES)) is arretee:
            return
        await asyncio.sleep(0.05)
    pytest.fail("ce n’est pas arrivé en trente secondes")


async def test_une_reconstruction_tuee_ne_laisse_rien(monde: Monde):
    conteur = Conteur("tuee")
    _vivre(conteur, "ABANDON", LU)
    await monde.dire(conteur.dits)
    await monde.abimer("update sorties set nature = 'TERME_ATTEINT'")
    faux = await monde.chiffres()
    for requete in _SANS_FIN:
        await monde.abimer(requete)

    tuee = get_context("spawn").Process(
        target=_remplacer, args=(_url(monde.db), _url(monde.journal))
    )
    tuee.start()
    async with monde.db.connect() as tx:
        await tx.execution_options(isolation_level="AUTOCOMMIT")
        await _quand(tx, arretee=True)
        tuee.kill()
        await asyncio.to_thread(tuee.join)
        tuee.close()
        assert await monde.chiffres() == faux
        await _quand(tx, arretee=False)
    await monde.abimer("drop trigger sans_fin on sorties")
    suite = Conteur("apres")
    _vivre(suite, "ABANDON", LU)
    await monde.dire(suite.dits)  # the cursor is held no more
    async with monde.reconstruction() as rebuild:
        await rebuild.build(_sans_le_dire)
        await rebuild.replace()
    assert (await monde.chiffres())["taux_abandon"] == (2, 2)
    async with monde.db.connect() as tx:
        assert await tx.scalar(text("select to_regnamespace('rebuild')")) is None


def _vivre(conteur: Conteur, nature: str, le: date) -> UUID:
    parcours, etape = conteur.uuid(), str(conteur.uuid())
    conteur.ouvrir(parcours, le)
    conteur.dire(ENTREE, parcours, le, etape_id=etape)
    conteur.dire(SORTIE, parcours, le, etape_id=etape, nature=nature)
    return parcours


def _remplacer(url: str, url_du_journal: str) -> None:
    async def remplacer() -> None:
        async with rebuilding(url, _projection(LogSource(engine(url_du_journal)))) as rebuild:
            await rebuild.build(_sans_le_dire)
            await rebuild.replace()

    asyncio.run(remplacer())
