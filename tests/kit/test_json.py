import json as stdlib
from collections.abc import Callable

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kit import json
from kit.json import BadJson, _checked, _parse

NIR = "185057800608436"


def _nested(depth: int) -> bytes:
    return b"[" * depth + b"]" * depth


def _keys(count: int) -> bytes:
    return orjson.dumps({f"k{i}": i for i in range(count)})


@pytest.mark.parametrize(
    ("raw", "code", "pointer"),
    [
        (b"", "json_syntax", ""),
        (b"{", "json_syntax", ""),
        (b"{'a': 1}", "json_syntax", ""),
        (b"[1,]", "json_syntax", ""),
        (b"1 2", "json_syntax", ""),
        (b'{"a": 01}', "json_syntax", ""),
        (b'"\t"', "json_syntax", ""),
        (b"\xef\xbb\xbf{}", "json_bom", ""),
        (b'"\xff"', "json_encoding", ""),
        (b'"\xed\xa0\x80"', "json_encoding", ""),
        (b'"\xc0\x80"', "json_encoding", ""),
        ('{"a": 1}'.encode("utf-16"), "json_encoding", ""),
        (b'{"a": {"b": 1, "b": 1}}', "json_duplicate_key", "/a/b"),
        (b'{"a" : 1, "a": 1}', "json_duplicate_key", "/a"),
        (b'{"a": 1, "\\u0061": 2}', "json_duplicate_key", "/a"),
        (b'{"a": 1, "a": 2, "b": ":c"}', "json_duplicate_key", "/a"),
        (b'[{"a":[NaN]}]', "json_not_finite", "/0/a/0"),
        (b'{"a":Infinity}', "json_not_finite", "/a"),
        (b'{"a":-Infinity}', "json_not_finite", "/a"),
        (b'{"a":1e400}', "json_not_finite", "/a"),
        (b'{"a":-1E+400}', "json_not_finite", "/a"),
        (b'{"a":9007199254740993}', "json_integer", "/a"),
        (b'{"a":-9007199254740993}', "json_integer", "/a"),
        (b'{"a":18446744073709551616}', "json_integer", "/a"),
        (b'{"a":' + b"9" * 5000 + b"}", "json_integer", "/a"),
        (b'{"a":9007199254740993.0}', "json_integer", "/a"),
        (b'{"a":1e300}', "json_integer", "/a"),
        (b'{"a":"\\ud800"}', "json_surrogate", "/a"),
        (b'{"a":"\\udc00\\ud800"}', "json_surrogate", "/a"),
        (b'{"a":"\\uDFFFx"}', "json_surrogate", "/a"),
        (b'{"a":{"\\ud800":1}}', "json_surrogate", "/a"),
        (b'{"a":"\\u0000"}', "json_nul", "/a"),
        (b'{"a":{"x\\u0000":1}}', "json_nul", "/a"),
        (b'{"a":"' + b"x" * 8193 + b'"}', "json_string_length", "/a"),
        (b'{"a":"' + "é".encode() * 4097 + b'"}', "json_string_length", "/a"),
        (b'{"' + b"x" * 8193 + b'":1}', "json_string_length", ""),
        (_nested(21), "json_depth", "/0" * 20),
        (b'{"a":' + _nested(20) + b"}", "json_depth", "/a" + "/0" * 19),
        (_nested(500), "json_depth", "/0" * 20),
        (_nested(100_000), "json_depth", ""),
        (b"[" * 100_000, "json_depth", ""),
        (b'[{"a":' + _keys(201) + b"}]", "json_keys", "/0/a"),
    ],
)
def test_what_two_readers_may_read_differently_is_refused(raw: bytes, code: str, pointer: str):
    with pytest.raises(BadJson) as refused:
        json.loads(raw)

    assert (refused.value.code, refused.value.pointer) == (code, pointer)


