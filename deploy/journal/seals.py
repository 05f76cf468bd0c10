"""Les sceaux : ce que l’on a vérifié d’un journal, gardé hors de portée de qui l’écrit."""

import json
import os
from pathlib import Path
from uuid import UUID

from kit.log.verification import PREFIX, Head, Seal


def read(file: Path) -> Seal | None:
    """The seal of the last healthy verification, if there has been one."""
    if not file.exists():
        return None
    told, _, rows = file.read_bytes().partition(b"\n")
    header = json.loads(told)
    heads: dict[int, Head] = {}
    start = 0
    for partition, (position, chain) in header["heads"].items():
        end = start + position * PREFIX
        heads[int(partition)] = Head(position, bytes.fromhex(chain), rows[start:end])
        start = end
    return Seal(UUID(header["epoch"]), heads)


def write(file: Path, seal: Seal) -> None:
    """Replace *file* in one step; its owner alone reads and writes it."""
    file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    header = {
        "epoch": str(seal.epoch),
        "heads": {p: [head.position, head.chain.hex()] for p, head in seal.heads.items()},
    }
    aside = file.with_suffix(".new")
    aside.unlink(missing_ok=True)
    descriptor = os.open(aside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "wb") as content:
        content.write(json.dumps(header).encode() + b"\n")
        for head in seal.heads.values():
            content.write(head.rows)
        content.flush()
        os.fsync(content.fileno())
    aside.rename(file)
