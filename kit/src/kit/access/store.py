"""Organisations, their keys, the people of the demo, and who read what."""

import asyncio
from collections.abc import AsyncIterator, Collection, Iterable
from contextlib import asynccontextmanager
from datetime import datetime, timedelta
from time import monotonic
from typing import Any, Final, NamedTuple
from uuid import UUID

from pydantic import SecretStr
from sqlalchemy import Row, Select, func, select, text, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from kit import clock
from kit.access import tables
from kit.access.keys import id_of, new_key
from kit.access.records import Caller, Key, Organisation, Person, Reader
from kit.db import is_outage
from kit.errors import NotFound, Unauthenticated, Unavailable
from kit.ids import named_uuid
from kit.observability import current_traceparent, trace_id
from kit.secrets import mac, same, subkey

LIFETIME: Final = timedelta(days=365)
CACHE_SECONDS: Final = 2.0
"""How long a revoked key may still work in a process that has just seen it."""


class Access:
    """The database `acces`. PostgreSQL not answering is `Unavailable`, whatever was asked."""

    def __init__(self, engine: AsyncEngine, platform_key: SecretStr) -> None:
        # Each call is one statement: a transaction of its own would cost two more round trips.
        self._engine = engine.execution_options(isolation_level="AUTOCOMMIT")
        self._pepper = subkey(platform_key, "keys")
        self._seen: dict[str, _Seen] = {}
        self._asked: dict[tuple[str, bytes], asyncio.Task[_Seen]] = {}

    async def ping(self) -> None:
        async with self._connected() as tx:
            await tx.execute(text("select 1"))

    async def create_organisation(self, siret: str, name: str, role: str) -> Organisation:
        """Make it known, or known by this name and this role from now on."""
        source = f"urn:siret:{siret}"
        made = Organisation(named_uuid(source), name, role, source)
        row = {"id": made.id, "source": source, "name": name, "role": role}
        query = insert(tables.organisation).values(row)
        async with self._connected() as tx:
            await tx.execute(
                query.on_conflict_do_update(
                    index_elements=["id"], set_={"name": name, "role": role}
                )
            )
        return made

    async def organisation(self, reference: UUID | str) -> Organisation | None:
        """The organisation of this id, or of this SIRET."""
        if isinstance(reference, str):
            reference = named_uuid(f"urn:siret:{reference}")
        query = select(tables.organisation).where(tables.organisation.c.id == reference)
        row = await self._one(query)
        return None if row is None else _organisation(row)

    async def organisations(self) -> list[Organisation]:
        async with self._connected() as tx:
            rows = await tx.execute(select(tables.organisation).order_by("name"))
        return [_organisation(row) for row in rows]

    async def directory(self, ids: Collection[UUID]) -> dict[UUID, str]:
        """The names of those of *ids* that are known."""
        columns = tables.organisation.c
        async with self._connected() as tx:
            rows = await tx.execute(select(columns.id, columns.name).where(columns.id.in_(ids)))
        return {row.id: row.name for row in rows}

    async def create_key(
        self, organisation: Organisation, scopes: Iterable[str], lifetime: timedelta = LIFETIME
    ) -> str:
        """A new key: this is the only time that it is seen."""
        key, key_id = new_key()
        row = {
            "id": key_id,
            "organisation": organisation.id,
            "scopes": sorted(set(scopes)),
            "digest": mac(self._pepper, key.encode()),
            "expires_at": clock.now() + lifetime,
        }
        async with self._connected() as tx:
            await tx.execute(insert(tables.key).values(row))
        return key

    async def list_keys(self, organisation: Organisation | None = None) -> list[Key]:
        columns = [column for column in tables.key.c if column is not tables.key.c.digest]
        query = select(*columns).order_by("organisation", "created_at")
        if organisation is not None:
            query = query.where(tables.key.c.organisation == organisation.id)
        async with self._connected() as tx:
            rows = await tx.execute(query)
        return [
            Key(
                row.id,
                row.organisation,
                tuple(row.scopes),
                row.created_at,
                row.expires_at,
                row.revoked_at,
                row.last_used_at,
            )
            for row in rows
        ]

    async def revoke_key(self, key_id: str) -> None:
        """Refuse it from now on: within `CACHE_SECONDS` in other processes."""
        query = update(tables.key).where(tables.key.c.id == key_id)
        changed = {"revoked_at": func.coalesce(tables.key.c.revoked_at, func.now())}
        async with self._connected() as tx:
            if (await tx.execute(query.values(changed))).rowcount == 0:
                raise NotFound
        self._seen.pop(key_id, None)

    async def caller(self, key: str) -> Caller:
        """Whose *key* it is; `Unauthenticated` for all that is not a live key of ours."""
        key_id = id_of(key)
        if key_id is None:
            raise Unauthenticated
        digest = mac(self._pepper, key.encode())
        seen = self._seen.get(key_id)
        if seen is None or seen.until < monotonic():
            seen = self._seen[key_id] = await self._ask(key_id, digest)
        if not same(seen.digest, digest):
            raise Unauthenticated
        return seen.caller

    async def create_person(self, name: str, role: str, organisation: Organisation) -> Person:
        """Someone whom the demo lets one be; the same name in the same place is the same person."""
        made = Person(named_uuid(f"{organisation.source}#{name}"), name, role, organisation)
        row = {"id": made.id, "name": name, "role": role, "organisation": organisation.id}
        query = insert(tables.person).values(row)
        async with self._connected() as tx:
            await tx.execute(
                query.on_conflict_do_update(index_elements=["id"], set_={"role": role})
            )
        return made

    async def people(self) -> list[Person]:
        async with self._connected() as tx:
            rows = await tx.execute(_PEOPLE.order_by(tables.person.c.role, tables.person.c.name))
        return [_person(row) for row in rows]

    async def person(self, person_id: UUID) -> Person | None:
        row = await self._one(_PEOPLE.where(tables.person.c.id == person_id))
        return None if row is None else _person(row)

    async def record_reading(
        self, reader: Reader, action: str, object_id: object, at: datetime
    ) -> None:
        """Note, for good, that *reader* is shown personal data: before it is shown."""
        row = {
            "at": at,
            "who": reader.who,
            "organisation": reader.organisation.id,
            "action": action,
            "object": str(object_id),
            "trace": trace_id(current_traceparent()),
        }
        async with self._connected() as tx:
            await tx.execute(_NOTE, row)

    async def _ask(self, key_id: str, digest: bytes) -> "_Seen":
        """One question to the database, however many requests of one caller wait for the answer.

        It is nobody's own: who hangs up takes the answer from no one else.
        """
        asked = self._asked.get((key_id, digest))
        if asked is None:
            asked = asyncio.create_task(self._look_up(key_id, digest))
            self._asked[key_id, digest] = asked
            asked.add_done_callback(lambda _: self._asked.pop((key_id, digest)))
        return await asyncio.shield(asked)

    async def _look_up(self, key_id: str, digest: bytes) -> "_Seen":
        """Ask the database, and note there that the key serves, at most once a minute."""
        until = monotonic() + CACHE_SECONDS
        async with self._connected() as tx:
            row = (await tx.execute(_LIVE_KEY.where(tables.key.c.id == key_id))).one_or_none()
            if row is None or not same(row.digest, digest):
                raise Unauthenticated
            if row.use_is_news:
                used = update(tables.key).where(tables.key.c.id == key_id)
                await tx.execute(used.values(last_used_at=func.now()))
        caller = Caller(_organisation(row), frozenset(row.scopes), key_id)
        return _Seen(until, digest, caller)

    async def _one(self, query: "Select[*tuple[Any, ...]]") -> "Row[*tuple[Any, ...]] | None":
        async with self._connected() as tx:
            return (await tx.execute(query)).one_or_none()

    @asynccontextmanager
    async def _connected(self) -> AsyncIterator[AsyncConnection]:
        try:
            async with self._engine.connect() as tx:
                yield tx
        except Exception as error:
            if is_outage(error):
                raise Unavailable from error
            raise


class _Seen(NamedTuple):
    """A key that was good a moment ago."""

    until: float
    digest: bytes
    caller: Caller


_LIVE_KEY = (
    select(
        tables.organisation,
        tables.key.c.scopes,
        tables.key.c.digest,
        (
            tables.key.c.last_used_at.is_(None)
            | (tables.key.c.last_used_at < func.now() - timedelta(minutes=1))
        ).label("use_is_news"),
    )
    .join_from(tables.key, tables.organisation)
    .where(tables.key.c.revoked_at.is_(None), tables.key.c.expires_at > func.now())
)
_NOTE = insert(tables.reading)
_PEOPLE = select(
    tables.organisation,
    tables.person.c.id.label("person_id"),
    tables.person.c.name.label("person_name"),
    tables.person.c.role.label("person_role"),
).join_from(tables.person, tables.organisation)


def _organisation(row: "Row[*tuple[Any, ...]]") -> Organisation:
    return Organisation(row.id, row.name, row.role, row.source)


def _person(row: "Row[*tuple[Any, ...]]") -> Person:
    return Person(row.person_id, row.person_name, row.person_role, _organisation(row))
