"""Les sceaux : ce que l’on a vérifié d’un journal, gardé hors de portée de qui l’écrit."""

import json
from pathlib import Path
from uuid import UUID

from deploy.embedded import files
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
    rows = (head.rows for head in seal.heads.values())
    files.write(file, [json.dumps(header).encode() + b"\n", *rows])
