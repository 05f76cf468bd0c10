"""Two stacks at once, one of them badly treated: what is promised of starting and stopping."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psutil
import pytest

from deploy.embedded.stack import AlreadyRunning, Stack

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the second stack lives."""
    return tmp_path_factory.mktemp("dépôt essai")


@contextmanager
def _up(folder: Path) -> Iterator[subprocess.Popen[str]]:
    """The command `make up`, until its file says that everything answers."""
    with subprocess.Popen(
        [sys.executable, "-m", "deploy.embedded", "up"],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    ) as command:
        deadline = time.monotonic() + 120
        while not (folder / ".run/stack.json").exists():
            assert command.poll() is None, command.communicate()[0]
            assert time.monotonic() < deadline
            time.sleep(0.1)
        yield command
        command.kill()


def _told(folder: Path) -> dict[str, Any]:
    told: dict[str, Any] = json.loads((folder / ".run/stack.json").read_text("utf-8"))
    return told


def _family(command: subprocess.Popen[str]) -> list[psutil.Process]:
    family = psutil.Process(command.pid).children(recursive=True)
    assert len(family) > 7
    return family


def _nothing_is_left(folder: Path, family: list[psutil.Process]) -> None:
    assert not psutil.wait_procs(family, timeout=0)[1]
    assert not (folder / ".run/stack.json").exists()


def test_a_second_stack_lives_beside_the_first_and_a_dead_service_stops_it(
    pile: Stack, folder: Path
):
    with _up(folder) as command:
        family, told = _family(command), _told(folder)
        ours = {*pile.urls.values(), pile.kafka.bootstrap, pile.zipkin.url, pile.postgresql.url}
        theirs = {*told["services"].values(), told["kafka"], told["zipkin"], told["postgresql"]}
        assert len(ours | theirs) == 16

        os.kill(told["pids"]["passerelle"], signal.SIGKILL)
        said, _ = command.communicate(timeout=30)

    assert command.returncode == 1
    assert "passerelle s’est arrêté (code -9)." in said
    assert "passerelle.log :" in said
    _nothing_is_left(folder, family)


def test_stopped_by_ctrl_c_it_leaves_nothing_but_its_data(folder: Path):
    before = json.loads((folder / ".data/secrets.json").read_text("utf-8"))

    with _up(folder) as command:
        family, told = _family(command), _told(folder)
        with pytest.raises(AlreadyRunning, match="Une pile tourne déjà"), Stack(folder):
            pass
        os.kill(command.pid, signal.SIGINT)
        said, _ = command.communicate(timeout=30)

    assert command.returncode == 0, said
    _nothing_is_left(folder, family)
    assert [one["cle"] for one in told["organisations"]] == list(before["keys"].values())
