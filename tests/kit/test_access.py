import asyncio
import re
import time
from collections.abc import AsyncIterator, Callable
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import SecretStr
from sqlalchemy import event, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncEngine

from deploy.embedded.postgresql import Postgresql
from kit.access import Access, Caller, Organisation
from kit.access.keys import _checksum, id_of, new_key
from kit.db import engine
from kit.errors import NotFound, Unauthenticated, Unavailable
from kit.ids import named_uuid

PLATFORM_KEY = SecretStr("x" * 32)
SIRET = "13002526500013"


@pytest.fixture
async def db(database: Callable[[str], str]) -> AsyncIterator[AsyncEngine]:
    made = engine(database("access"), pool=2)
    yield made
    await made.dispose()


@pytest.fixture
def access(db: AsyncEngine) -> Access:
    return Access(db, PLATFORM_KEY)


@pytest.fixture
async def organisation(access: Access) -> Organisation:
    return await access.create_organisation(SIRET, "Mission locale de Bron", "mission_locale")


async def test_an_organisation_is_made_once(access: Access, organisation: Organisation):
    again = await access.create_organisation(SIRET, "Mission locale de l’Est", "mission_locale")

    assert again.id == organisation.id == named_uuid(f"urn:siret:{SIRET}")
    assert await access.organisation(SIRET) == await access.organisation(organisation.id) == again
    assert await access.organisation("0" * 14) is None
    assert again.siret == SIRET
    assert await access.directory([organisation.id, uuid4()]) == {
        organisation.id: "Mission locale de l’Est"
    }


async def test_a_key_tells_who_calls_and_what_they_may(access: Access, organisation: Organisation):
    key = await access.create_key(organisation, ["parcours:lire", "evenements:ecrire:suivi"])

    caller = await access.caller(key)

    assert caller.organisation == organisation
    assert caller.may("evenements:ecrire", "suivi")
    assert not caller.may("evenements:ecrire", "emploi")
    assert caller.may("parcours:lire", "suivi")
    assert caller.may_some("evenements:ecrire")
    assert not caller.may_some("personnes:lire")
    assert re.fullmatch(r"pk_live_[0-9a-z]{8}_[A-Za-z0-9_-]{43}[0-9A-Za-z]{6}", key)


async def test_a_key_is_stored_nowhere(access: Access, organisation: Organisation, db: AsyncEngine):
    key = await access.create_key(organisation, ["parcours:lire"])

    async with db.connect() as tx:
        stored = str((await tx.execute(text("select k::text from key k"))).scalar_one())

    assert key[17:60] not in stored
    assert key not in repr(await access.list_keys())


async def test_nothing_but_a_live_key_lets_in(
    access: Access, organisation: Organisation, db: AsyncEngine
):
    key = await access.create_key(organisation, ["parcours:lire"])
    expired = await access.create_key(organisation, ["parcours:lire"], timedelta(seconds=-1))
    revoked = await access.create_key(organisation, ["parcours:lire"])
    await access.revoke_key(revoked[8:16])
    stranger = await Access(db, SecretStr("y" * 32)).create_key(organisation, ["x"])
    unknown, _ = new_key()
    wrong_secret = f"pk_live_{key[8:16]}_{unknown[17:60]}"
    wrong_secret += _checksum(wrong_secret)
    seen = await access.caller(key)

    for bad in ("", "pk_live_", key[:-1], key + "a", key.swapcase(), expired, revoked, stranger):
        with pytest.raises(Unauthenticated):
            await access.caller(bad)
    for bad in (unknown, wrong_secret):
        assert id_of(bad)
        with pytest.raises(Unauthenticated):
            await access.caller(bad)
    assert await access.caller(key) == seen


@given(st.text() | st.from_regex(r"pk_live_[0-9a-z]{8}_[A-Za-z0-9_-]{43}[0-9A-Za-z]{6}"))
def test_any_text_is_a_key_or_is_not(anything: str):
    assert id_of(anything) is None or len(anything) == 66


@given(st.integers(0, 65), st.characters())
def test_a_key_with_one_character_changed_is_none(position: int, character: str):
    key, key_id = new_key()
    altered = key[:position] + character + key[position + 1 :]

    assert id_of(altered) == (key_id if altered == key else None)


