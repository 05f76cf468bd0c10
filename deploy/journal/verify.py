"""`python -m deploy.journal.verify`: recalculer le journal, et nommer ce qui ne tient pas.

Tous les journaux de la pile qui tourne dans ce dossier ; ou celui de la base `SC_DATABASE_URL`.
"""

import asyncio
import sys
import time
from argparse import ArgumentParser
from collections.abc import Iterable
from hashlib import sha256
from pathlib import Path

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn
from sqlalchemy import URL, text
from sqlalchemy.ext.asyncio import create_async_engine
from sqlalchemy.pool import NullPool

from deploy.journal import places, seals
from deploy.trouble import Trouble
from kit import log
from kit.log.verification import Cursor, Fault, Kind, Seal, verify
from kit.pages.filters import number

SHOWN = 50
_SAYS = {
    Kind.IDENTITY: "il n’a pas le nombre de partitions qu’il dit avoir",
    Kind.ANOTHER_LOG: "ce n’est pas le journal qui avait été vérifié ici : son époque est inconnue",
    Kind.HOLE: "il manque {missing}",
    Kind.TAIL: "la fin vérifiée a disparu : {missing}",
    Kind.PAST: "la ligne a changé depuis la dernière vérification",
    Kind.RECORDED: "notée avant celle qui la précède",
    Kind.VERSION: "sa version ne suit pas celle d’avant dans son flux",
    Kind.PARTITION: "son flux est d’une autre partition",
    Kind.BODY: "le corps dit un autre événement que la ligne",
    Kind.NO_RECEIPT: "elle n’a pas de reçu",
    Kind.RECEIPT_ELSEWHERE: "son reçu mène ailleurs",
    Kind.NO_ENTRY: "un reçu y mène, et il n’y a pas de ligne",
    Kind.CURSOR: "{reader} dit l’avoir lue, au-delà de la fin du journal",
}
_READERS = text(
    "select consumer, partition, position from consumer.cursor where log = :log and epoch = :epoch"
)
console = Console(highlight=False, soft_wrap=True)


def main() -> None:
    parser = ArgumentParser(prog="python -m deploy.journal.verify", description=__doc__)
    parser.add_argument("--service", help="un seul journal, celui de ce service")
    parser.add_argument(
        "--sceaux", type=Path, default=Path(".data/sceaux"), help="le dossier des sceaux"
    )
    arguments = parser.parse_args()
    try:
        logs, readers = places.logs(arguments.service)
        faults = sum(
            asyncio.run(_verify(name, url, readers, arguments.sceaux / f"{name}.sceau"))
            for name, url in logs.items()
        )
    except Trouble as trouble:
        sys.exit(str(trouble))
    sys.exit(1 if faults else 0)


async def _verify(name: str, url: URL, readers: Iterable[URL], file: Path) -> int:
    """Tell the faults of one log, and how many; seal it when there are none."""
    faults: list[Fault] = []
    began = time.monotonic()
    db = create_async_engine(url, poolclass=NullPool, isolation_level="REPEATABLE READ")
    async with db.connect() as tx:
        epoch, heads = await log.heads(tx)
    # Before the instant at which the log is read: what they have read is in it.
    cursors = [c for reader in readers for c in await _cursors(reader, name, epoch)]
    with Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeRemainingColumn(),
        console=console,
        transient=True,
    ) as progress:
        task = progress.add_task(name, total=sum(heads.values()))
        async with db.connect() as tx:
            seal = await verify(
                tx,
                faults.append,
                sealed=seals.read(file),
                cursors=cursors,
                advance=lambda count: progress.advance(task, count),
            )
    _tell(name, faults, seal, time.monotonic() - began)
    if not faults:
        seals.write(file, seal)
    return len(faults)


async def _cursors(url: URL, name: str, epoch: object) -> list[Cursor]:
    db = create_async_engine(url, poolclass=NullPool)
    async with db.connect() as tx:
        found = await tx.execute(_READERS, {"log": name, "epoch": epoch})
        return [Cursor._make(line) for line in found]


def _tell(name: str, faults: list[Fault], seal: Seal, seconds: float) -> None:
    for fault in faults[:SHOWN]:
        console.print(f"{name}, {_place(fault)} : {_says(fault)}", markup=False)
    if len(faults) > SHOWN:
        console.print(f"{name} : et {len(faults) - SHOWN} autres fautes")
    count = sum(head.position for head in seal.heads.values())
    mark = sha256(b"".join(head.chain for head in seal.heads.values())).hexdigest()[:16]
    rate = f"{number(round(count / seconds))} par seconde"
    outcome = _plural(len(faults), "faute", "fautes") if faults else f"aucune faute, sceau {mark}"
    read = _plural(count, "événement relu", "événements relus")
    console.print(f"{name} : {read} en {seconds:.1f} s, {rate} ; {outcome}", markup=False)


def _place(fault: Fault) -> str:
    if fault.kind in {Kind.IDENTITY, Kind.ANOTHER_LOG}:
        return "tout le journal"
    named = f" ({fault.source} {fault.id})" if fault.source else ""
    return f"partition {fault.partition}, position {fault.position}{named}"


def _says(fault: Fault) -> str:
    missing = (
        f"les positions {fault.position} à {fault.last}"
        if fault.last > fault.position
        else f"la position {fault.position}"
    )
    return _SAYS[fault.kind].format(missing=missing, reader=fault.reader)


def _plural(count: int, one: str, many: str) -> str:
    return f"{number(count)} {many if count > 1 else one}"


if __name__ == "__main__":
    main()
