"""Où sont les journaux : dans la pile qui tourne ici, ou là où l’environnement le dit."""

import os

from sqlalchemy import URL, make_url

from deploy import running
from deploy.prepare import SERVICES
from deploy.trouble import Trouble

LOGS = ("suivi", "orientation", "inscription", "passerelle")


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
    return (
        {name: running.database(name) for name in ([service] if service else LOGS)},
        [running.database(name) for name in SERVICES],
    )


def postgresql() -> str:
    """The administrator's DSN of the server to copy."""
    if given := os.environ.get("SC_DATABASE_URL"):
        return make_url(given).set(drivername="postgresql").render_as_string(hide_password=False)
    return str(running.stack()["postgresql"])


def kafka() -> tuple[str, str]:
    """Where Kafka is, and the prefix of the topics."""
    if given := os.environ.get("SC_KAFKA"):
        return given, os.environ.get("SC_TOPIC_PREFIX", "")
    return running.stack()["kafka"], ""