async def test_a_key_revoked_elsewhere_soon_serves_no_more(
    access: Access, organisation: Organisation, db: AsyncEngine
):
    key = await access.create_key(organisation, ["parcours:lire"])
    await access.caller(key)
    await Access(db, PLATFORM_KEY).revoke_key(key[8:16])
    revoked_at = time.monotonic()

    while await _lets_in(access, key):
        assert time.monotonic() - revoked_at < 3
        await asyncio.sleep(0.05)


async def _lets_in(access: Access, key: str) -> bool:
    try:
        await access.caller(key)
    except Unauthenticated:
        return False
    return True


async def test_a_key_just_seen_is_not_asked_for_again(
    access: Access, organisation: Organisation, db: AsyncEngine
):
    key = await access.create_key(organisation, ["parcours:lire"])
    seen = await access.caller(key)
    async with db.begin() as tx:
        await tx.execute(text("lock table key in access exclusive mode"))
        assert await access.caller(key) is seen


async def test_calls_of_one_moment_ask_for_their_key_once(
    access: Access, organisation: Organisation, db: AsyncEngine
):
    key = await access.create_key(organisation, ["parcours:lire"])
    asked: list[str] = []
    event.listen(db.sync_engine, "begin", lambda _: asked.append(key))

    first, *others = (asyncio.create_task(access.caller(key)) for _ in range(50))
    await asyncio.sleep(0)
    first.cancel()

    assert {caller.organisation for caller in await asyncio.gather(*others)} == {organisation}
    assert len(asked) == 1


async def test_keys_are_listed_with_their_life(access: Access, organisation: Organisation):
    other = await access.create_organisation("0" * 14, "Autre", "cap_emploi")
    key = await access.create_key(organisation, ["b", "a", "a"])
    await access.create_key(other, ["c"])
    before, *_ = await access.list_keys(organisation)
    await access.caller(key)
    await access.revoke_key(key[8:16])

    (after,) = await access.list_keys(organisation)

    assert len(await access.list_keys()) == 2
    assert (before.id, before.scopes) == (key[8:16], ("a", "b"))
    assert before.last_used_at is before.revoked_at is None
    assert after.last_used_at
    assert after.revoked_at
    assert timedelta(days=364) < after.expires_at - datetime.now(UTC) < timedelta(days=366)  # noqa: TID251
    with pytest.raises(NotFound):
        await access.revoke_key("00000000")


async def test_people_are_those_of_the_demo(access: Access, organisation: Organisation):
    made = await access.create_person("Nadia Benali", "referent", organisation)
    await access.create_person("Nadia Benali", "conseillere", organisation)

    (known,) = await access.people()

    assert await access.person(made.id) == known
    assert (known.id, known.role, known.organisation) == (made.id, "conseillere", organisation)
    assert await access.person(uuid4()) is None


async def test_a_reading_is_kept_as_it_was_written(
    access: Access, organisation: Organisation, db: AsyncEngine
):
    parcours, at = uuid4(), datetime(2026, 3, 2, 9, tzinfo=UTC)
    caller = Caller(organisation, frozenset(), "0123abcd")

    await access.record_reading(caller, "parcours", parcours, at)

    async with db.connect() as tx:
        (row,) = await tx.execute(text("select who, organisation, action, object, at from reading"))
        assert tuple(row) == ("key:0123abcd", organisation.id, "parcours", str(parcours), at)
    for change in ("update reading set who = ''", "delete from reading", "truncate reading"):
        with pytest.raises(DBAPIError, match="kept as they were written"):
            async with db.begin() as tx:
                await tx.execute(text(change))


async def test_a_stopped_database_is_known_at_once(
    access: Access, organisation: Organisation, postgresql: Postgresql
):
    key = await access.create_key(organisation, ["parcours:lire"])
    person = await access.create_person("Nadia Benali", "referent", organisation)
    postgresql.stop()
    begun = time.monotonic()
    try:
        outcomes = await asyncio.gather(
            *(access.caller(key) for _ in range(20)),
            access.people(),
            access.record_reading(person, "parcours", uuid4(), datetime.now(UTC)),  # noqa: TID251
            return_exceptions=True,
        )
        elapsed = time.monotonic() - begun
    finally:
        postgresql.start()

    assert {type(outcome) for outcome in outcomes} == {Unavailable}
    assert elapsed < 5
    assert await access.caller(key)
