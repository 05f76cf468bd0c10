import asyncio
import json
import os
import signal
import socket
import sys
import time
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from sqlalchemy import text

from kit.db import engine

APP = """
import asyncio
from contracts import problemes
from kit.access import Access
from kit.db import Database, engine
from kit.http import Router, application
from kit.log import Relay
from kit.run import Service, Timer

router = Router()

@router.get("/slow")
async def slow() -> str:
    await asyncio.sleep(1)
    return "finished"

class Beside:
    def start(self): print("beside started", flush=True)
    async def stop(self): print("beside stopped", flush=True)

async def tick():
    try:
        await asyncio.Event().wait()
    finally:
        print("tick finished", flush=True)

async def fail():
    await asyncio.sleep(0.5)
    raise ValueError("1850575")

async def leave():
    await asyncio.sleep(0.5)

def service(settings):
    db = engine(settings.database_url)
    access = Access(engine(settings.access_database_url, pool=2), settings.platform_key)
    return Service(
        http=application(
            "Test", router, settings=settings, db=db, access=access, problems=problemes, log=True
        ),
        beside_api=[Beside()],
        timers=[Timer("TIMER", TIMER)],
        relays=[Relay(settings.database_url, "test.events", settings.kafka, "test")],
    )
"""


class Process:
    """A service at work in a process of its own."""

    def __init__(self, process: asyncio.subprocess.Process, port: int) -> None:
        self.process = process
        self.url = f"http://127.0.0.1:{port}"

    async def get(self, path: str) -> tuple[int, str]:
        async with aiohttp.ClientSession() as session, session.get(self.url + path) as answer:
            return answer.status, await answer.text()

    async def until_ready(self) -> None:
        async with asyncio.timeout(30):
            while True:
                try:
                    if (await self.get("/pret"))[0] == 200:
                        return
                except aiohttp.ClientError:
                    assert self.process.returncode is None
                await asyncio.sleep(0.05)

    async def end(self) -> tuple[int, str, str]:
        async with asyncio.timeout(30):
            out, err = await self.process.communicate()
        assert self.process.returncode is not None
        return self.process.returncode, out.decode(), err.decode()


def _free_port() -> int:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        port: int = taken.getsockname()[1]
        return port


Run = Callable[..., Any]


@pytest.fixture
async def run(tmp_path: Path, module_database: Callable[[str], str]) -> AsyncIterator[Run]:
    """`run("--only", "api", timer="fail")`: start the test's own service."""
    async with AsyncExitStack() as stack:

        async def start(*options: str, timer: str = "tick", **settings: str) -> Process:
            package = tmp_path / "served"
            package.mkdir(exist_ok=True)
            (package / "__init__.py").touch()
            (package / "app.py").write_text(APP.replace("TIMER", timer))
            port = _free_port()
            environment = {
                **{k: v for k, v in os.environ.items() if not k.startswith(("OTEL_", "SC_"))},
                "PYTHONPATH": str(tmp_path),
                "SC_DATABASE_URL": module_database("suivi"),
                "SC_ACCESS_DATABASE_URL": module_database("access"),
                "SC_KAFKA": "127.0.0.1:9",
                "SC_PORT": str(port),
                "SC_PUBLIC_URL": "http://served.test",
                "SC_SERVICE_KEY": "a service key",
                "SC_PLATFORM_KEY": "a platform key that is long enough",
                **{
                    f"SC_{name}_URL": "http://127.0.0.1:9"
                    for name in ("ORIENTATION", "INSCRIPTION", "PASSERELLE", "SUIVI", "INDICATEURS")
                },
                **settings,
            }
            process = await asyncio.create_subprocess_exec(
                *(sys.executable, "-m", "kit.run", "served", *options),
                env={name: value for name, value in environment.items() if value},
                stdout=asyncio.subprocess.PIPE,
                stderr=asyncio.subprocess.PIPE,
            )
            stack.push_async_callback(_killed, process)
            return Process(process, port)

        yield start


