"""Identifiers: made by the platform, derived from a name, or said aloud by a person."""

import secrets
import time
from functools import lru_cache
from uuid import NAMESPACE_URL, UUID, uuid5

_CROCKFORD = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_CODE_BITS = 40


def uuid7() -> UUID:
    """A new identifier, ordered by its millisecond (RFC 9562, version 7)."""
    milliseconds = time.time_ns() // 1_000_000
    random = secrets.randbits(74)
    value = (milliseconds & (1 << 48) - 1) << 80 | 0x7 << 76 | (random >> 62) << 64
    return UUID(int=value | 0b10 << 62 | random & (1 << 62) - 1)


@lru_cache(maxsize=10_000)
def named_uuid(urn: str) -> UUID:
    """The identifier that stands for *urn* everywhere, without asking anyone."""
    return uuid5(NAMESPACE_URL, urn)


def short_code(identifier: UUID, prefix: str) -> str:
    """A code to say on the telephone, like `P-7K3M-94QX`: the last 40 bits of *identifier*.

    Two identifiers may share it: whoever looks one up shows all that match.
    """
    bits = identifier.int & (1 << _CODE_BITS) - 1
    digits = "".join(_CROCKFORD[bits >> shift & 31] for shift in range(_CODE_BITS - 5, -1, -5))
    return f"{prefix}-{digits[:4]}-{digits[4:]}"
