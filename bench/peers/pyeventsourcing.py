"""pyeventsourcing on PostgreSQL, in an environment of its own: our lock knows nothing of it."""

import json
import subprocess
import sys
from uuid import uuid4

from sqlalchemy import make_url

from bench import rows
from bench.gate import Verdict
from bench.ground import ROOT, Ground
from bench.peers.written import Written

_VERSION = "9.5.6"
_INSTALL = ("install", "--quiet", "--disable-pip-version-check")
_ENVIRONMENT = ROOT / ".data/bench/pyeventsourcing"


class PyEventSourcing:
    """Its recorder locks the table so that readers lose nothing; its SQL function does not."""

    def __init__(self, ground: Ground, *, safe: bool) -> None:
        self.name = f"pyeventsourcing {_VERSION}, mode {'sûr' if safe else 'rapide'}"
        self.shape = "verrou de table" if safe else "fonctions en base, sans verrou de table"
        self.safe = safe
        self._ground = ground
        self._python = _environment()

    def write(self, number: int, group: int, connections: int, *, tail: bool) -> Written:
        server = self._ground.postgresql
        name = f"pyeventsourcing_{uuid4().hex[:8]}"
        server.execute(f"create database {name}")
        url = make_url(server.database_url(name))
        placed = rows.place(rows.rows(number, among=number, seed="pyeventsourcing"), {}, {})
        order = {
            "server": {
                "dbname": url.database,
                "host": url.host,
                "port": url.port,
                "user": url.username,
                "password": url.password,
            },
            "group": group,
            "connections": connections,
            "safe": self.safe,
            "tail": tail,
            "rows": [(str(p.row.stream), p.version, p.row.type, p.row.body) for p in placed],
        }
        told = json.loads(
            subprocess.run(
                [self._python, "-m", "bench.inside_pyeventsourcing"],
                input=json.dumps(order),
                stdout=subprocess.PIPE,
                text=True,
                check=True,
                cwd=ROOT,
            ).stdout
        )
        return Written(told["seconds"], told["cpu"], Verdict(*told["seen"]))


def _environment() -> str:
    """Make its environment, once, with the machine's own pip."""
    python = _ENVIRONMENT / "bin/python"
    if not (_ENVIRONMENT / "made").exists():
        subprocess.run([sys.executable, "-m", "venv", "--clear", _ENVIRONMENT], check=True)
        package = f"eventsourcing[postgres]=={_VERSION}"
        subprocess.run([python, "-m", "pip", *_INSTALL, package], check=True)
        (_ENVIRONMENT / "made").touch()
    return str(python)
