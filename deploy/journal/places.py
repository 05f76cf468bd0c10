"""Où sont les journaux : dans la pile qui tourne ici, ou là où l’environnement le dit."""

import json
import os
from pathlib import Path

from sqlalchemy import URL, make_url

from deploy.embedded.process import Trouble
from deploy.prepare import SERVICES

LOGS = ("suivi", "orientation", "inscription", "passerelle")


class NoStack(Trouble):
    """Aucune pile ne tourne dans ce dossier : lancez « make up », ou donnez SC_DATABASE_URL."""

    def __init__(self) -> None:
        super().__init__(str(self.__doc__))


class NoSuchLog(Trouble):
    """What was asked is no service that keeps a log."""

    def __init__(self, name: str) -> None:
        super().__init__(
            f"{name} ne tient pas de journal. Ceux qui en tiennent : {', '.join(LOGS)}."
        )


def logs(service: str | None) -> tuple[dict[str, URL], list[URL]]:
    """The database of each log, or of the one of *service*; and those where their readers are."""
    if service and service not in LOGS:
        raise NoSuchLog(service)
    if given := os.environ.get("SC_DATABASE_URL"):
        url = make_url(given)
        return {service or url.database or "": url}, [url]
    server = make_url(_stack()["postgresql"]).set(drivername="postgresql+asyncpg")
    return (
        {name: server.set(database=name) for name in ([service] if service else LOGS)},
        [server.set(database=name) for name in SERVICES],
    )


def postgresql() -> str:
    """The administrator's DSN of the server to copy."""
    if given := os.environ.get("SC_DATABASE_URL"):
        return make_url(given).set(drivername="postgresql").render_as_string(hide_password=False)
    return _stack()["postgresql"]


def kafka() -> tuple[str, str]:
    """Where Kafka is, and the prefix of the topics."""
    if given := os.environ.get("SC_KAFKA"):
        return given, os.environ.get("SC_TOPIC_PREFIX", "")
    return _stack()["kafka"], ""


def _stack() -> dict[str, str]:
    """What the stack that runs here tells of itself."""
    try:
        told: dict[str, str] = json.loads(Path(".run/stack.json").read_text("utf-8"))
    except FileNotFoundError:
        raise NoStack from None
    return told
