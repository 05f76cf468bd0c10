"""What only a real server on a real socket shows."""

import asyncio
import gzip
import os
import resource
import signal
import socket
import time
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AbstractContextManager, asynccontextmanager, contextmanager, suppress
from pathlib import Path
from uuid import uuid4

import httpx
import pytest
import uvicorn
from fastapi import FastAPI

from deploy.embedded import ports
from deploy.embedded.postgresql import Postgresql
from kit import log
from kit.access import CACHE_SECONDS, Access
from kit.db import engine
from tests.kit.events import Event
from tests.kit.http_parts import a_service, a_settings

BATCH = {"content-type": "application/cloudevents-batch+json"}
GZIP = {"content-encoding": "gzip"}


@asynccontextmanager
async def serving(app: FastAPI) -> AsyncIterator[httpx.AsyncClient]:
    with socket.create_server((ports.LOOPBACK, 0)) as listener:
        host, port = listener.getsockname()
        config = uvicorn.Config(app, log_config=None, access_log=False, http="httptools")
        server = uvicorn.Server(config)
        task = asyncio.create_task(server.serve([listener]))
        try:
            async with httpx.AsyncClient(base_url=f"http://{host}:{port}", timeout=20) as client:
                yield client
        finally:
            server.should_exit = True
            await task
            for database in app.state.databases:
                await database.dispose()


async def _chunks(count: int, sent: list[int]) -> AsyncIterator[bytes]:
    for _ in range(count):
        sent.append(1)
        yield b"x" * 16_384
        await asyncio.sleep(0)


async def test_a_body_is_bounded_as_it_streams():
    async with serving(a_service()) as http:
        for size, headers, status in (
            (2**16, {}, 200),
            (2**16 + 1, {}, 413),
            (2**20, BATCH, 200),
            (2**20 + 1, BATCH, 413),
            (2**23, BATCH, 413),
        ):
            answer = await http.post("/v1/raw", content=b"x" * size, headers=headers)
            assert answer.status_code == status

        sent: list[int] = []
        answer = await http.post("/v1/raw", content=_chunks(4, sent))
        assert answer.json() == {"size": 65_536}
        answer = await http.post("/v1/raw", content=_chunks(100, sent))
        assert answer.status_code == 413
        with suppress(httpx.NetworkError):  # the server answers and leaves while we are sending
            answer = await http.post("/v1/raw", content=_chunks(100_000, sent))
            assert answer.status_code == 413
        assert len(sent) < 3_000
        assert (await http.get("/sante")).status_code == 200


async def test_a_compressed_body_counts_as_what_it_inflates_to():
    bomb = gzip.compress(b"\0" * 200_000_000)
    fits = gzip.compress(b"x" * 65_536)
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    async with serving(a_service()) as http:

        async def post(content: bytes) -> tuple[int, str]:
            answer = await http.post("/v1/raw", content=content, headers=GZIP)
            return answer.status_code, answer.text

        assert await post(fits) == (200, '{"size":65536}')
        assert (await post(gzip.compress(b"x" * 65_537)))[0] == 413
        assert (await post(bomb))[0] == 413
        for broken in (fits[:-9], fits + b"x", fits + fits, b"plain", fits[:10]):
            assert (await post(broken))[0] == 400
        assert (await post(b""))[0] == 200

    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 20_000  # KiB


