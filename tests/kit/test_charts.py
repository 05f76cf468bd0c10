"""Charts: what is drawn, where, and that no value is drawn that is not in the table."""

import re
from collections.abc import Callable
from datetime import date, timedelta
from itertools import pairwise
from xml.etree import ElementTree as ET

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kit.pages.charts import (
    MASKED,
    Bar,
    Chart,
    Seam,
    Segment,
    Series,
    bars,
    cumulative,
    lines,
    month_labels,
    spread,
    stitches,
    thread,
)
from kit.pages.charts.base import ticks
from tests.kit.pages_parts import STRANGER, a_band, a_thread, a_total, some_bars, two_lines

NBSP, NARROW = "\u00a0", "\u202f"


def read(chart: Chart) -> ET.Element:
    """The drawing, if it is well formed, named and described."""
    svg = ET.fromstring(chart.svg)
    title, description = svg[0], svg[1]
    assert (title.tag, description.tag) == ("title", "desc")
    assert svg.get("role") == "img"
    assert svg.get("aria-labelledby") == f"{title.get('id')} {description.get('id')}"
    assert title.text
    assert description.text
    return svg


def texts(chart: Chart, css_class: str = "value") -> list[str | None]:
    return [e.text for e in read(chart).iter("text") if e.get("class") == css_class]


@pytest.mark.parametrize("made", [a_band, two_lines, a_total, some_bars, a_thread])
def test_a_drawing_is_named_and_has_no_style(made: Callable[[], Chart]):
    chart = made()

    names = {name for element in read(chart).iter() for name in element.attrib}
    assert "style" not in names
    assert not re.search(r"\d\.\d\d", re.sub(r"<(desc|title|text).*?</\1>", "", chart.svg))
    assert {len(row) for row in chart.rows} == {len(chart.columns)}


def test_the_line_stands_where_the_model_draws_it():
    """Same values as the model page: 48.1 % of a scale from 30 to 70 % over 194 units."""
    svg = read(a_band())

    line = svg.find("polyline[@class='series-a']").get("points").split()
    assert len(line) == 12
    assert line[0] == "44,118.2"
    assert [e.get("cy") for e in svg.findall("circle[@class='dot pending']")] == ["127.4", "150.2"]
    assert len(svg.find("polyline[@class='series-b']").get("points").split()) == 14
    assert len(svg.find("polygon[@class='band']").get("points").split()) == 28


def test_the_table_says_what_the_drawing_shows():
    chart = a_band()

    assert texts(chart) == [f"59,6{NBSP}%", f"41,5{NBSP}%"]
    assert chart.rows[0] == ("avr. 25", f"48,1{NBSP}%", f"55,0{NBSP}%", "mûr")
    assert chart.rows[-1] == ("mai", f"41,5{NBSP}%", f"59,6{NBSP}%", "provisoire")
    assert [column.numeric for column in chart.columns] == [False, True, True, False]
    assert "inconnus sans emploi : de 48,1" in chart.svg


def test_a_missing_value_is_a_gap_and_says_why():
    chart = two_lines()
    svg = read(chart)

    assert chart.rows[2][1] is MASKED
    assert [len(e.get("points").split()) for e in svg.findall("polyline[@class='series-a']")] == [
        2,
        7,
    ]
    assert len(svg.findall("circle[@class='dot']")) == 9


def test_last_values_do_not_touch():
    heights = [
        float(e.get("y")) for e in read(two_lines()).iter("text") if e.get("class") == "value"
    ]

    assert heights[1] - heights[0] >= 17


def test_a_total_stops_where_it_stands_and_the_target_goes_on():
    chart = a_total()

    assert texts(chart) == [f"25{NARROW}134"]
    assert chart.rows[9] == ("oct.", f"25{NARROW}134", f"26{NARROW}508")
    assert chart.rows[11] == ("déc.", "à venir", f"31{NARROW}810")


def test_parts_fill_the_bar_and_small_groups_are_masked():
    chart = some_bars()
    svg = read(chart)

    rows = {}
    for rect in svg.iter("rect"):
        rows[rect.get("y")] = rows.get(rect.get("y"), 0) + float(rect.get("width"))
    assert [round(width) for width in rows.values()] == [520, 520, 520]
    assert chart.rows[0] == (
        "Préparatoire",
        f"11{NARROW}628",
        f"2{NARROW}488",
        f"3{NARROW}837",
        f"5{NARROW}303",
    )
    assert chart.rows[3] == ("Création d’entreprise", MASKED, MASKED, MASKED, MASKED)
    assert "masqué" in chart.svg


def test_the_thread_is_woven_until_today_and_planned_after():
    svg = read(a_thread())

    woven = [
        float(e.get("x")) + float(e.get("width")) for e in svg.findall("rect[@class='etoffe']")
    ]
    today = float(re.match(r"M([\d.]+)", svg.find("path[@class='jour']").get("d"))[1])
    planned = svg.find("rect[@class='etoffe-prevue']")
    assert max(woven) == pytest.approx(today, abs=0.2)
    assert float(planned.get("x")) == pytest.approx(today, abs=0.2)
    assert [e.text for e in svg.iter("text") if e.text.startswith("suspension")] == [
        f"suspension, 56{NBSP}j"
    ]
    assert a_thread().rows[1] == ("couture", f"12{NBSP}juin 2026", f"6{NBSP}juil. 2026")


