"""The whole stack: PostgreSQL, Kafka, Zipkin, the five services, and the organisations."""

import asyncio
import fcntl
import json
import os
import secrets
import shutil
import sys
import time
import urllib.error
import urllib.request
from contextlib import suppress
from pathlib import Path
from typing import Any, Self, TextIO

from deploy.embedded import ports
from deploy.embedded.files import write
from deploy.embedded.jars import require_room
from deploy.embedded.kafka import Kafka
from deploy.embedded.ports import LOOPBACK
from deploy.embedded.postgresql import Postgresql
from deploy.embedded.process import Child, Trouble
from deploy.embedded.seed import seed
from deploy.embedded.zipkin import Zipkin
from deploy.prepare import SERVICES, prepare

ROOT = Path(__file__).parents[2]
FIRST_PORT = 8101
ROOM = 1_000_000_000


class AlreadyRunning(Trouble):
    """Another stack lives in this folder."""

    def __init__(self, data: Path) -> None:
        super().__init__(f"Une pile tourne déjà sur {data} : arrêtez-la d’abord.")


class Stack:
    """Everything, on *folder*: data kept in `.data`, what scripts and people read in `.run`.

    In a `with` statement it is started, and nothing of it is left running afterwards.
    """

    def __init__(self, folder: Path) -> None:
        self.data = folder / ".data"
        self.run = folder / ".run"
        self.file = self.run / "stack.json"
        self.urls = {}
        self.organisations: list[dict[str, Any]] = []
        self._children: list[Child] = []
        self._lock: TextIO | None = None

    def __enter__(self) -> Self:
        try:
            self.start()
        except BaseException:
            self.stop()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()
