"""What is kept of a run, as a program and as a page read it."""

import json
from pathlib import Path

import pytest

from bench import report
from bench.gate import Verdict
from bench.line import Line, Reference, Target, number, percentile

LINE = Line(
    "relais",
    51_234,
    "événements/s",
    "un processus",
    target=Target(at_least=50_000, ratio=0.7),
    reference=Reference("depuis la mémoire", 64_000),
    generator=0.42,
)
CHAMPS = {"mesure", "valeur", "unite", "cible", "reference", "rapport", "forme", "valide"}


def test_a_line_has_the_fields_that_programs_read(tmp_path: Path):
    report.keep([LINE, Line("état", 4.2, "ms", "un client")], tmp_path / "run/bench.json")

    first, second = json.loads((tmp_path / "run/bench.json").read_text("utf-8"))
    assert set(first) == set(second) == CHAMPS
    assert (first["valeur"], first["rapport"], first["valide"]) == (51200, 0.801, True)
    assert second["cible"] is second["reference"] is second["rapport"] is None


def test_the_load_says_what_it_cost_and_whether_it_was_the_limit():
    assert "générateur : 42 % d’un cœur" in LINE.told_shape()
    assert "SATURÉ" not in LINE.told_shape()
    assert "SATURÉ" in LINE._replace(generator=0.95).told_shape()


@pytest.mark.parametrize(
    ("value", "ratio", "met"),
    [(50_000, 0.7, True), (49_999, 0.7, False), (50_000, 0.69, False), (50_000, None, False)],
)
def test_a_target_is_met_by_the_figure_and_by_the_ratio(
    *, value: float, ratio: float | None, met: bool
):
    assert Target(at_least=50_000, ratio=0.7).met(value, ratio) is met


def test_a_delay_is_met_when_it_is_short():
    assert Target(at_most=5).met(4.9, None)
    assert not Target(at_most=5).met(5.1, None)


def test_the_page_keeps_its_prose_around_the_table(tmp_path: Path):
    page = tmp_path / "mesures.md"
    page.write_text("Avant.\n<!-- complet : début -->\nvieux\n<!-- complet : fin -->\nAprès.\n")

    invalid = LINE._replace(measure="pair", verdict=Verdict(missing=3))
    report.publish([LINE, invalid], "2 cœurs", "complet", page)

    text = page.read_text("utf-8")
    assert text.startswith("Avant.\n")
    assert text.endswith("<!-- complet : fin -->\nAprès.\n")
    assert "vieux" not in text
    assert "| relais | 51\u202f200 événements/s |" in text
    assert "INVALIDE" in text
    assert "3 manquants" in text


def test_a_page_without_marks_is_left_alone(tmp_path: Path):
    page = tmp_path / "mesures.md"
    page.write_text("Rien.\n")

    with pytest.raises(ValueError, match="no marks"):
        report.publish([LINE], "2 cœurs", "complet", page)
    assert page.read_text("utf-8") == "Rien.\n"


def test_figures_are_written_as_french_does():
    assert [number(x) for x in (0, 0.6184, 12_345, 1_234_567)] == [
        "0",
        "0,618",
        "12\u202f300",
        "1\u202f230\u202f000",
    ]


def test_a_percentile_is_a_value_that_was_seen():
    assert percentile([3, 1, 2], 0.99) == 3
    assert percentile(list(range(1, 101)), 0.5) == 50
