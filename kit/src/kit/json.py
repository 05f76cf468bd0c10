"""JSON read as strictly as it can be, so that everyone who reads it after us reads the same."""

import json
import math
import re
from collections.abc import Iterable
from typing import Final, NoReturn
from uuid import UUID

import orjson

MAX_DEPTH: Final = 20
MAX_KEYS: Final = 200
MAX_STRING: Final = 8 * 1024
MAX_INTEGER: Final = 2**53

_SHOWABLE_KEY = re.compile(r"[A-Za-z_][A-Za-z_.-]{0,63}[0-9]{0,3}")
_SPACED_COLON = re.compile(rb'"[ \t\n\r]+:')
_DIGITS_AS_ZEROS = bytes(ord("0") if chr(byte).isdigit() else byte for byte in range(128)) + bytes(
    range(128, 256)
)
_SHALLOW = {str, int, bool, type(None)}
_SURROGATE = re.compile("[\ud800-\udfff]")
_MAX_DIGITS: Final = len(str(MAX_INTEGER))


class BadJson(ValueError):  # noqa: N818 - like a refusal, it is answered
    """These bytes are not JSON that two programs would read alike.

    *code* names the rule, one of: `json_syntax`, `json_encoding`, `json_bom`, `json_depth`,
    `json_keys`, `json_duplicate_key`, `json_string_length`, `json_surrogate`, `json_nul`,
    `json_not_finite`, `json_integer`. *pointer* says where, or is empty.
    """

    def __init__(self, code: str, path: Iterable[str | int] = ()) -> None:
        self.code = code
        self.pointer = pointer(path)
        super().__init__(f"{code} at {self.pointer!r}")


def pointer(path: Iterable[str | int]) -> str:
    """The JSON pointer (RFC 6901) to *path*, fit to be shown and logged.

    A key that does not look like a name may be a value put in the wrong place, someone's number
    for instance: the pointer stops before it.
    """
    segments = ""
    for step in path:
        if isinstance(step, str) and not _SHOWABLE_KEY.fullmatch(step):
            break
        segments += f"/{step}"
    return segments


def loads(raw: bytes) -> object:
    """What *raw* says, if it breaks none of the rules named by `BadJson`."""
    try:
        value = orjson.loads(raw)
    except orjson.JSONDecodeError:
        pass
    else:
        if _is_plain(raw, value):
            return value
    return _checked(_parse(raw), ())


def loads_items(raw: bytes) -> list[object | BadJson]:
    """The items of the array *raw*: one that breaks a rule does not condemn the others.

    Raises `BadJson` where the whole cannot be read; anything but an array is `json_syntax`.
    """
    try:
        value = loads(raw)
    except BadJson:
        value = _parse(raw)
        if isinstance(value, list) and not isinstance(value, _Members):
            return [_checked_or_fault(item, index) for index, item in enumerate(value)]
        raise
    if isinstance(value, list):
        return value
    raise BadJson("json_syntax")


def dumps(value: object) -> bytes:
    return orjson.dumps(value, default=_known)


def canonical(value: object) -> bytes:
    """The same bytes for the same content, in whatever order its keys came."""
    return orjson.dumps(value, default=_known, option=orjson.OPT_SORT_KEYS)


def _known(value: object) -> str:
    # asyncpg has a UUID of its own, which orjson does not take for one.
    if isinstance(value, UUID):
        return str(value)
    raise TypeError


def _is_plain(raw: bytes, value: object) -> bool:
    """Whether it is certain, at little cost, that no rule is broken; a doubt says no.

    In the source each member has one `":`, and a string may add some: as many of them as
    members in *value* means that no member was lost to a duplicate key.
    """
    if b"\\u0000" in raw or _SPACED_COLON.search(raw) or _perhaps_large(raw):
        return False
    members, level = 0, [value]
    for _ in range(MAX_DEPTH):
        below: list[object] = []
        for item in level:
            if isinstance(item, dict):
                if len(item) > MAX_KEYS:
                    return False
                members += len(item)
                below += [each for each in item.values() if type(each) not in _SHALLOW]
            elif isinstance(item, list):
                below += [each for each in item if type(each) not in _SHALLOW]
            elif isinstance(item, float) and not -MAX_INTEGER < item < MAX_INTEGER:
                return False
        if not below:
            return members == raw.count(b'":')
        level = below
    return False


def _perhaps_large(raw: bytes) -> bool:
    """Whether *raw* may hold a string too long, or an integer too large."""
    # Without its escaped quotes, a string is a piece between two quotes.
    pieces = raw.replace(rb"\"", b"__").split(b'"') if len(raw) > MAX_STRING else ()
    zeros = raw.translate(_DIGITS_AS_ZEROS)
    return b"0" * _MAX_DIGITS in zeros or max(map(len, pieces), default=0) > MAX_STRING


class _Members(list[tuple[str, object]]):
    """An object as it was written, with every duplicate."""


class _Fault:
    """A number that cannot be kept, noted where it stands until its pointer is known."""

    def __init__(self, code: str) -> None:
        self.code = code


def _integer(literal: str) -> int | _Fault:
    if len(literal.lstrip("-")) > _MAX_DIGITS or abs(int(literal)) > MAX_INTEGER:
        return _Fault("json_integer")
    return int(literal)


def _float(literal: str) -> float | _Fault:
    number = float(literal)
    if math.isinf(number):
        return _Fault("json_not_finite")
    # From there on floats skip integers: the one that was written may not be the one read.
    return _Fault("json_integer") if abs(number) >= MAX_INTEGER else number


_DECODER = json.JSONDecoder(
    object_pairs_hook=_Members,
    parse_int=_integer,
    parse_float=_float,
    parse_constant=lambda _: _Fault("json_not_finite"),
)


def _parse(raw: bytes) -> object:
    if raw.startswith(b"\xef\xbb\xbf"):
        raise BadJson("json_bom")
    try:
        return _DECODER.decode(raw.decode())
    except UnicodeDecodeError:
        code = "json_encoding"
    except RecursionError:
        code = "json_depth"
    except json.JSONDecodeError:
        code = "json_syntax"
    raise BadJson(code)  # outside the handlers: the first exception carries the document


def _checked(value: object, path: tuple[str | int, ...]) -> object:
    def refuse(code: str) -> NoReturn:
        raise BadJson(code, path)

    if isinstance(value, str):
        _check_string(value, path)
    elif isinstance(value, _Fault):
        refuse(value.code)
    elif isinstance(value, list):
        if len(path) >= MAX_DEPTH:
            refuse("json_depth")
        if not isinstance(value, _Members):
            return [_checked(item, (*path, index)) for index, item in enumerate(value)]
        if len(value) > MAX_KEYS:
            refuse("json_keys")
        members: dict[str, object] = {}
        for key, item in value:
            _check_string(key, path)
            if key in members:
                raise BadJson("json_duplicate_key", (*path, key))
            members[key] = _checked(item, (*path, key))
        return members
    return value


def _checked_or_fault(value: object, index: int) -> object | BadJson:
    try:
        return _checked(value, (index,))
    except BadJson as fault:
        return fault


def _check_string(value: str, path: tuple[str | int, ...]) -> None:
    if _SURROGATE.search(value):
        raise BadJson("json_surrogate", path)
    if "\0" in value:
        raise BadJson("json_nul", path)
    if len(value.encode()) > MAX_STRING:
        raise BadJson("json_string_length", path)
