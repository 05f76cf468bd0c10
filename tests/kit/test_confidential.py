from collections.abc import AsyncIterator, Callable
from uuid import uuid4

import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from kit import confidential, migrations
from kit.db import engine


@pytest.fixture
async def db(database: Callable[[str], str]) -> AsyncIterator[AsyncEngine]:
    db = engine(database("indicateurs"))
    async with db.connect() as connection:
        raw = (await connection.get_raw_connection()).driver_connection
        assert raw is not None
        await raw.execute(migrations.sql("confidential"))
        await raw.execute(migrations.sql("erasure"))
    yield db
    await db.dispose()


async def test_what_is_stored_is_read_back_by_its_event(db: AsyncEngine):
    texts = {"diagnostic": "L’élève a dit : « peut-être » \\ 'non'", "motivation": ""}
    async with db.begin() as tx:
        await confidential.store(tx, "urn:one", "1", texts, uuid4())
        await confidential.store(tx, "urn:two", "1", {"bilan": "autre"}, uuid4())

    async with db.connect() as tx:
        assert await confidential.read(tx, "urn:one", "1") == texts
        assert await confidential.read(tx, "urn:two", "1") == {"bilan": "autre"}
        assert await confidential.read(tx, "urn:one", "2") is None


async def test_the_first_texts_of_an_event_stay(db: AsyncEngine):
    async with db.begin() as tx:
        for said in ("first", "second"):
            await confidential.store(tx, "urn:one", "1", {"bilan": said}, uuid4())

    async with db.connect() as tx:
        assert await confidential.read(tx, "urn:one", "1") == {"bilan": "first"}


async def test_an_event_without_texts_leaves_nothing(db: AsyncEngine):
    async with db.begin() as tx:
        await confidential.store(tx, "urn:one", "1", {}, uuid4())

    async with db.connect() as tx:
        assert await tx.scalar(text("select count(*) from confidential.text")) == 0
