"""Zipkin, the embedded trace screen; it keeps its spans in memory."""

import urllib.request
from pathlib import Path
from zipfile import ZipFile

from deploy.embedded import ports
from deploy.embedded.jars import jars, made_once
from deploy.embedded.java import Command, java
from deploy.embedded.ports import LOOPBACK
from deploy.embedded.process import Child

PREFERRED_PORT = 9411
SPANS = 100_000  # the last ones; as many as the memory given here holds without effort


class Zipkin:
    """One server, on a port of its own."""

    def __init__(self, log: Path, command: Command | None = None) -> None:
        self.port = ports.take(PREFERRED_PORT)
        unpacked = _unpacked()
        self.child = Child(
            "zipkin",
            [
                *(command or java(unpacked, _train)),
                *("-Xmx256m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1"),
                *("-cp", f"{unpacked}/*", "zipkin.server.ZipkinServer"),
                *(f"--armeria.ports[0].ip={LOOPBACK}", f"--armeria.ports[0].port={self.port}"),
                "--armeria.ports[0].protocols[0]=http",
                f"--zipkin.storage.mem.max-spans={SPANS}",
            ],
            log=log,
        )

    @property
    def url(self) -> str:
        return f"http://{LOOPBACK}:{self.port}"

    def wait(self) -> None:
        """Return when it takes spans."""
        self.child.wait_until(self._answers)

    def stop(self) -> None:
        self.child.stop()

    def _answers(self) -> bool:
        try:
            with urllib.request.urlopen(f"{self.url}/health", timeout=1) as answer:  # noqa: S310
                return bool(answer.status == 200)  # noqa: PLR2004
        except OSError:
            return False


def start_zipkin(folder: Path, command: Command | None = None) -> Zipkin:
    """Start a server that logs in *folder*, and return when it answers."""
    server = Zipkin(folder / "zipkin.log", command)
    server.wait()
    return server


def _train(folder: Path, command: Command) -> Child:
    return start_zipkin(folder, command).child


def _unpacked() -> Path:
    """The jars inside the one that is published: Java learns nothing of those it unpacks itself."""
    folder = jars("zipkin")
    unpacked = folder.with_name(f"{folder.name}-unpacked")
    with made_once(unpacked) as aside:
        if aside:
            aside.mkdir()
            (published,) = folder.glob("*.jar")
            with ZipFile(published) as whole, ZipFile(aside / "zipkin.jar", "w") as own:
                for name in whole.namelist():
                    place, _, rest = name.removeprefix("BOOT-INF/").partition("/")
                    if place == "lib" and rest:
                        (aside / rest).write_bytes(whole.read(name))
                    elif place == "classes" and not name.endswith("/"):
                        own.writestr(rest, whole.read(name))
    return unpacked
