"""message-db: its SQL, from the npm package that carries it."""

import asyncio
import subprocess
import tarfile
from collections.abc import Sequence
from pathlib import Path
from uuid import UUID, uuid4, uuid5

import asyncpg

from bench import apart, rows, store
from bench.gate import Seen, Verdict, inspect
from bench.ground import ROOT, Ground
from bench.machine import Meter
from bench.peers.written import Written
from kit.log.store import Row

_PACKAGE = "@eventide/message-db@1.3.1"
_FOLDER = ROOT / ".data/bench/message-db"
# Without pgcrypto, that PostgreSQL has not needed for uuids since 13.
_SCRIPTS = (
    "schema/message-store", "types/message", "tables/messages",
    "functions/message-store-version", "functions/hash-64", "functions/acquire-lock",
    "functions/category", "functions/is-category", "functions/id", "functions/cardinal-id",
    "functions/stream-version", "functions/write-message", "functions/get-stream-messages",
    "functions/get-category-messages", "functions/get-last-stream-message",
    "indexes/messages-id", "indexes/messages-stream", "indexes/messages-category",
)  # fmt: skip
_WRITE = """
select write_message(i, s, t, d) from unnest($1::varchar[], $2::varchar[], $3::varchar[],
  $4::jsonb[]) x(i, s, t, d)"""
_READ = "select * from get_category_messages('parcours', $1, 1000)"
_PAUSE = 0.002


class MessageDb:
    """One category, whose writers wait for one another: that is what its readers rely on."""

    name = "message-db 1.3.1"
    shape = "write_message, une catégorie, toutes les lignes d’une transaction en une requête"
    safe = True

    def __init__(self, ground: Ground) -> None:
        self._ground = ground
        self._sql = _scripts()

    def write(self, number: int, group: int, connections: int, *, tail: bool) -> Written:
        server = self._ground.postgresql
        name = f"message_db_{uuid4().hex[:8]}"
        server.execute(f"create database {name}")
        server.execute(f"alter database {name} set search_path = message_store, public")
        url = server.database_url(name)
        asyncio.run(_install(url, self._sql))
        lines = rows.rows(number, among=number, seed="message-db")
        return apart.run(_write, url, rows.pages(lines, group), connections, tail=tail)


def _scripts() -> str:
    package = _FOLDER / "package/database"
    if not package.exists():
        _FOLDER.mkdir(parents=True, exist_ok=True)
        subprocess.run(
            ["npm", "pack", "--silent", _PACKAGE],
            cwd=_FOLDER,
            check=True,
            stdout=subprocess.DEVNULL,
        )
        [archive] = _FOLDER.glob("*.tgz")
        with tarfile.open(archive) as opened:
            opened.extractall(_FOLDER, filter="data")
    return "\n;\n".join(Path(package, f"{each}.sql").read_text("utf-8") for each in _SCRIPTS)


async def _install(url: str, sql: str) -> None:
    connection = await store.connect(url)
    try:
        await connection.execute(sql)
    finally:
        await connection.close()


async def _write(
    url: str, groups: Sequence[Sequence[Row]], connections: int, *, tail: bool
) -> Written:
    writers = [await store.connect(url) for _ in range(connections)]
    turns = iter(groups)
    ended = asyncio.Event()
    reading = asyncio.create_task(_read(await store.connect(url), ended)) if tail else None

    async def write(connection: asyncpg.Connection) -> None:
        for group in turns:
            await connection.execute(
                _WRITE,
                [str(_id(row)) for row in group],
                [f"parcours-{row.stream}" for row in group],
                [row.type for row in group],
                [row.body for row in group],
            )

    meter = Meter()
    with meter.running():
        await asyncio.gather(*map(write, writers))
    ended.set()
    seen = Verdict()
    if reading is not None:
        expected = [str(_id(row)) for group in groups for row in group]
        seen = inspect(expected, await reading, contiguous=False)
    return Written(meter.seconds, meter.cpu, seen)


def _id(row: Row) -> UUID:
    return uuid5(row.stream, row.id)


async def _read(connection: asyncpg.Connection, ended: asyncio.Event) -> list[Seen]:
    """Follow the category as its own consumers do, until nothing is new after the end."""
    seen: list[Seen] = []
    after = 0
    while True:
        last = ended.is_set()
        found = await connection.fetch(_READ, after + 1)
        seen += [Seen("", line["global_position"], line["id"]) for line in found]
        after = max((each.number for each in seen[-len(found) :]), default=after)
        if last and not found:
            return seen
        await asyncio.sleep(_PAUSE)
