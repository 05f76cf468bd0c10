"""A PostgreSQL that is there and does not answer."""

import os
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from deploy.embedded.postgresql import Postgresql


@contextmanager
def frozen(server: Postgresql) -> Iterator[None]:
    pid = server.child.pid
    children = Path(f"/proc/{pid}/task/{pid}/children").read_text("ascii").split()
    pids = [pid, *map(int, children)]
    for each in pids:
        os.kill(each, signal.SIGSTOP)
    try:
        yield
    finally:
        for each in pids:
            os.kill(each, signal.SIGCONT)