@pytest.mark.parametrize(
    "raw",
    [
        b"null",
        b'"\\ud83d\\ude00"',
        b'"\\\\u0000"',
        b'{"a": "\\": not a member"}',
        b'{"a": ":", "b" : 1}',
        b"[9007199254740992, -9007199254740992, 0.1, -0.0, 1e-400]",
        b'"' + b"x" * 8192 + b'"',
        b'"' + "é".encode() * 4096 + b'"',
        b'{"' + b"x" * 8192 + b'":1}',
        b" \t\r\n[{}, [], [{}]]\n",
        _nested(20),
        _keys(200),
    ],
)
def test_the_last_allowed_step_is_read(raw: bytes):
    assert json.loads(raw) == stdlib.loads(raw)


@pytest.mark.parametrize("key", [NIR, f"nir_{NIR}", "Dupont Jean", "a/b", "é", "x" * 80, "\x01"])
def test_a_key_that_may_be_a_value_is_not_shown(key: str):
    with pytest.raises(BadJson) as refused:
        json.loads(orjson.dumps({"data": {key: "\0"}}))

    assert refused.value.pointer == "/data"


def test_a_refusal_holds_no_part_of_the_document():
    for raw in (f'{{"a":"{NIR}"', f'["{NIR}", NaN]', f'["{NIR}\\ud800"]', f"[{NIR}999]"):
        with pytest.raises(BadJson) as refused:
            json.loads(raw.encode())

        assert NIR not in f"{refused.value} {refused.value.__dict__}"
        assert refused.value.__context__ is None


def test_one_bad_item_does_not_condemn_the_others():
    first, second, third = json.loads_items(b'[{"a": 1}, {"a": 1, "a": 2}, {"b": NaN}]')

    assert first == {"a": 1}
    assert isinstance(second, BadJson)
    assert (second.code, second.pointer) == ("json_duplicate_key", "/1/a")
    assert isinstance(third, BadJson)
    assert (third.code, third.pointer) == ("json_not_finite", "/2/b")


@pytest.mark.parametrize("raw", [b"{}", b'{"a": NaN}', b"[1", b"1", b'"a"', b'{"a": 1, "a": 1}'])
def test_items_are_those_of_an_array(raw: bytes):
    with pytest.raises(BadJson):
        json.loads_items(raw)


_SCALARS = (
    st.none()
    | st.booleans()
    | st.integers(-(2**54), 2**54)
    | st.floats(allow_nan=True)
    | st.text(st.characters(exclude_categories=[]) | st.sampled_from('":\\\0\ud800'), max_size=8)
)
_DOCUMENTS = st.recursive(
    _SCALARS,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=4), inner),
    max_leaves=20,
)


@given(
    document=_DOCUMENTS,
    ascii_only=st.booleans(),
    separators=st.sampled_from([(",", ":"), (", ", ": "), (" ,", " : ")]),
)
def test_the_fast_way_and_the_careful_way_agree(
    *, document: object, ascii_only: bool, separators: tuple[str, str]
):
    raw = stdlib.dumps(document, ensure_ascii=ascii_only, separators=separators).encode(
        errors="surrogatepass"
    )

    _agree(raw)


@given(st.lists(st.sampled_from(['"a"', '"b"', '":"', ":", ": ", " :", ",", "{", "}", "[", "]"])))
def test_they_agree_on_scraps_of_json_too(scraps: list[str]):
    _agree("".join(scraps).encode())


@given(st.binary(max_size=32))
def test_they_agree_on_any_bytes(raw: bytes):
    _agree(raw)


def _agree(raw: bytes) -> None:
    assert _outcome(json.loads, raw) == _outcome(lambda raw: _checked(_parse(raw), ()), raw)


def _outcome(read: Callable[[bytes], object], raw: bytes) -> str:
    try:
        return repr(read(raw))
    except BadJson as refused:
        return str(refused)


@given(st.dictionaries(st.text(st.characters(exclude_categories=["Cs"])), st.integers(0, 9)))
def test_canonical_bytes_ignore_the_order_of_keys(document: dict[str, int]):
    reversed_document = dict(reversed(document.items()))

    assert json.canonical(document) == json.canonical(reversed_document)
    assert orjson.loads(json.canonical(document)) == document
