import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from deploy.embedded.postgresql import Postgresql, start_postgresql
from deploy.embedded.process import Child, Died

STARTS_AND_WAITS = """
import sys
from collections.abc import Iterator
from pathlib import Path
from deploy.embedded.postgresql import start_postgresql
print(start_postgresql(Path(sys.argv[1])).child.pid, flush=True)
sys.stdin.read()
"""


def _python(program: str, log: Path) -> Child:
    return Child("programme", [sys.executable, "-c", program], log=log)


def test_a_child_that_dies_is_named_with_its_last_words(tmp_path: Path):
    child = _python("print('adieu'); raise SystemExit(3)", tmp_path / "log")

    with pytest.raises(Died, match=r"(?s)programme s’est arrêté \(code 3\).*adieu"):
        child.wait_until(lambda: False)


def test_a_child_deaf_to_signals_is_stopped_all_the_same(tmp_path: Path):
    deaf = "import signal, time; signal.signal(15, signal.SIG_IGN); print('prêt', flush=True); "
    child = _python(deaf + "time.sleep(60)", tmp_path / "log")
    child.wait_until(lambda: "prêt" in (tmp_path / "log").read_text())

    child.stop(within=0.2)

    assert child.code == -signal.SIGKILL


def test_children_die_with_the_process_that_started_them(tmp_path: Path):
    with subprocess.Popen(
        [sys.executable, "-c", STARTS_AND_WAITS, tmp_path / "postgresql"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    ) as parent:
        assert parent.stdout
        server = psutil.Process(int(parent.stdout.readline()))
        family = [server, *server.children(recursive=True)]

        parent.kill()

    assert not psutil.wait_procs(family, timeout=10)[1]


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Postgresql]:
    """A server of these tests’ own: they are rough with it."""
    server = start_postgresql(tmp_path_factory.mktemp("rough"))
    yield server
    server.stop()


def test_postgresql_killed_starts_again_with_its_data_on_its_port(server: Postgresql):
    server.execute("create database kept")
    port = server.port

    server.kill()
    server.start()

    assert server.execute("select count(*) from pg_database where datname = 'kept'") == "1"
    assert server.port == port


def test_postgresql_waits_for_the_one_that_a_dead_stack_left_closing(server: Postgresql):
    closing = server.child
    closing.ask_to_stop()

    server.start()

    assert server.execute("select 1") == "1"
    closing.stop()


def test_a_number_taken_by_another_process_does_not_prevent_a_start(server: Postgresql):
    pid_file = server.data / "postmaster.pid"
    rest = pid_file.read_bytes().partition(b"\n")[2]
    server.kill()
    pid_file.write_bytes(b"%d\n%s" % (os.getpid(), rest))

    server.start()

    assert server.execute("select 1") == "1"
