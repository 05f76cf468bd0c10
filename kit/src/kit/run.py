"""`python -m kit.run SERVICE [--only ROLE,…]`: the roles of a service, in one process or apart."""

import argparse
import asyncio
import signal
import sys
from collections.abc import Callable, Coroutine, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from importlib import import_module
from typing import Any, Final, Protocol

import structlog
import uvicorn
import uvloop
from fastapi import FastAPI
from starlette.types import ASGIApp, Receive, Scope, Send

from kit import observability
from kit.consumer import Consumer
from kit.errors import IdentityError
from kit.http import Readiness
from kit.log import Relay
from kit.settings import Settings

ROLES: Final = ("api", "consumer", "relay", "timer")
PROBES: Final = {"/sante", "/pret", "/metriques"}
FINISH: Final = 5  # seconds that a stop may take

_log = structlog.get_logger(__name__)


class Task(Protocol):
    """What the API needs beside it while it answers, such as the writer of a log."""

    def start(self) -> None: ...
    async def stop(self) -> None: ...


@dataclass(frozen=True)
class Timer:
    """Something to do as time goes by, until cancelled."""

    name: str
    run: Callable[[], Coroutine[Any, Any, None]]


@dataclass(frozen=True)
class Service:
    """A service assembled, role by role: what `<service>.app.service(settings)` answers."""

    http: FastAPI
    consumers: Sequence[Consumer] = ()
    relays: Sequence[Relay] = ()
    timers: Sequence[Timer] = ()
    beside_api: Sequence[Task] = ()


async def run(service: Service, settings: Settings, roles: Sequence[str]) -> None:
    """Run *roles* until a signal, or until one of them fails: then what it raised is raised."""
    readiness: Readiness = service.http.state.readiness
    works: list[Coroutine[Any, Any, None]] = []
    if "consumer" in roles:
        for consumer in service.consumers:
            works.append(consumer.run(settings.kafka))
            readiness.add(f"consumer {consumer.reader.log}", consumer.check)
    if "relay" in roles:
        works += [relay.run() for relay in service.relays]
    if "timer" in roles:
        works += [timer.run() for timer in service.timers]
    api = "api" in roles
    beside = service.beside_api if api else ()
    server = _server(service.http if api else _probes(service.http), settings)
    for each in beside:
        each.start()
    tasks = [asyncio.create_task(work) for work in (server.serve(), *works)]
    stopped = asyncio.create_task(_signalled())
    try:
        done, _ = await asyncio.wait({stopped, *tasks}, return_when=asyncio.FIRST_COMPLETED)
    finally:
        # First no more requests; then what they were waiting for; then the rest.
        server.should_exit = True
        await asyncio.wait(tasks[:1], timeout=FINISH)
        for each in beside:
            await each.stop()
        for task in tasks:
            task.cancel()
        await asyncio.wait(tasks, timeout=FINISH)
        for consumer in service.consumers:
            await consumer.close()
        await service.http.state.db.dispose()
    for task in done - {stopped}:
        task.result()


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
            lifespan="off",
            access_log=False,
            log_config=None,
            timeout_graceful_shutdown=FINISH,
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
    except IdentityError as error:
        _log.error("this process does not start", reason=str(error))
        sys.exit(2)
    finally:
        observability.shutdown()


async def _main(name: str, roles: Sequence[str]) -> None:
    settings = Settings()
    service: Service = import_module(f"{name}.app").service(settings)
    await run(service, settings, roles)


if __name__ == "__main__":
    main()
