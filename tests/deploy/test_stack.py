"""Two stacks at once, one of them badly treated: what is promised of starting and stopping."""

import json
import os
import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psutil
import pytest

from deploy.embedded.process import Child, Died
from deploy.embedded.stack import AlreadyRunning, Stack

ROOT = Path(__file__).parents[2]
pytestmark = pytest.mark.timeout(600)  # a whole stack takes its time where others work too


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Where the second stack lives."""
    folder = tmp_path / "dépôt essai"
    folder.mkdir()
    return folder


@contextmanager
def _up(folder: Path) -> Iterator[Child]:
    """What `make up` runs, once its file says that everything answers."""
    log = folder / "up.log"
    log.unlink(missing_ok=True)
    command = Child(
        "up",
        [sys.executable, "-m", "deploy.embedded", "up"],
        log=log,
        cwd=folder,
        env={"PYTHONPATH": str(ROOT)},
    )
    try:
        command.wait_until((folder / ".run/stack.json").exists, within=240)
        yield command
    finally:
        command.kill()


def _end(command: Child) -> str:
    """How it ended, and its last words."""
    with pytest.raises(Died) as ended:
        command.wait_until(lambda: False, within=30)
    return str(ended.value)


def _told(folder: Path) -> dict[str, Any]:
    told: dict[str, Any] = json.loads((folder / ".run/stack.json").read_text("utf-8"))
    return told


def _family(command: Child) -> list[psutil.Process]:
    family = psutil.Process(command.pid).children(recursive=True)
    assert len(family) > 7
    return family


def _nothing_is_left(folder: Path, family: list[psutil.Process]) -> None:
    assert not psutil.wait_procs(family, timeout=0)[1]
    assert not (folder / ".run/stack.json").exists()


def test_a_second_stack_lives_beside_the_first_stops_with_a_service_and_keeps_its_data(
    pile: Stack, folder: Path
):
    with _up(folder) as command:
        family, told = _family(command), _told(folder)
        ours = {*pile.urls.values(), pile.kafka.bootstrap, pile.zipkin.url, pile.postgresql.url}
        theirs = {*told["services"].values(), told["kafka"], told["zipkin"], told["postgresql"]}
        assert len(ours | theirs) == 16

        os.kill(told["pids"]["passerelle"], signal.SIGKILL)
        said = _end(command)

    assert "up s’est arrêté (code 1)." in said
    assert "passerelle s’est arrêté (code -9)." in said
    assert "passerelle.log :" in said
    _nothing_is_left(folder, family)

    with _up(folder) as command:
        family, again = _family(command), _told(folder)
        with pytest.raises(AlreadyRunning, match="Une pile tourne déjà"), Stack(folder):
            pass
        os.kill(command.pid, signal.SIGINT)
        said = _end(command)

    assert "up s’est arrêté (code 0)." in said
    _nothing_is_left(folder, family)
    assert again["organisations"] == told["organisations"]
