"""The machine on which figures were taken, and what a piece of work cost it."""

import os
import platform
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


class Meter:
    """The time that a `with` block took, and the share of one core that this process spent."""

    seconds = 0.0
    cpu = 0.0

    @contextmanager
    def running(self) -> Iterator[None]:
        started, spent = time.monotonic(), time.process_time()
        yield
        self.seconds = time.monotonic() - started
        self.cpu = (time.process_time() - spent) / self.seconds


def description() -> str:
    """Cores, memory, processor and what else was running, in a sentence."""
    return (
        f"{os.cpu_count()} cœurs ({_processor()}), {_memory()} Go de mémoire,"
        f" {platform.system()} {platform.release()}, Python {platform.python_version()} ;"
        f" charge au départ : {os.getloadavg()[0]:.1f}"
    )


def _processor() -> str:
    for row in Path("/proc/cpuinfo").read_text("utf-8").splitlines():
        if row.startswith("model name"):
            return row.partition(":")[2].strip()
    return platform.machine()


def _memory() -> int:
    return round(os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30)
