"""The text of a key: recognisable by those who look for leaks, checkable without the database."""

import re
import secrets
import string
import zlib

_BASE62 = string.digits + string.ascii_uppercase + string.ascii_lowercase
_ID = string.digits + string.ascii_lowercase
_FORM = re.compile(r"(pk_live_([0-9a-z]{8})_[A-Za-z0-9_-]{43})([0-9A-Za-z]{6})")


def new_key() -> tuple[str, str]:
    """A key with 256 bits of chance, and the part of it that is no secret: its id."""
    key_id = "".join(secrets.choice(_ID) for _ in range(8))
    key = f"pk_live_{key_id}_{secrets.token_urlsafe(32)}"
    return key + _checksum(key), key_id


def id_of(text: str) -> str | None:
    """The id in *text* if it is a whole key, with its checksum."""
    form = _FORM.fullmatch(text)
    if form is None or _checksum(form[1]) != form[3]:
        return None
    return form[2]


def _checksum(text: str) -> str:
    crc, digits = zlib.crc32(text.encode()), ""
    for _ in range(6):
        crc, digit = divmod(crc, len(_BASE62))
        digits = _BASE62[digit] + digits
    return digits
