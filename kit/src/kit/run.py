"""`python -m kit.run SERVICE [--only ROLE,…]`: the roles of a service, in one process or apart."""

import argparse
import asyncio
import gc
import signal
import sys
from collections.abc import Callable, Coroutine, Iterator, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from importlib import import_module
from typing import Any, Final, Protocol

import structlog
import uvicorn
import uvloop
from fastapi import FastAPI
from sqlalchemy.ext.asyncio import AsyncEngine
from starlette.types import ASGIApp, Receive, Scope, Send

from kit import observability
from kit.consumer import Consumer
from kit.db import is_outage
from kit.errors import Unavailable
from kit.http import Readiness
from kit.log import Relay, check_identity
from kit.settings import Settings

ROLES: Final = ("api", "consumer", "relay", "timer")
PROBES: Final = {"/sante", "/pret", "/metriques"}
_YOUNG: Final = 50_000  # objects between two collections: a batch of facts makes as many
FINISH: Final = 7  # seconds that the roles have to finish what they have in hand

Work = Coroutine[Any, Any, None]
_log = structlog.get_logger(__name__)


class Task(Protocol):
    """What the API needs beside it while it answers, such as the writer of a log."""

    def start(self) -> None: ...
    async def stop(self) -> None: ...


@dataclass(frozen=True)
class Timer:
    """Something to do as time goes by, until cancelled."""

    name: str
    run: Callable[[], Work]


@dataclass(frozen=True)
class Service:
    """A service assembled, role by role: what `<service>.app.service(settings)` answers."""

    http: FastAPI
    consumers: Sequence[Consumer] = ()
    relays: Sequence[Relay] = ()
    timers: Sequence[Timer] = ()
    beside_api: Sequence[Task] = ()

    def __post_init__(self) -> None:
        self.http.state.consumers = self.consumers


class RoleEndedError(RuntimeError):
    """A role ended that nobody had asked to."""


async def run(service: Service, settings: Settings, roles: Sequence[str]) -> None:
    """Run *roles* until a signal; if one ends before, all end, and `RoleEndedError` says which."""
    # What is loaded lives as long as the process: no use in looking at it again at each collection.
    gc.collect()
    gc.freeze()
    gc.set_threshold(_YOUNG)
    api = "api" in roles
    server = _server(service.http if api else _probes(service.http), settings)
    beside = service.beside_api if api else ()
    for each in beside:
        each.start()
    tasks = {asyncio.create_task(server.serve(), name="http")}
    tasks |= {
        asyncio.create_task(work, name=name) for name, work in _works(service, settings, roles)
    }
    signalled = asyncio.create_task(_signalled())
    try:
        done, _ = await asyncio.wait({signalled, *tasks}, return_when=asyncio.FIRST_COMPLETED)
        for ended in done - {signalled}:
            raise RoleEndedError(ended.get_name()) from ended.exception()
    finally:
        server.should_exit = True  # it answers what it has accepted
        for task in tasks:
            if task.get_name() != "http":
                task.cancel()
        await asyncio.wait(tasks, timeout=FINISH)
        for each in beside:
            await each.stop()
        for consumer in service.consumers:
            await consumer.close()
        await service.http.state.db.dispose()


def _works(
    service: Service, settings: Settings, roles: Sequence[str]
) -> Iterator[tuple[str, Work]]:
    """What there is to do besides HTTP, and, in `/pret`, how to know that it can be done."""
    readiness: Readiness = service.http.state.readiness
    if service.relays:
        identity = _Identity(service.http.state.db)
        readiness.add("identite", identity.check)
        yield "identity", identity.run()
    if "consumer" in roles:
        for consumer in service.consumers:
            name = f"consumer {consumer.reader.consumer} {consumer.reader.log}"
            readiness.add(name, consumer.check)
            yield name, consumer.run(settings.kafka)
    if "relay" in roles:
        yield from (("relay", relay.run()) for relay in service.relays)
    if "timer" in roles:
        yield from ((f"timer {timer.name}", timer.run()) for timer in service.timers)


class _Identity:
    """Whether the log of this service is cut as this process expects: known once, for good."""

    def __init__(self, db: AsyncEngine) -> None:
        self._db = db
        self._known = False

    async def run(self) -> None:
        while not self._known:
            try:
                await check_identity(self._db)
                self._known = True
            except Exception as error:
                if not is_outage(error):
                    raise
                await asyncio.sleep(1)
        await asyncio.Event().wait()

    async def check(self) -> None:
        if not self._known:
            raise Unavailable


async def _signalled() -> None:
    signalled = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, signalled.set)
    await signalled.wait()


class _Server(uvicorn.Server):
    """Leaves signals to `run`: they stop every role, not only this one."""

    def capture_signals(self) -> AbstractContextManager[None]:  # type: ignore[override]
        return nullcontext()


def _server(app: ASGIApp, settings: Settings) -> _Server:
    return _Server(
        uvicorn.Config(
            app,
            host=settings.host,
            port=settings.port,
            loop="none",
            http="httptools",
            ws="none",
            lifespan="off",
            access_log=False,
            log_config=None,
            timeout_graceful_shutdown=FINISH - 1,
            server_header=False,
        )
    )


def _probes(app: FastAPI) -> ASGIApp:
    """What a process without the role `api` answers: how it is, and nothing else."""

    async def answer(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["path"] not in PROBES:
            scope = {**scope, "path": "/sante/rien"}  # as anything that is not there
        await app(scope, receive, send)

    return answer


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m kit.run", description=__doc__)
    parser.add_argument("service")
    parser.add_argument("--only", default=",".join(ROLES), metavar="ROLE,…")
    arguments = parser.parse_args()
    roles = arguments.only.split(",")
    if unknown := set(roles) - set(ROLES):
        parser.error(f"unknown roles: {', '.join(sorted(unknown))}; they are {', '.join(ROLES)}")
    observability.setup(arguments.service)
    try:
        uvloop.run(_main(arguments.service, roles))
    except RoleEndedError as ended:
        _log.critical(
            "a role ended by itself: the process stops", role=str(ended), exc_info=ended.__cause__
        )
        sys.exit(1)
    except Exception:  # noqa: BLE001 - told as everything else is, without values
        _log.exception("the process does not start")
        sys.exit(1)
    finally:
        observability.shutdown()


async def _main(name: str, roles: Sequence[str]) -> None:
    service: Service = import_module(f"{name}.app").service(settings := Settings())
    await run(service, settings, roles)


if __name__ == "__main__":
    main()
