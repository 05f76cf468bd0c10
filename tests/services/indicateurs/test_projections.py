"""Ce que lit le consommateur : redites, désordre, rectifications, et combien cela coûte."""

from collections.abc import AsyncIterator, Callable
from datetime import date
from random import Random
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import event, text
from sqlalchemy.ext.asyncio import AsyncEngine

from indicateurs import projections, queries, tables
from indicateurs.domain import INDICATEURS, Cohorte
from kit.db import engine
from tests.services.indicateurs.journal import (
    ENTREE,
    LE,
    SORTIE,
    Conteur,
    des_vies,
    faire_lire,
    records,
)

TOUT = Cohorte(date(2024, 1, 1), date(2026, 11, 1))


@pytest.fixture
async def db(bases: Callable[[str], str]) -> AsyncIterator[AsyncEngine]:
    """Une base où rien n’est lu."""
    lue = engine(bases("indicateurs"))
    noms = ", ".join(table.name for table in tables.metadata.sorted_tables)
    async with lue.begin() as tx:
        await tx.execute(text(f"truncate {noms}"))
    yield lue
    await lue.dispose()


async def tous_les_chiffres(db: AsyncEngine) -> list[Any]:
    return [
        (chiffre.total, chiffre.serie, chiffre.quantiles)
        for indicateur in INDICATEURS.values()
        for chiffre in [await queries.chiffre(db, indicateur, TOUT, LE)]
    ]


async def test_ni_l_ordre_ni_les_redites_ni_les_paquets_ne_changent_un_chiffre(db: AsyncEngine):
    dits = des_vies(5, 25)
    await faire_lire(db, dits)
    attendus = await tous_les_chiffres(db)
    assert all(total.denominateur for total, _, _ in attendus)

    await faire_lire(db, dits)  # a log read again from its beginning
    assert await tous_les_chiffres(db) == attendus

    async with db.begin() as tx:
        await tx.execute(
            text("truncate " + ", ".join(t.name for t in tables.metadata.sorted_tables))
        )
    await faire_lire(db, Random(5).sample(dits, len(dits)), par=37)
    assert await tous_les_chiffres(db) == attendus


async def test_une_correction_deplace_un_chiffre_et_son_annulation_le_ramene(db: AsyncEngine):
    conteur = Conteur()
    parcours, etape = conteur.uuid(), conteur.uuid()
    conteur.ouvrir(parcours, date(2025, 1, 2))
    conteur.dire(ENTREE, parcours, date(2025, 1, 6), etape_id=str(etape))
    sortie = conteur.dire(
        SORTIE, parcours, date(2025, 3, 31), etape_id=str(etape), nature="TERME_ATTEINT"
    )

    async def abandon() -> list[tuple[date, int]]:
        await faire_lire(db, conteur.dits)
        chiffre = await queries.chiffre(db, INDICATEURS["taux_abandon"], TOUT, LE)
        return [(p.debut, p.numerateur) for p in chiffre.serie if p.denominateur]

    assert await abandon() == [(date(2025, 3, 1), 0)]

    correction = conteur.corriger(
        sortie, date(2025, 5, 2), nature="ABANDON", time="2025-04-01T12:00:00+02:00"
    )
    assert await abandon() == [(date(2025, 4, 1), 1)]

    conteur.annuler(correction, date(2025, 5, 3))
    assert await abandon() == [(date(2025, 3, 1), 0)]

    conteur.annuler(sortie, date(2025, 5, 4))
    assert await abandon() == []


async def test_un_evenement_non_encore_ouvert_compte_puis_rejoint_sa_personne(db: AsyncEngine):
    conteur = Conteur()
    personne = conteur.uuid()
    premiere, seconde = [
        conteur.orienter(parcours, conteur.uuid(), le)
        for parcours, le in ((conteur.uuid(), date(2025, 2, 3)), (conteur.uuid(), date(2025, 6, 2)))
    ]

    async def personnes() -> int:
        await faire_lire(db, conteur.dits)
        chiffre = await queries.chiffre(db, INDICATEURS["taux_acces_3m"], TOUT, LE)
        return chiffre.total.denominateur

    assert await personnes() == 2

    for dit in (premiere, seconde):
        conteur.ouvrir(UUID(dit["subject"]), date(2025, 1, 2), personne)
    assert await personnes() == 1


async def test_un_paquet_coute_autant_de_questions_quel_que_soit_le_nombre_de_parcours(
    db: AsyncEngine,
):
    lus = records(des_vies(6, 60))[:500]
    assert len({lu.stream for lu in lus}) > 50
    posees: list[str] = []
    event.listen(db.sync_engine, "before_cursor_execute", lambda *dit: posees.append(dit[2]))

    async with db.begin() as tx:
        await projections.suivre(tx, lus)

    # The events written, then read again; each table emptied of these parcours, and filled.
    assert len(posees) == 2 + 2 * len(tables.PROJETEES)