async def _killed(process: asyncio.subprocess.Process) -> None:
    if process.returncode is None:
        process.kill()
        await process.communicate()


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
async def test_a_stop_finishes_what_is_in_hand_and_is_no_failure(run: Run, number: signal.Signals):
    process = await run("--only", "api,timer")
    await process.until_ready()

    slow = asyncio.create_task(process.get("/slow"))
    await asyncio.sleep(0.3)
    asked = time.monotonic()
    process.process.send_signal(number)
    answer = await slow
    code, out, err = await process.end()

    assert answer == (200, '"finished"')
    assert (code, err) == (0, "")
    assert time.monotonic() - asked < 9  # what a supervisor waits before it kills: 10 s
    assert [line for line in out.splitlines() if not line.startswith("{")] == [
        "beside started",
        "tick finished",
        "beside stopped",
    ]


async def test_a_role_alone_tells_how_it_is_and_answers_nothing_else(run: Run):
    process = await run("--only", "timer")
    await process.until_ready()

    answers = {path: await process.get(path) for path in ("/sante", "/metriques", "/slow")}
    process.process.terminate()
    code, out, _ = await process.end()

    assert [status for status, _ in answers.values()] == [200, 200, 404]
    assert "consumer_events" in answers["/metriques"][1]
    assert code == 0
    assert "beside" not in out


@pytest.mark.parametrize(("timer", "told"), [("fail", "ValueError"), ("leave", "")])
async def test_a_role_that_ends_by_itself_brings_the_process_down_and_says_why(
    run: Run, timer: str, told: str
):
    process = await run("--only", "api,timer", timer=timer)

    code, out, err = await process.end()

    last = json.loads(out.splitlines()[-1])
    assert (code, err) == (1, "")
    assert last["event"] == "a role ended by itself: the process stops"
    assert last["role"] == f"timer {timer}"
    assert told in str(last.get("exception"))
    assert "1850575" not in out


async def test_a_log_cut_otherwise_is_refused_with_a_sentence(
    run: Run, database: Callable[[str], str]
):
    url = database("suivi")
    db = engine(url, session_replication_role="replica")
    async with db.begin() as tx:
        await tx.execute(text("update log.identity set partitions = 7"))
    await db.dispose()

    process = await run("--only", "api", SC_DATABASE_URL=url)
    code, out, _ = await process.end()

    assert code == 1
    assert "This log has 7 partitions and this process expects 12" in out


async def test_a_missing_setting_is_named_and_no_value_is_told(run: Run):
    process = await run(SC_KAFKA="", SC_PORT="not a port")

    code, out, err = await process.end()

    assert (code, err) == (1, "")
    assert "missing at /kafka" in out
    assert "int_parsing at /port" in out
    assert "not a port" not in out
    assert "platform key" not in out


async def test_an_unknown_role_or_service_is_refused_with_a_sentence(run: Run):
    process = await run("--only", "cook")
    code, _, err = await process.end()
    assert code == 2
    assert "unknown roles: cook; they are api, consumer, relay, timer" in err


async def test_a_port_already_taken_is_told(run: Run):
    first = await run("--only", "api")
    await first.until_ready()
    second = await run("--only", "api", SC_PORT=first.url.rpartition(":")[2])

    code, out, _ = await second.end()

    assert code != 0
    assert "address already in use" in out


async def test_without_a_database_a_process_lives_and_is_not_ready(run: Run):
    process = await run(
        "--only", "api", SC_DATABASE_URL="postgresql+asyncpg://nobody:none@127.0.0.1:9/none"
    )
    async with asyncio.timeout(30):
        while True:
            try:
                alive = await process.get("/sante")
                break
            except aiohttp.ClientError:
                await asyncio.sleep(0.05)

    ready = await process.get("/pret")

    assert alive[0] == 200
    assert ready[0] == 503
    assert json.loads(ready[1])["controles"] == {
        "base": "manque",
        "acces": "ok",
        "identite": "manque",
    }
