"""Signatures, against the published vector, the reference library, and hostile headers."""

import base64
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from standardwebhooks import Webhook

from kit import clock
from kit.webhooks import new_secret, sign, verify

# standard-webhooks, libraries/python/tests/test_webhooks.py
SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
ID = "msg_p5jXN8AQM9LWM0D4loKWxJek"
TIMESTAMP = 1614265330
BODY = b'{"test": 2432232314}'
SIGNATURE = "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="
THEN = datetime.fromtimestamp(TIMESTAMP, UTC)
HEADERS = {
    "webhook-id": ID,
    "webhook-timestamp": str(TIMESTAMP),
    "webhook-signature": SIGNATURE,
}


def test_the_published_vector():
    assert sign(SECRET, ID, TIMESTAMP, BODY) == SIGNATURE
    assert verify(SECRET, HEADERS, BODY, THEN)


def test_header_names_in_any_case():
    assert verify(SECRET, {name.title(): value for name, value in HEADERS.items()}, BODY, THEN)


@given(
    st.text("abcdefXYZ_0123456789", min_size=1),
    st.text(st.characters(codec="utf-8")).map(str.encode),
)
def test_the_reference_library_agrees(message_id: str, body: bytes):
    secret, now = new_secret(), clock.now()
    timestamp = int(now.timestamp())
    reference = Webhook(secret)

    ours = sign(secret, message_id, timestamp, body)
    theirs = reference.sign(message_id, datetime.fromtimestamp(timestamp, UTC), body.decode())

    assert ours == theirs
    headers = {"webhook-id": message_id, "webhook-timestamp": str(timestamp)}
    headers["webhook-signature"] = ours
    reference.verify(body, headers, json_parse=False)
    assert verify(secret, headers, body, now)


def test_every_flipped_bit_is_seen():
    def flips(data: bytes) -> list[bytes]:
        return [
            data[:at] + bytes([data[at] ^ 1 << bit]) + data[at + 1 :]
            for at in range(len(data))
            for bit in range(8)
        ]

    forged = [(HEADERS, body) for body in flips(BODY)]
    for name, value in HEADERS.items():
        forged += [
            (HEADERS | {name: flipped.decode("latin-1")}, BODY) for flipped in flips(value.encode())
        ]

    assert len(forged) == 8 * len(BODY + "".join(HEADERS.values()).encode())
    assert not [case for case in forged if verify(SECRET, case[0], case[1], THEN)]


@pytest.mark.parametrize("seconds", [-301, 301, 86_400])
def test_a_call_replayed_later_or_sent_early(seconds: int):
    assert not verify(SECRET, HEADERS, BODY, THEN + timedelta(seconds=seconds))


@pytest.mark.parametrize("seconds", [-300, 0, 300])
def test_five_minutes_are_tolerated(seconds: int):
    assert verify(SECRET, HEADERS, BODY, THEN + timedelta(seconds=seconds))


def test_one_of_two_secrets_is_enough_while_it_is_replaced():
    other = sign(new_secret(), ID, TIMESTAMP, BODY)
    both = HEADERS | {"webhook-signature": f"{other} v1a,AAAA {SIGNATURE}"}

    assert verify(SECRET, both, BODY, THEN)
    assert not verify(new_secret(), both, BODY, THEN)


def test_an_identifier_cannot_borrow_from_the_timestamp():
    shifted = {"webhook-id": f"{ID}.{TIMESTAMP}", "webhook-timestamp": "1"}

    assert not verify(SECRET, HEADERS | shifted, BODY, datetime.fromtimestamp(1, UTC))
    with pytest.raises(ValueError, match="full stop"):
        sign(SECRET, "a.b", TIMESTAMP, BODY)


HOSTILE = st.one_of(
    st.text(st.characters()),
    st.sampled_from(
        ["", "v1", "v1,", ",", "v1,é", "v1,=", "v1,a,b", "v2,x", "nan", "inf", "-1", "1e9", "٣٣٣"]
    ),
    st.sampled_from(["9" * 400, "1614265330.5", " 1614265330", "0x10", "\x00", "\ud800", "v1 ,"]),
)


@given(
    st.dictionaries(
        st.sampled_from(["webhook-id", "Webhook-Timestamp", "webhook-signature", "x"]), HOSTILE
    ),
    st.binary(),
)
def test_hostile_headers_are_refused_and_nothing_else(headers: dict[str, str], body: bytes):
    assert not verify(SECRET, headers, body, THEN)
    assert not verify(SECRET, HEADERS | {"webhook-signature": "x"} | headers, body, THEN)


@given(HOSTILE)
def test_a_hostile_signature_among_good_headers(signature: str):
    assert not verify(SECRET, HEADERS | {"webhook-signature": signature}, BODY, THEN)


def test_a_new_secret_holds_32_random_bytes():
    secrets = {new_secret() for _ in range(20)}

    assert len(secrets) == 20
    assert {len(base64.b64decode(s.removeprefix("whsec_"))) for s in secrets} == {32}
