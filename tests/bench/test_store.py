"""A store written by COPY is one that the log itself holds for sound, and the gate reads it all."""

from collections.abc import Callable

from sqlalchemy import text

from bench import rows, store
from bench.gate import Verdict
from kit.db import engine
from kit.log.store import Row


def keys(lines: list[Row]) -> list[tuple[str, str]]:
    return [(row.source, row.id) for row in lines]


async def written(url: str, lines: list[Row]) -> None:
    placed = await store.place(url, lines)
    connection = await store.connect(url)
    await store.copy(connection, placed)
    await connection.close()


async def test_what_copy_writes_is_sound_and_what_it_did_not_is_missing(
    module_database: Callable[[str], str],
):
    url = module_database("suivi")
    first, more = (rows.rows(60, among=20, seed=seed) for seed in ("first", "more"))
    await written(url, first)

    whole = await store.verdict(url, keys(first), {})
    reached = await store.heads(url)
    await written(url, more)
    later = await store.verdict(url, [*keys(more), ("urn:bench", "never")], reached)

    assert whole == Verdict()
    assert later == Verdict(missing=1)
    db = engine(url)
    async with db.connect() as tx:
        assert (await tx.execute(text("select * from log.verify()"))).all() == []
    await db.dispose()


async def test_ordinary_journeys_fill_a_store_that_one_organisation_may_read(
    module_database: Callable[[str], str],
):
    url = module_database("suivi")

    await store.fill(url, 50, "urn:siret:99900060700013")

    connection = await store.connect(url)
    assert await connection.fetchval("select count(*) from log.entry") == 50
    assert await connection.fetchval("select count(distinct parcours) from designations") == 5
    assert await connection.fetchval("select min(version) from log.read($1)", rows.parcours(4)) == 1
    await connection.close()