async def test_a_log_is_read_by_our_own_services_only(database: Callable[[str], str]):
    url = database("orientation")
    db = engine(url)
    stream = uuid4()
    async with db.begin() as tx:
        await log.append(tx, *(Event(subject=stream) for _ in range(3)))
    ours = {"authorization": "Bearer service-key"}
    partition = log.partition_of(stream)
    async with serving(a_service(db=url, log=True)) as http:
        heads = await http.get("/interne/journal/tetes", headers=ours)
        page = await http.get(
            f"/interne/journal/{partition}", params={"apres": 1, "limite": 1}, headers=ours
        )
        refused = [
            (
                await http.get(f"/interne/journal/{path}", headers={b"authorization": key})
            ).status_code
            for path in ("tetes", "0")
            for key in (b"", b"Bearer service-kez", b"Bearer \xe9")
        ]
        beyond = await http.get("/interne/journal/12", headers=ours)

    async with db.connect() as tx:
        epoch, positions = await log.heads(tx)
        (_, entry, _) = await log.page(tx, partition, 0, 10)
    await db.dispose()
    assert heads.json() == {"epoch": str(epoch), "heads": {str(p): n for p, n in positions.items()}}
    assert positions[partition] == 3
    (told,) = page.json()["entries"]
    assert told["value"].encode() == log.message(entry)
    assert told["stream"] == str(stream)
    assert (told["partition"], told["position"], told["id"]) == (partition, 2, entry.id)
    assert refused == [401] * 6
    assert beyond.status_code == 404


async def test_a_revoked_key_lets_in_no_more(database: Callable[[str], str]):
    url = database("access")
    db = engine(url, pool=1)
    access = Access(db, a_settings().platform_key)
    organisation = await access.create_organisation("13002526500013", "Mission locale", "x")
    key = await access.create_key(organisation, ["parcours:lire"])
    other = await access.create_key(organisation, ["evenements:ecrire"])
    async with serving(a_service(access=url)) as http:

        async def call(key: str) -> int:
            answer = await http.get("/v1/mine", headers={"authorization": f"Bearer {key}"})
            return answer.status_code

        assert (await call(key), await call(other), await call(key + "x")) == (200, 403, 401)
        await access.revoke_key(key[8:16])
        revoked = time.monotonic()
        while await call(key) == 200:
            assert time.monotonic() - revoked < 5
            await asyncio.sleep(0.05)
        assert await call(key) == 401
    await db.dispose()


@contextmanager
def stopped(postgresql: Postgresql) -> Iterator[None]:
    postgresql.stop()
    try:
        yield
    finally:
        postgresql.start()


@contextmanager
def frozen(postgresql: Postgresql) -> Iterator[None]:
    """The server accepts connections, and answers nothing: as on a full disk or a dead network."""
    postmaster = postgresql.child.pid
    backends = Path(f"/proc/{postmaster}/task/{postmaster}/children").read_text("ascii").split()
    processes = [postmaster, *map(int, backends)]
    for process in processes:
        os.kill(process, signal.SIGSTOP)
    try:
        yield
    finally:
        for process in processes:
            os.kill(process, signal.SIGCONT)


@pytest.mark.parametrize("outage", [stopped, frozen])
async def test_no_database_is_told_within_five_seconds(
    outage: Callable[[Postgresql], AbstractContextManager[None]],
    database: Callable[[str], str],
    postgresql: Postgresql,
):
    url = database("access")
    db = engine(url, pool=1)
    access = Access(db, a_settings().platform_key)
    organisation = await access.create_organisation("13002526500013", "Mission locale", "x")
    keys = [await access.create_key(organisation, ["parcours:lire"]) for _ in range(10)]
    await db.dispose()
    async with serving(a_service(db=url, access=url)) as http:

        async def call(path: str, key: str) -> tuple[int, str | None, float]:
            begun = time.monotonic()
            answer = await http.get(path, headers={"authorization": f"Bearer {key}"})
            took = time.monotonic() - begun
            return answer.status_code, answer.headers.get("retry-after"), took

        async def all_calls() -> list[tuple[int, str | None, float]]:
            return await asyncio.gather(
                *(call(path, key) for key in keys for path in ("/v1/mine", "/v1/database"))
            )

        assert {status for status, *_ in await all_calls()} == {200}
        await asyncio.sleep(CACHE_SECONDS)
        with outage(postgresql):
            answers = [*await all_calls(), *await all_calls()]
        status = 503
        while status != 200:
            status, *_ = await call("/v1/mine", keys[0])

    assert {answer[:2] for answer in answers} == {(503, "2")}
    assert max(took for *_, took in answers) < 5
