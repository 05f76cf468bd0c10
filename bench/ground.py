"""Where figures are taken: a PostgreSQL, a Kafka, and the product's own processes on them."""

import asyncio
import os
import secrets
import subprocess
import sys
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cached_property, partial
from pathlib import Path
from typing import NamedTuple
from uuid import uuid4

from pydantic import SecretStr

from deploy.embedded import ports
from deploy.embedded.kafka import Kafka, start_kafka
from deploy.embedded.ports import LOOPBACK
from deploy.embedded.postgresql import Postgresql, start_postgresql
from deploy.embedded.process import Child
from kit.access import Access
from kit.db import engine

ROOT = Path(__file__).parents[1]
_FIRST_PORT = 8301
_SCOPES = ("evenements:ecrire", "parcours:lire", "abonnements:gerer")
SERVICE_KEY = "bench-service-key"
PLATFORM_KEY = "bench-platform-key-of-32-characters-and-more"


class Store(NamedTuple):
    """One suivi: its database, that of its keys, and an organisation that has one."""

    url: str
    access_url: str
    source: str
    key: str
    topics: str

    @property
    def name(self) -> str:
        return self.url.rpartition("/")[2]


class Role(NamedTuple):
    """A process of a service, and where it answers."""

    child: Child
    port: int

    def spent(self) -> float:
        """Seconds of processor that it has taken so far."""
        fields = Path(f"/proc/{self.child.pid}/stat").read_text("ascii").rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


class Ground:
    """Servers of its own on *folder*; the broker starts when it is first asked for."""

    def __init__(self, folder: Path, log: Path) -> None:
        self._folder = folder
        self._log = log
        self.postgresql: Postgresql = start_postgresql(folder / "postgresql")
        self._templates: dict[str, str] = {}
        self._next_port = _FIRST_PORT

    @cached_property
    def kafka(self) -> str:
        self._broker: Kafka = start_kafka(self._folder / "kafka")
        return self._broker.bootstrap

    def stop(self) -> None:
        if "kafka" in self.__dict__:
            self._broker.stop()
        self.postgresql.stop()

    def database(self, service: str, name: str | None = None) -> str:
        """Make a fresh migrated database of *service*."""
        name = name or f"{service}_{uuid4().hex[:8]}"
        self.postgresql.execute(f'create database "{name}" template {self._template(service)}')
        return self.postgresql.database_url(name)

    def store(self, name: str | None = None) -> Store:
        """Make an empty suivi, and who may write to it."""
        url, access_url = self.database("suivi", name), self.database("access")
        return self.met(url, access_url)

    def met(self, url: str, access_url: str) -> Store:
        """A suivi that exists, met by an organisation with a new key."""
        source, key = asyncio.run(_organisation(access_url, "99900060700013"))
        return Store(url, access_url, source, key, f"{uuid4().hex[:8]}.")

    def port(self) -> int:
        self._next_port += 1
        return ports.take(self._next_port)

    def settings(self, store: Store, port: int, **change: str) -> dict[str, str]:
        """The environment of one process."""
        return {
            "SC_DATABASE_URL": store.url,
            "SC_ACCESS_DATABASE_URL": store.access_url,
            "SC_KAFKA": f"{LOOPBACK}:1",
            "SC_TOPIC_PREFIX": store.topics,
            "SC_HOST": LOOPBACK,
            "SC_PORT": str(port),
            "SC_PUBLIC_URL": f"http://{LOOPBACK}:{port}",
            "SC_SERVICE_KEY": SERVICE_KEY,
            "SC_PLATFORM_KEY": PLATFORM_KEY,
            **dict.fromkeys(
                (
                    f"SC_{name}_URL"
                    for name in ("ORIENTATION", "INSCRIPTION", "PASSERELLE", "INDICATEURS")
                ),
                f"http://{LOOPBACK}:1",
            ),
            "SC_SUIVI_URL": f"http://{LOOPBACK}:{port}",
            "SC_WEBHOOK_NETWORKS": '["127.0.0.0/8"]',
            **change,
        }

    @contextmanager
    def role(
        self,
        store: Store,
        only: str,
        *,
        service: str = "suivi",
        module: str = "kit.run",
        **change: str,
    ) -> Iterator[Role]:
        """Run these roles of a service in a process, until the block ends."""
        with self.roles(1, store, only, service=service, module=module, **change) as [one]:
            yield one

    @contextmanager
    def roles(
        self,
        processes: int,
        store: Store,
        only: str,
        *,
        service: str = "suivi",
        module: str = "kit.run",
        **change: str,
    ) -> Iterator[list[Role]]:
        """The same in so many processes, which start together."""
        started: list[Role] = []
        try:
            for _ in range(processes):
                port = self.port()
                child = Child(
                    f"{service} {only}",
                    [sys.executable, "-m", module, service, "--only", only],
                    log=self._log / f"{service}-{only}.log",
                    env=self.settings(store, port, **change),
                    cwd=ROOT,
                )
                started.append(Role(child, port))
            for each in started:
                each.child.wait_until(partial(_alive, each.port))
            yield started
        finally:
            for each in started:
                each.child.ask_to_stop()
            for each in started:
                each.child.stop()

    def transactions(self, store: Store) -> int:
        """How many were committed; those of sessions that have ended are all told."""
        return int(
            self.postgresql.execute(
                f"select xact_commit from pg_stat_database where datname = '{store.name}'"  # noqa: S608
            )
        )

    def _template(self, service: str) -> str:
        if service not in self._templates:
            name = self._templates[service] = f"template_{service}_{secrets.token_hex(3)}"
            self.postgresql.execute(f"create database {name}")
            url = self.postgresql.database_url(name)
            subprocess.run(
                [sys.executable, "-m", "kit.migrations", service],
                env={**os.environ, "SC_DATABASE_URL": url, "SC_ACCESS_DATABASE_URL": url},
                check=True,
                cwd=ROOT,
            )
        return self._templates[service]


async def _organisation(access_url: str, siret: str) -> tuple[str, str]:
    db = engine(access_url)
    try:
        access = Access(db, SecretStr(PLATFORM_KEY))
        made = await access.create_organisation(siret, "Bench", "organisme_formation")
        return made.source, await access.create_key(made, _SCOPES)
    finally:
        await db.dispose()


def _alive(port: int) -> bool:
    try:
        with urllib.request.urlopen(f"http://{LOOPBACK}:{port}/sante", timeout=2):
            return True
    except urllib.error.HTTPError:
        return True
    except OSError:
        return False
