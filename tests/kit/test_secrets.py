import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import SecretStr

from kit.secrets import Fingerprint, Unreadable, Vault, subkey

KEY, OTHER = SecretStr("k" * 32), SecretStr("o" * 32)


def test_each_label_has_its_key():
    keys = {subkey(root, label) for root in (KEY, OTHER) for label in ("a", "b")}

    assert len(keys) == 4
    assert {len(key) for key in keys} == {32}
    assert subkey(KEY, "a") == subkey(KEY, "a")


def test_a_short_platform_key_is_refused_without_being_shown():
    with pytest.raises(ValueError, match="fewer than 32") as refused:
        subkey(SecretStr("geheim"), "a")

    assert "geheim" not in str(refused.value)


def test_a_fingerprint_tells_the_same_body_and_nothing_to_others():
    assert Fingerprint(KEY)(b"body") == Fingerprint(KEY)(b"body")
    assert Fingerprint(KEY)(b"body") != Fingerprint(KEY)(b"Body")
    assert Fingerprint(KEY)(b"body") != Fingerprint(OTHER)(b"body")


@given(st.binary(max_size=80), st.binary(max_size=20))
def test_what_is_sealed_is_opened_by_its_owner(secret: bytes, context: bytes):
    vault = Vault(KEY, "webhooks")
    sealed = vault.seal(secret, context)

    assert vault.open(sealed, context) == secret
    assert sealed != vault.seal(secret, context)
    assert Vault(OTHER, "webhooks", KEY).open(sealed, context) == secret
    for stranger, owner in (
        (Vault(OTHER, "webhooks"), context),
        (Vault(KEY, "sessions"), context),
        (vault, context + b"x"),
    ):
        with pytest.raises(Unreadable):
            stranger.open(sealed, owner)


@given(st.data())
def test_a_sealed_secret_that_was_altered_does_not_open(data: st.DataObject):
    vault = Vault(KEY, "webhooks")
    sealed = bytearray(vault.seal(b"secret", b"owner"))
    sealed[data.draw(st.integers(0, len(sealed) - 1))] ^= data.draw(st.integers(1, 255))

    with pytest.raises(Unreadable):
        vault.open(bytes(sealed), b"owner")


@given(st.binary(max_size=40))
def test_any_bytes_open_or_are_unreadable(anything: bytes):
    with pytest.raises(Unreadable):
        Vault(KEY, "webhooks").open(anything, b"owner")
