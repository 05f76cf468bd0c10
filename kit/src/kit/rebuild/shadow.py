"""The tables being rebuilt: in a schema of their own, looked up before the live ones.

They are never put in the place of the live ones: a transaction of a reader that began before would
find them empty. The live ones are given the rows that differ, which whoever reads sees all at
once; their indexes, keys, rights and policies are not touched.
"""

from collections.abc import Sequence
from typing import NamedTuple

from sqlalchemy import Table, text
from sqlalchemy.ext.asyncio import AsyncConnection

SCHEMA = "rebuild"
LIVE_ONLY = text("set local search_path to public")
BESIDE = text(f"set local search_path to {SCHEMA}, public")
DROP = text(f"drop schema if exists {SCHEMA} cascade")
_CREATE = text(f"create schema {SCHEMA}")
# What keeps rows unique is needed while they come; the rest would only slow them down.
_OTHER_INDEXES = text(
    "select c.relname from pg_index i join pg_class c on c.oid = i.indexrelid"
    " where c.relnamespace = cast(:schema as regnamespace) and not i.indisunique"
)


class Difference(NamedTuple):
    """One table, before and after: rows that only one of them has, rows with the same key."""

    table: str
    only_old: int
    only_new: int
    changed: int


async def create(tx: AsyncConnection, tables: Sequence[Table]) -> None:
    """Make the tables to fill, empty; those that a killed rebuild has left are dropped."""
    await tx.execute(DROP)
    await tx.execute(_CREATE)
    for table in tables:
        await tx.execute(
            text(f"create unlogged table {_built(table)} (like {_live(table)} including all)")
        )
    for index in (await tx.execute(_OTHER_INDEXES, {"schema": SCHEMA})).scalars():
        await tx.execute(text(f'drop index {SCHEMA}."{index}"'))


async def lock(tx: AsyncConnection, tables: Sequence[Table]) -> None:
    """Let nobody else write the live ones until the end of the transaction; reading goes on."""
    for table in tables:
        await tx.execute(text(f"lock table {_live(table)} in share row exclusive mode"))


async def compare(tx: AsyncConnection, table: Table) -> Difference:
    """Count what differs; rows are compared whole, nulls alike."""
    key = [f'"{column.name}"' for column in table.primary_key]
    both = f"(select count(*) from gone join come using ({', '.join(key)}))" if key else "0"  # noqa: S608
    counts = text(
        f"with gone as {_only(_live(table), _built(table))},"  # noqa: S608 - names of our tables
        f" come as {_only(_built(table), _live(table))}"
        f" select (select count(*) from gone) as gone, (select count(*) from come) as come,"
        f" {both} as changed"
    )
    gone, come, changed = (await tx.execute(counts)).one()
    return Difference(table.name, gone - changed, come - changed, changed)


async def replace(tx: AsyncConnection, tables: Sequence[Table]) -> tuple[int, int]:
    """Give the live tables the rows of the rebuilt ones; return how many go, and how many come."""
    gone = [
        await tx.execute(
            text(
                f"delete from {_live(table)} a where not exists"  # noqa: S608
                f" (select from {_built(table)} b where b = a)"
            )
        )
        for table in reversed(tables)
    ]
    come = [
        await tx.execute(text(f"insert into {_live(table)} {_only(_built(table), _live(table))}"))
        for table in tables
    ]
    return sum(each.rowcount for each in gone), sum(each.rowcount for each in come)


def _only(these: str, those: str) -> str:
    return f"(select a.* from {these} a where not exists (select from {those} b where b = a))"  # noqa: S608


def _live(table: Table) -> str:
    return f'public."{table.name}"'


def _built(table: Table) -> str:
    return f'{SCHEMA}."{table.name}"'
