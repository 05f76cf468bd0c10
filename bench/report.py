"""What is kept of a run: a file for programs, and a table in the documentation."""

import json
from collections.abc import Sequence
from pathlib import Path

from bench.ground import ROOT
from bench.line import Line, number

RESULTS = ROOT / ".run/bench.json"
PAGE = ROOT / "docs/mesures.md"
_HEAD = "| mesure | valeur | référence | rapport | cible | tenue | forme et contrôle |\n"
_RULE = "|---|---|---|---|---|---|---|\n"


def keep(lines: Sequence[Line], file: Path = RESULTS) -> None:
    """Write what programs read."""
    file.parent.mkdir(parents=True, exist_ok=True)
    documents = [line.document() for line in lines]
    file.write_text(json.dumps(documents, ensure_ascii=False, indent=1) + "\n", "utf-8")


def publish(lines: Sequence[Line], machine: str, name: str, page: Path = PAGE) -> None:
    """Put the table of these lines between the marks of *name* in a page written by hand."""
    begin, end = (f"<!-- {name} : {edge} -->\n" for edge in ("début", "fin"))
    before, found, rest = page.read_text("utf-8").partition(begin)
    _, closed, after = rest.partition(end)
    if not found or not closed:
        raise ValueError(f"{page.name} has no marks for {name}")
    table = _HEAD + _RULE + "".join(_row(line) for line in lines)
    page.write_text(f"{before}{begin}\n{machine}\n\n{table}\n{end}{after}", "utf-8")


def _row(line: Line) -> str:
    document = line.document()
    held = "INVALIDE" if not line.verdict.valid else "oui" if line.met else "**non**"
    cells = (
        line.measure,
        f"{number(line.value)} {line.unit}",
        document["reference"] or "",
        "" if line.ratio is None else number(line.ratio),
        document["cible"] or "",
        held if document["cible"] or not line.verdict.valid else "",
        document["forme"],
    )
    return f"| {' | '.join(map(str, cells))} |\n"
