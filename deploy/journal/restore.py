"""`python -m deploy.journal.restore SAUVEGARDE`: revenir à une sauvegarde, la pile arrêtée.

Chaque journal commence une nouvelle époque, et reprend à Kafka ce qu’il a su depuis.
"""

import asyncio
import os
import shutil
import sys
from argparse import ArgumentParser
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

from pydantic import ValidationError
from rich.console import Console
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine
from sqlalchemy.pool import NullPool

from contracts.catalogue import FaitDePersonne, lire_tout_flux
from deploy.embedded.kafka import Kafka
from deploy.embedded.postgresql import Postgresql
from deploy.embedded.process import NOBODY
from deploy.embedded.stack import hold
from deploy.journal.backup import FOLDER, check
from deploy.journal.places import LOGS
from deploy.journal.recovery import beyond
from deploy.trouble import Trouble
from kit import clock, log
from kit.consumer import Record
from suivi.commands.noter import consigner

JOURNAL = "parcours.journal"
PAGE = 500
_DATA = Path(".data")
_LIVES = text("select former from log.identity")
# Lives lost with the store in which they were lived: the topic still names them.
_ADOPT = text("update log.identity set former = cast(:lost as uuid[]) || former")
console = Console(highlight=False, soft_wrap=True)


class NoBackup(Trouble):
    """What was named is no backup; these are."""

    def __init__(self) -> None:
        known = sorted(str(each) for each in FOLDER.glob("*") if each.is_dir())
        told = "\n".join(known) if known else "Il n’y en a aucune ici."
        super().__init__(f"Dites laquelle : SAUVEGARDE=dossier, un de ceux-ci.\n{told}")


class Archive(NamedTuple):
    """The WAL kept since a backup, and the instant to stop at; without it, its end."""

    wal: Path
    until: str | None


def main() -> None:
    parser = ArgumentParser(prog="python -m deploy.journal.restore", description=__doc__)
    parser.add_argument("sauvegarde", type=Path)
    parser.add_argument("--wal", type=Path, help="le dossier où pg_receivewal a tout gardé depuis")
    parser.add_argument("--jusqu-a", help="s’arrêter à cet instant : 2026-11-26 10:00:00+01")
    arguments = parser.parse_args()
    if not (arguments.sauvegarde / "backup_manifest").exists():
        sys.exit(str(NoBackup()))
    archive = arguments.wal and Archive(arguments.wal, arguments.jusqu_a)
    try:
        with hold(_DATA):
            kept = put_back(arguments.sauvegarde, _DATA / "postgresql", archive)
            _start_anew()
    except Trouble as trouble:
        sys.exit(str(trouble))
    console.print(f"Ce qu’il y avait avant est gardé : {kept}")
    console.print("Relancez : make up. Et voyez docs/exploitation.md pour ce qui reste à faire.")


def put_back(backup: Path, folder: Path, archive: Archive | None = None) -> Path:
    """Put *backup* where a server on *folder* looks for its data; say where the former ones are."""
    check(backup)
    made, data = folder / "data.new", folder / "data"
    shutil.rmtree(made, ignore_errors=True)
    shutil.copytree(backup, made)
    if archive:
        _replay(made, archive)
    made.chmod(0o700)
    if os.geteuid() == 0:
        for path in (made, *made.rglob("*")):
            os.chown(path, NOBODY, NOBODY)
    kept = folder / f"data.{clock.now():%Y-%m-%dT%H-%M-%S}"
    if data.exists():
        data.rename(kept)
    made.rename(data)
    return kept


async def renew(urls: Mapping[str, str], kafka: str, prefix: str = "") -> dict[str, int]:
    """Begin a new life of each log of *urls*, and put back in the journal what Kafka knew of it.

    Answers how many events each topic gave back.
    """
    given: dict[str, int] = {}
    dbs = {name: create_async_engine(url, poolclass=NullPool) for name, url in urls.items()}
    for name, db in dbs.items():
        topic = JOURNAL if name == "suivi" else f"{name}.events"
        async with db.begin() as tx:
            epoch, ends = await log.heads(tx)
            former = await tx.scalar(_LIVES) or []
            found = await beyond(kafka, prefix + topic, epoch, ends, former)
            await tx.execute(_ADOPT, {"lost": sorted(found.lives)})
            await tx.execute(text("call log.begin_epoch()"))
        before = await _size(dbs["suivi"])
        await _consign(dbs["suivi"], topic, found.records)
        given[topic] = await _size(dbs["suivi"]) - before
    return given


async def _size(db: AsyncEngine) -> int:
    async with db.connect() as tx:
        _, heads = await log.heads(tx)
    return sum(heads.values())


async def _consign(db: AsyncEngine, topic: str, records: Sequence[Record]) -> None:
    """Put in the journal those of *records* that it has not; tell which cannot be read."""
    events = []
    for record in records:
        try:
            event = lire_tout_flux(record.value)
        except ValidationError:
            console.print(f"{topic}, {record.partition}, {record.position} : illisible, passé")
        else:
            if isinstance(event, FaitDePersonne):
                console.print(f"À effacer à nouveau chez l’orientation : {event.subject}")
            events.append(event.model_copy(update={"traceparent": record.traceparent}))
    for start in range(0, len(events), PAGE):
        async with db.begin() as tx:
            await consigner(tx, events[start : start + PAGE])


def _start_anew() -> None:
    """What cannot be done before the servers run: they stop again when it is."""
    server = Postgresql(_DATA / "postgresql", _DATA / "postgresql.log")
    kafka = Kafka(_DATA / "kafka", _DATA / "kafka.log")
    try:
        wait_until_it_writes(server)
        kafka.wait()
        given = asyncio.run(
            renew({name: server.database_url(name) for name in LOGS}, kafka.bootstrap)
        )
    finally:
        kafka.stop()
        server.stop()
    for topic, count in given.items():
        console.print(f"{topic} : {count} événements retrouvés dans Kafka")


def wait_until_it_writes(server: Postgresql) -> None:
    """Return when *server* has replayed all that it was given, and serves."""
    server.wait()
    server.child.wait_until(
        lambda: server.execute("select pg_is_in_recovery()") == "f", within=3600
    )


def _replay(data: Path, archive: Archive) -> None:
    """Have a server on *data* begin by replaying *archive*, the segment in hand included."""
    wal = archive.wal.resolve()
    settings = {
        "restore_command": f'cp "{wal}/%f" "%p" || cp "{wal}/%f.partial" "%p"',
        "recovery_target_action": "promote",
        "recovery_target_time": archive.until or "",
    }
    lines = (f"{name} = '{value}'\n" for name, value in settings.items())
    with (data / "postgresql.auto.conf").open("a", encoding="utf-8") as file:
        file.writelines(lines)
    (data / "recovery.signal").touch()


if __name__ == "__main__":
    main()
