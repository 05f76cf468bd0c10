"""The gate finds each kind of fault when it is planted, and only then."""

import pytest

from bench.gate import Seen, Verdict, inspect
from bench.line import Line

SENT = [f"{line}{number}" for line in "ab" for number in range(1, 6)]


def arrived() -> list[Seen]:
    """Two lines of five, read one after the other by turns."""
    return [Seen(line, number, f"{line}{number}") for number in range(1, 6) for line in "ab"]


def test_what_arrived_whole_and_in_order_is_valid():
    verdict = inspect(SENT, arrived())

    assert verdict == Verdict()
    assert verdict.valid


def test_an_event_that_never_came_is_missing_and_leaves_a_hole():
    seen = [one for one in arrived() if one.key != "a3"]

    assert inspect(SENT, seen) == Verdict(missing=1, holes=1)


def test_the_last_of_a_line_is_missing_though_it_leaves_no_hole():
    seen = [one for one in arrived() if one.key != "b5"]

    assert inspect(SENT, seen) == Verdict(missing=1)


def test_an_event_written_twice_is_a_duplicate():
    seen = [*arrived(), Seen("a", 6, "a5")]

    assert inspect(SENT, seen) == Verdict(duplicates=1)


def test_a_number_given_twice_is_a_duplicate():
    seen = [*arrived(), Seen("a", 5, "another")]

    assert inspect([*SENT, "another"], seen) == Verdict(duplicates=1)


def test_a_number_read_after_a_greater_one_is_an_inversion():
    seen = arrived()
    seen[2], seen[4] = seen[4], seen[2]

    assert inspect(SENT, seen) == Verdict(inversions=1)


def test_a_number_passed_over_is_a_hole_though_nothing_is_missing():
    seen = [one if one.key != "a5" else Seen("a", 7, "a5") for one in arrived()]

    assert inspect(SENT, seen) == Verdict(holes=2)
    assert inspect(SENT, seen, contiguous=False) == Verdict()


def test_a_line_that_goes_on_counts_from_where_it_was():
    later = [Seen("a", 41, "x"), Seen("a", 42, "y")]

    assert inspect("xy", later, after={"a": 40}) == Verdict()
    assert inspect("xy", later, after={"a": 39}) == Verdict(holes=1)


@pytest.mark.parametrize("fault", Verdict._fields)
def test_one_fault_of_any_kind_prints_the_line_as_invalid(fault: str):
    line = Line("ajout", 50_000, "événements/s", "une forme", Verdict(**{fault: 1}))

    assert "INVALIDE" in line.told()
    assert line.document()["valide"] is False
    assert not line.met


def test_a_valid_line_says_so():
    line = Line("ajout", 50_000, "événements/s", "une forme")

    assert "INVALIDE" not in line.told()
    assert line.document()["valide"] is True
