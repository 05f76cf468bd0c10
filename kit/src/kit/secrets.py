"""Keys derived from the one secret of the platform, and what is done with them."""

import hashlib
import hmac
import secrets

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from pydantic import SecretStr

_SIZE = 32
_NONCE = 12
_KEY_ID = 4
_MINIMUM = 32


class Unreadable(ValueError):  # noqa: N818 - the state of the bytes, as in `BadJson`
    """These bytes were not sealed by this vault, for this context, or were altered since."""


def subkey(platform_key: SecretStr, label: str) -> bytes:
    """The key for one use (HKDF-SHA-256): knowing it tells nothing of the others."""
    root = platform_key.get_secret_value().encode()
    if len(root) < _MINIMUM:
        raise ValueError(f"The platform key has fewer than {_MINIMUM} characters.")
    return HKDF(SHA256(), _SIZE, salt=None, info=label.encode()).derive(root)


def mac(key: bytes, message: bytes) -> bytes:
    return hmac.digest(key, message, hashlib.sha256)


def same(one: bytes, other: bytes) -> bool:
    """Compare in a time that tells nothing of where they differ."""
    return hmac.compare_digest(one, other)


class Fingerprint:
    """Tells whether two bodies are the same, without keeping them: nobody else can try guesses."""

    def __init__(self, platform_key: SecretStr) -> None:
        self._key = subkey(platform_key, "fingerprint")

    def __call__(self, body: bytes) -> bytes:
        return mac(self._key, body)


class Vault:
    """Secrets at rest: AES-256-GCM, each with the id of the key that sealed it.

    Those sealed under *former* platform keys are still opened.
    """

    def __init__(self, platform_key: SecretStr, label: str, *former: SecretStr) -> None:
        keys = [subkey(key, f"seal:{label}") for key in (platform_key, *former)]
        self._current = keys[0]
        self._keys = {_key_id(key): key for key in keys}

    def seal(self, secret: bytes, context: bytes) -> bytes:
        """Encrypt *secret*; only the same *context*, the name of its owner, opens it."""
        nonce = secrets.token_bytes(_NONCE)
        sealed = AESGCM(self._current).encrypt(nonce, secret, context)
        return _key_id(self._current) + nonce + sealed

    def open(self, sealed: bytes, context: bytes) -> bytes:
        key = self._keys.get(sealed[:_KEY_ID])
        nonce, ciphertext = sealed[_KEY_ID : _KEY_ID + _NONCE], sealed[_KEY_ID + _NONCE :]
        if key is not None and len(nonce) == _NONCE:
            try:
                return AESGCM(key).decrypt(nonce, ciphertext, context)
            except InvalidTag:
                pass
        raise Unreadable


def _key_id(key: bytes) -> bytes:
    return mac(key, b"id")[:_KEY_ID]
