"""The stack that runs in this folder, for the commands that talk to it."""

import json
from pathlib import Path
from typing import Any

from sqlalchemy import URL, make_url

from deploy.trouble import Trouble


class NoStack(Trouble):
    """Aucune pile ne tourne dans ce dossier : lancez « make up », ou donnez les réglages SC_…."""

    def __init__(self) -> None:
        super().__init__(str(self.__doc__))


def stack() -> dict[str, Any]:
    """What it tells of itself; `NoStack` when none runs."""
    return _read(Path(".run/stack.json"))


def secrets() -> dict[str, Any]:
    """The keys drawn for it; `NoStack` when there has been none."""
    return _read(Path(".data/secrets.json"))


def database(name: str) -> URL:
    """Where one of its databases is, as SQLAlchemy wants it."""
    return make_url(stack()["postgresql"]).set(drivername="postgresql+asyncpg", database=name)


def _read(file: Path) -> dict[str, Any]:
    try:
        told: dict[str, Any] = json.loads(file.read_text("utf-8"))
    except FileNotFoundError:
        raise NoStack from None
    return told
