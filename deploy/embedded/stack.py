"""The whole stack: PostgreSQL, Kafka, Zipkin, the five services and those who use them."""

import asyncio
import fcntl
import shutil
import sys
import urllib.request
from collections.abc import Callable
from pathlib import Path
from typing import Any, Self, TextIO

from deploy.embedded import ports
from deploy.embedded.files import write_json
from deploy.embedded.jars import require_room
from deploy.embedded.kafka import Kafka
from deploy.embedded.ports import LOOPBACK
from deploy.embedded.postgresql import Postgresql
from deploy.embedded.process import Child
from deploy.embedded.seed import Secrets, seed
from deploy.embedded.zipkin import Zipkin
from deploy.prepare import SERVICES, prepare
from deploy.trouble import Trouble

ROOT = Path(__file__).parents[2]
FIRST_PORT = 8101
ROOM = 1_000_000_000


class AlreadyRunning(Trouble):
    """Another stack lives on the same data."""

    def __init__(self, data: Path) -> None:
        super().__init__(f"Une pile tourne déjà sur {data} : arrêtez-la d’abord.")


def hold(data: Path) -> TextIO:
    """Keep stacks from starting on *data* until this is closed; `AlreadyRunning` if one has."""
    data.mkdir(parents=True, exist_ok=True)
    lock = (data / "lock").open("w")
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        lock.close()
        raise AlreadyRunning(data) from None
    return lock


class Stack:
    """Everything on one folder: data kept in `.data`, what scripts and people read in `.run`.

    In a `with` statement it runs, and after it nothing of it does.
    """

    postgresql: Postgresql
    kafka: Kafka
    zipkin: Zipkin

    def __init__(self, folder: Path, say: Callable[[str], None] = lambda _: None) -> None:
        folder = folder.resolve()
        self.run = folder / ".run"
        self.file = self.run / "stack.json"
        self._starting = self.run / "starting.json"
        self.urls: dict[str, str] = {}
        self.organisations: list[dict[str, Any]] = []
        self.services: dict[str, Child] = {}
        self._data = folder / ".data"
        self._say = say
        self._servers: list[Postgresql | Kafka | Zipkin] = []
        self._lock: TextIO | None = None

    def __enter__(self) -> Self:
        try:
            self._start()
        except BaseException:
            self._stop()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        self._stop()

    def check(self) -> None:
        """Raise `Died` if any part of it has ended."""
        for child in (*(server.child for server in self._servers), *self.services.values()):
            child.check()

    def start_service(self, name: str) -> None:
        """Start it, or start it again on the same port; it answers when this returns."""
        self.spawn_service(name)
        self._wait(name)
        write_json(self.file, self._told())

    def spawn_service(self, name: str) -> None:
        """Start it, or start it again, without waiting until it answers."""
        self.services[name] = Child(
            name,
            [sys.executable, "-m", "kit.run", name],
            log=self.run / "log" / f"{name}.log",
            env=self.settings(name),
            cwd=ROOT,
        )

    def settings(self, name: str) -> dict[str, str]:
        """The environment of one service: all that it reads."""
        return {
            "SC_DATABASE_URL": self.postgresql.database_url(name),
            "SC_ACCESS_DATABASE_URL": self.postgresql.database_url("acces"),
            "SC_KAFKA": self.kafka.bootstrap,
            "SC_TOPIC_PREFIX": "",
            "SC_HOST": LOOPBACK,
            "SC_PORT": self.urls[name].rpartition(":")[2],
            "SC_PUBLIC_URL": self.urls[name],
            "SC_SERVICE_KEY": self.secrets.service_key,
            "SC_PLATFORM_KEY": self.secrets.platform_key,
            **{f"SC_{other.upper()}_URL": url for other, url in self.urls.items()},
            "SC_TRACE_URL": f"{self.zipkin.url}/zipkin/traces/{{trace_id}}",
            "SC_DEMO": "true",
            "SC_WEBHOOK_NETWORKS": '["127.0.0.0/8"]',
            "OTEL_TRACES_EXPORTER": "zipkin",
            "OTEL_EXPORTER_ZIPKIN_ENDPOINT": f"{self.zipkin.url}/api/v2/spans",
        }

    def simulator(self, action: str, stack: Path, *options: str, log: Path | None = None) -> Child:
        """Play people and partners through the public APIs; without *log*, on the screen."""
        command: list[str | Path] = [
            sys.executable,
            "-m",
            "simulateur",
            action,
            *options,
            "--stack",
            stack,
        ]
        return Child("simulateur", command, log=log, cwd=ROOT)

    def _start(self) -> None:
        self._own_the_data()
        self._say("PostgreSQL, Kafka et Zipkin démarrent…")
        log = self.run / "log"
        self.postgresql = Postgresql(self._data / "postgresql", log / "postgresql.log")
        self._servers.append(self.postgresql)
        self.kafka = Kafka(self._data / "kafka", log / "kafka.log")
        self._servers.append(self.kafka)
        self.zipkin = Zipkin(log / "zipkin.log")
        self._servers.append(self.zipkin)
        self.postgresql.wait()
        self.kafka.wait()
        self._say("Les bases, les sujets et les organisations se préparent…")
        self.organisations = asyncio.run(self._prepare())
        self._say("Les cinq services démarrent…")
        for rank, name in enumerate(SERVICES):
            self.urls[name] = f"http://{LOOPBACK}:{ports.take(FIRST_PORT + rank)}"
        for name in SERVICES:
            self.spawn_service(name)
        for name in SERVICES:
            self._wait(name)
        self.zipkin.wait()
        self._say("Les sessions de formation se publient…")
        write_json(self._starting, self._told())
        self.simulator("semer", self._starting, log=log / "simulateur.log").succeed()
        self._starting.rename(self.file)

    def _own_the_data(self) -> None:
        self._lock = hold(self._data)
        require_room(self._data, ROOM)
        for told_by_the_last_run in self.run.glob("*.json"):
            told_by_the_last_run.unlink()
        shutil.rmtree(self.run / "log", ignore_errors=True)
        self.secrets = Secrets(self._data / "secrets.json")

    async def _prepare(self) -> list[dict[str, Any]]:
        access = self.postgresql.database_url("acces")
        await prepare(access, self.kafka.bootstrap)
        return await seed(access, self.secrets)

    def _wait(self, name: str) -> None:
        self.services[name].wait_until(lambda: answers(f"{self.urls[name]}/pret"))

    def _told(self) -> dict[str, Any]:
        pids = {name: child.pid for name, child in self.services.items()}
        pids |= {server.child.name: server.child.pid for server in self._servers}
        return {
            "services": self.urls,
            "postgresql": self.postgresql.url,
            "kafka": self.kafka.bootstrap,
            "zipkin": self.zipkin.url,
            "organisations": self.organisations,
            "pids": pids,
        }

    def _stop(self) -> None:
        """Services first, so that they end their batch on servers that still answer."""
        if self._lock is None:
            return
        for file in (self.file, self._starting):
            file.unlink(missing_ok=True)
        for group in (list(self.services.values()), [server.child for server in self._servers]):
            for child in group:
                child.ask_to_stop()
            for child in group:
                child.stop()
        self._lock.close()
        self._lock = None


def answers(url: str) -> bool:
    """Whether a GET of *url* succeeds, within 2 s."""
    try:
        with urllib.request.urlopen(url, timeout=2):  # noqa: S310
            return True
    except OSError:
        return False
