"""Signatures of Standard Webhooks, version 1: HMAC-SHA-256 over `{id}.{timestamp}.{body}`."""

import base64
import hashlib
import hmac
import re
import secrets
from collections.abc import Mapping
from datetime import datetime, timedelta

TOLERANCE = timedelta(minutes=5)

_PREFIX = "whsec_"
_SECRET_BYTES = 32
_TIMESTAMP = re.compile(r"[0-9]{1,12}")


def new_secret() -> str:
    """A secret to show once to the partner that will verify with it."""
    return _PREFIX + base64.b64encode(secrets.token_bytes(_SECRET_BYTES)).decode()


def sign(secret: str, message_id: str, timestamp: int, body: bytes) -> str:
    """One signature; while a secret is being replaced, those of both are sent, space between."""
    if "." in message_id:  # it would be read as another identifier, signed at another time
        raise ValueError("A webhook identifier holds no full stop")
    key = base64.b64decode(secret.removeprefix(_PREFIX), validate=True)
    signed = f"{message_id}.{timestamp}.".encode() + body
    return "v1," + base64.b64encode(hmac.digest(key, signed, hashlib.sha256)).decode()


def verify(secret: str, headers: Mapping[str, str], body: bytes, now: datetime) -> bool:
    """Tell whether *body* was signed with *secret* less than five minutes away from *now*.

    The headers may hold anything: what cannot be read was not signed.
    """
    given = {name.lower(): value for name, value in headers.items()}
    message_id, timestamp = given.get("webhook-id", ""), given.get("webhook-timestamp", "")
    if not message_id or "." in message_id or not message_id.isascii():
        return False
    if not _TIMESTAMP.fullmatch(timestamp):
        return False
    if abs(now.timestamp() - int(timestamp)) > TOLERANCE.total_seconds():
        return False
    expected = sign(secret, message_id, int(timestamp), body).encode()
    candidates = given.get("webhook-signature", "").encode(errors="replace").split(b" ")
    return any(hmac.compare_digest(expected, candidate) for candidate in candidates)
