"""French dates, numbers and sentences."""

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from markupsafe import Markup

from kit.pages import filters

WINTER = datetime(2026, 11, 23, 13, 32, tzinfo=UTC)
SUMMER_MIDNIGHT = datetime(2026, 6, 30, 22, 30, tzinfo=UTC)


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        (filters.day(date(2026, 3, 3)), "3~mars 2026"),
        (filters.day(SUMMER_MIDNIGHT), "1er~juillet 2026"),
        (filters.short_day(date(2026, 7, 10)), "10~juil. 2026"),
        (filters.day_month(date(2026, 2, 1)), "1er~févr."),
        (filters.weekday(WINTER), "lundi 23~novembre 2026"),
        (filters.moment(WINTER), "23~nov. à~14:32"),
        (filters.hour(SUMMER_MIDNIGHT), "00:30"),
        (filters.month(SUMMER_MIDNIGHT), "juillet 2026"),
        (filters.number(23969), "23_969"),
        (filters.number(1234567.25, 1), "1_234_567,3"),
        (filters.number(-1500), "\u22121_500"),
        (filters.number(31.5, 1), "31,5"),
        (filters.percent(0.624), "62,4~%"),
        (filters.percent(23969 / 38412), "62,4~%"),
        (filters.percent(0.5125), "51,3~%"),
        (filters.percent(1, 0), "100~%"),
        (filters.count(0, "jour"), "0~jour"),
        (filters.count(1.5, "jour"), "1,5~jour"),
        (filters.count(2, "jour"), "2~jours"),
        (filters.count(23969, "événement"), "23_969~événements"),
        (filters.count(3, "travail", "travaux"), "3~travaux"),
        (filters.duration(timedelta(milliseconds=400)), "0,4~s"),
        (filters.duration(timedelta(seconds=42.4)), "42~s"),
        (filters.duration(timedelta(minutes=12)), "12~min"),
        (filters.duration(timedelta(hours=3, minutes=5)), "3~h~05"),
        (filters.duration(timedelta(hours=2)), "2~h"),
        (filters.duration(timedelta(days=1, hours=3)), "1~jour"),
        (filters.duration(timedelta(days=56)), "56~jours"),
    ],
)
def test_written_as_at_work(written: str, expected: str):
    assert written == expected.replace("~", "\u00a0").replace("_", "\u202f")


def test_a_time_for_people_and_for_machines():
    assert filters.time(WINTER, "moment") == Markup(
        '<time datetime="2026-11-23T14:32+01:00">23\u00a0nov. à\u00a014:32</time>'
    )
    assert filters.time(SUMMER_MIDNIGHT, css_class="survenu") == Markup(
        '<time class="survenu" datetime="2026-07-01T00:30+02:00">1er\u00a0juillet 2026</time>'
    )
    assert 'datetime="2026-03-03"' in filters.time(date(2026, 3, 3), "short_day")
    assert 'datetime="2026-11"' in filters.time(WINTER, "month")


def test_what_cannot_be_said_is_refused():
    with pytest.raises(ValueError, match="offset"):
        filters.day(datetime(2026, 3, 3))  # noqa: DTZ001 - the point
    with pytest.raises(TypeError):
        filters.moment(date(2026, 3, 3))


@pytest.mark.parametrize(
    ("typed", "expected"),
    [
        ("C'est l'heure : 14:32 !", "C’est l’heure~: 14:32_!"),
        ("« en conflit » ; 62,4 % ?", "«~en conflit~»_; 62,4~%_?"),
        ("23 969 événements, 2 champs", "23_969~événements, 2~champs"),
        ("https://exemple.fr/?a=1;b=2", "https://exemple.fr/?a=1;b=2"),
        ("ROME I1203 Agent, en 2026 100 entrées", "ROME I1203 Agent, en 2026 100~entrées"),
    ],
)
def test_typography(typed: str, expected: str):
    assert filters.typographic(typed) == expected.replace("~", "\u00a0").replace("_", "\u202f")


@given(st.text())
def test_typography_changes_spaces_and_apostrophes_only_and_once(text: str):
    once = filters.typographic(text)

    assert filters.typographic(once) == once
    assert len(once) == len(text)


def test_tags_code_and_what_is_typed_in_a_form_are_left_alone():
    html = (
        '<p class="a1 b : c">l&#39;heure : 2 fois</p><pre>a : b</pre>'
        "<textarea>c'est : ça</textarea><path d='M10 100'/> 1 000 j"
    )

    assert filters.typeset(html) == (
        '<p class="a1 b : c">l’heure\u00a0: 2\u00a0fois</p><pre>a : b</pre>'
        "<textarea>c'est : ça</textarea><path d='M10 100'/> 1\u202f000\u00a0j"
    )


@given(st.text("<>&;'/preocdtxa 1:"))
def test_typesetting_is_total(html: str):
    assert filters.typeset(filters.typeset(html)) == filters.typeset(html)
