"""A child process that never outlives the one that started it."""

import os
import shutil
import signal
import subprocess
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path
from typing import IO

from deploy.trouble import Trouble

NOBODY = 65534
TAIL = 20


class Died(Trouble):
    """A child ended, and should not have."""

    def __init__(self, name: str, code: int, log: Path | None) -> None:
        said = [f"{name} s’est arrêté (code {code})."]
        if log:
            words = log.read_text(encoding="utf-8", errors="replace").splitlines()
            said += [f"Fin de {log} :", *words[-TAIL:]]
        super().__init__("\n".join(said))


class TooSlow(Trouble):
    """A child lives, but does not answer."""

    def __init__(self, name: str, within: float, log: Path | None) -> None:
        super().__init__(f"{name} ne répond pas après {within:.0f} s. Journal : {log}")


class ToolMissing(Trouble):
    """Il manque la commande setpriv (paquet util-linux, sous Linux)."""

    def __init__(self) -> None:
        super().__init__(str(self.__doc__))


class Child:
    """One process in its own session, its output added to *log*, or else on the screen.

    Start it from a thread that lasts: the kernel ends the child when that thread ends.
    """

    def __init__(  # noqa: PLR0913  (each one a fact about how a program runs)
        self,
        name: str,
        command: Sequence[str | Path],
        *,
        log: Path | None,
        env: Mapping[str, str] | None = None,
        cwd: Path | None = None,
        unprivileged: bool = False,
        stop_signal: signal.Signals = signal.SIGTERM,
        orphan_signal: signal.Signals = signal.SIGKILL,
    ) -> None:
        self.name = name
        self.log = log
        self._stop_signal = stop_signal
        with _opened(log) as output:
            self._process = subprocess.Popen(
                [*_setpriv(orphan_signal, unprivileged=unprivileged), *command],
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                env={**os.environ, **(env or {})},
                cwd=cwd,
                start_new_session=True,
            )

    @property
    def pid(self) -> int:
        return self._process.pid

    @property
    def code(self) -> int | None:
        """The exit code; `None` while it lives."""
        return self._process.poll()

    def check(self) -> None:
        """Raise `Died` if it has ended."""
        if (code := self.code) is not None:
            raise Died(self.name, code, self.log)

    def wait_until(self, ready: Callable[[], bool], within: float = 60) -> None:
        """Return as soon as *ready* says so; raise as soon as the child has died."""
        deadline = time.monotonic() + within
        while not ready():
            self.check()
            if time.monotonic() > deadline:
                raise TooSlow(self.name, within, self.log)
            time.sleep(0.05)

    def succeed(self) -> None:
        """Return once it has ended well."""
        if code := self._process.wait():
            raise Died(self.name, code, self.log)

    def ask_to_stop(self) -> None:
        if self.code is None:
            os.killpg(self.pid, self._stop_signal)

    def stop(self, within: float = 10) -> None:
        """Ask, wait, and insist: it no longer runs when this returns."""
        self.ask_to_stop()
        try:
            self._process.wait(within)
        except subprocess.TimeoutExpired:
            self.kill()

    def kill(self) -> None:
        """Stop it as a power cut would."""
        if self.code is None:
            os.killpg(self.pid, signal.SIGKILL)
            self._process.wait()


def _opened(log: Path | None) -> AbstractContextManager[IO[bytes] | None]:
    if log is None:
        return nullcontext()
    log.parent.mkdir(parents=True, exist_ok=True)
    return log.open("ab")


def _setpriv(orphan_signal: signal.Signals, *, unprivileged: bool) -> list[str]:
    if not (setpriv := shutil.which("setpriv")):
        raise ToolMissing
    command = [setpriv, "--pdeathsig", orphan_signal.name.removeprefix("SIG")]
    if unprivileged and os.geteuid() == 0:
        # Not root, yet able to cross folders that are closed to others, such as /root.
        command += ["--reuid", str(NOBODY), "--regid", str(NOBODY), "--clear-groups"]
        command += ["--inh-caps=+dac_override", "--ambient-caps=+dac_override"]
    return [*command, "--"]