DAYS = st.dates(date(2018, 1, 1), date(2030, 1, 1))
NAMES = st.text("aé <&'", max_size=60)
SEGMENTS = st.lists(st.tuples(NAMES, DAYS, st.none() | st.integers(0, 900), NAMES), max_size=8)
SEAMS = st.lists(st.tuples(NAMES, DAYS, st.integers(0, 400)), max_size=4)


@settings(max_examples=50)
@given(SEGMENTS, SEAMS, DAYS)
def test_no_two_words_touch_above_a_thread(
    segments: list[tuple[str, date, int | None, str]],
    seams: list[tuple[str, date, int]],
    today: date,
):
    chart = thread(
        "fil",
        STRANGER,
        [
            Segment(name, start, None if days is None else start + timedelta(days), place)
            for name, start, days, place in segments
        ],
        [Seam(name, start, start + timedelta(days)) for name, start, days in seams],
        today=today,
    )

    svg = ET.fromstring(chart.svg)
    width, height = (float(n) for n in svg.get("viewBox").split()[2:])
    spans: dict[str, list[tuple[float, float]]] = {}
    for word in svg.find("g"):
        size = len(word.text) * (7.3 if word.get("class") else 6.6)
        part = {"middle": 0.5, "end": 1}.get(word.get("text-anchor"), 0)
        left = float(word.get("x")) - size * part
        spans.setdefault(word.get("y"), []).append((left, left + size))
    for line in spans.values():
        line.sort()
        assert all(one[1] <= other[0] for one, other in pairwise(line))
    for rect in svg.iter("rect"):
        assert 0 <= float(rect.get("x")) <= width
        assert float(rect.get("y")) < height


VALUES = st.lists(st.none() | st.floats(0, 1), min_size=1, max_size=30)


@pytest.mark.parametrize("drawn_as", ["lines", "band"])
@settings(max_examples=50)
@given(VALUES, st.integers(0, 3))
def test_no_value_leaves_the_frame(drawn_as: str, values: list[float | None], pending: int):
    labels = [str(n) for n in range(len(values))]
    series = [Series("a", values), Series("b", values[::-1])]
    pending, band = min(pending, len(values)), drawn_as == "band"

    svg = read(lines("x", "t", "Mois", labels, series, pending=pending, band=band))

    for dot in svg.iter("circle"):
        assert 12 <= float(dot.get("cy")) <= 206
        assert 44 <= float(dot.get("cx")) <= 458


@settings(max_examples=50)
@given(st.lists(st.integers(0, 10**7), min_size=1, max_size=12))
def test_no_total_leaves_the_frame(reached: list[int]):
    labels = [str(n) for n in range(12)]
    target = Series("cible", [max(reached) * n / 12 for n in range(1, 13)])

    svg = read(
        cumulative("x", "t", "Mois", labels, actual=Series("réalisé", reached), target=target)
    )

    assert all(12 <= float(dot.get("cy")) <= 206 for dot in svg.iter("circle"))


@settings(max_examples=50)
@given(st.lists(st.lists(st.integers(0, 10**6), min_size=3, max_size=3), max_size=5))
def test_bars_are_as_wide_as_their_shares(groups: list[list[int]]):
    chart = bars("x", "t", "Type", ["a", "b", "c"], [Bar("g", counts) for counts in groups])

    svg = ET.fromstring(chart.svg)
    total = sum(float(rect.get("width")) for rect in svg.iter("rect"))
    assert total == pytest.approx(520 * sum(1 for counts in groups if sum(counts)), abs=1)


def test_nothing_to_draw_says_so():
    for chart in (
        lines("x", "t", "Mois", [], [Series("taux", [])]),
        lines("x", "t", "Mois", ["mai"], [Series("taux", [None])]),
        cumulative("x", "t", "Mois", ["mai"], actual=Series("a", []), target=Series("b", [None])),
    ):
        assert "Pas encore de valeur" in chart.svg
        assert not list(read(chart).iter("circle"))


def test_a_stranger_s_words_stay_words():
    chart = lines(
        "x", STRANGER, STRANGER, [STRANGER], [Series(STRANGER, [0.5])], description=STRANGER
    )

    assert "<script" not in chart.svg
    assert read(chart)[0].text == STRANGER


@pytest.mark.parametrize(
    ("values", "unit", "expected"),
    [
        ([0.415, 0.596], "%", [0.3, 0.4, 0.5, 0.6, 0.7]),
        ([0.112, 0.184], "%", [0, 0.05, 0.1, 0.15, 0.2]),
        ([0.97, 1.0], "%", [0.8, 0.85, 0.9, 0.95, 1.0]),
        ([2684, 31810], "", [0, 5000, 10000, 15000, 20000, 25000, 30000, 35000]),
        ([0, 3], "", [0, 1, 2, 3]),
        ([0, 0], "", [0, 1]),
    ],
)
def test_round_scales(values: list[float], unit: str, expected: list[float]):
    assert ticks(values, unit) == pytest.approx(expected)


def test_months_of_two_years_say_which():
    assert month_labels([date(2025, 11, 1), date(2025, 12, 1), date(2026, 1, 1)]) == [
        "nov. 25",
        "déc.",
        "janv. 26",
    ]
    assert month_labels([date(2026, 1, 1), date(2026, 2, 1)]) == ["janv.", "févr."]


def test_small_drawings():
    assert 'width="72"' in stitches(9)
    assert 'width="136"' in stitches(400)
    assert 'd="M64 0v18"' in spread(9, 16, 27, threshold=30)
    assert 'cx="22" cy="9"' in spread(9, 16, 27)
    assert "seuil" not in spread(9, 16, 27)
