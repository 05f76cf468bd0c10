"""`python -m bench [quick|full|large] [MEASURE…]`: measure, print, and keep the figures."""

import argparse
import time
import traceback
from collections.abc import Callable, Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

from bench import large, machine, report
from bench.gate import Verdict
from bench.ground import ROOT, Ground
from bench.line import Line
from bench.measures import (
    appending,
    consuming,
    delays,
    posting,
    reading,
    rebuilding,
    relaying,
    sending,
)
from bench.size import FULL, QUICK, Size

Measure = Callable[[Ground, Size], Iterator[Line]]


def _append(ground: Ground, size: Size) -> Iterator[Line]:
    yield from appending.lines(ground, ground.store(), size, size.stored // 10)


def _post(ground: Ground, size: Size) -> Iterator[Line]:
    yield from posting.lines(ground, ground.store(), size, size.stored // 10)


def _read(ground: Ground, size: Size) -> Iterator[Line]:
    yield reading.of_a_new_store(ground, size)


def _scale(ground: Ground, size: Size) -> Iterator[Line]:
    yield from posting.by_processes(ground, size)
    yield from relaying.by_processes(ground, size)
    yield from consuming.by_processes(ground, size)


BROKEN = Verdict(missing=1)
MEASURES: dict[str, Measure] = {
    "ajout": _append,
    "envoi": _post,
    "relais": relaying.lines,
    "consommateur": consuming.lines,
    "delais": delays.lines,
    "etat": _read,
    "reconstruction": rebuilding.lines,
    "webhooks": sending.lines,
    "processus": _scale,
}


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("how", nargs="?", choices=["quick", "full", "large"], default="full")
    parser.add_argument("measures", nargs="*", metavar="MEASURE", help=", ".join(MEASURES))
    arguments = parser.parse_args()
    if unknown := set(arguments.measures) - set(MEASURES):
        parser.error(f"unknown: {', '.join(sorted(unknown))}; they are {', '.join(MEASURES)}")
    described = machine.description()
    print(f"{described}\n", flush=True)
    if arguments.how == "large":
        lines = _large()
        report.publish(lines, described, "grand")
    else:
        size = QUICK if arguments.how == "quick" else FULL
        lines = _run([MEASURES[name] for name in arguments.measures or MEASURES], size)
        if size is FULL and not arguments.measures:
            report.publish(lines, described, "complet")
    report.keep(lines)
    held = sum(line.met for line in lines)
    print(f"\n{held} lignes tenues sur {len(lines)} ; détail : {report.RESULTS.relative_to(ROOT)}")


def _run(measures: list[Measure], size: Size) -> list[Line]:
    started = time.monotonic()
    with TemporaryDirectory(prefix="sans-couture-bench-") as folder:
        lines = _on(Path(folder), lambda ground: _told(m(ground, size) for m in measures))
    print(f"\n{time.monotonic() - started:.0f} s")
    return lines


def _large() -> list[Line]:
    large.FOLDER.mkdir(parents=True, exist_ok=True)
    return _on(large.FOLDER, lambda ground: _told([large.lines(ground, FULL)]))


def _on(folder: Path, work: Callable[[Ground], list[Line]]) -> list[Line]:
    ground = Ground(folder, ROOT / ".run/log/bench")
    try:
        return work(ground)
    finally:
        ground.stop()


def _told(measures: "Iterator[Iterator[Line]] | list[Iterator[Line]]") -> list[Line]:
    lines = []
    for measure in measures:
        try:
            for line in measure:
                print(line.told(), flush=True)
                lines.append(line)
        except Exception:  # noqa: BLE001 - the others are still worth knowing
            traceback.print_exc()
            lines.append(Line("mesure interrompue", 0, "", traceback.format_exc(limit=-1), BROKEN))
    return lines


if __name__ == "__main__":
    main()
