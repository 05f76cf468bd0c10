"""The sender before receivers that are slow, endless, absent or hostile."""

import asyncio
import socket
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager, suppress
from datetime import UTC, datetime, timedelta
from ipaddress import IPv4Network, ip_address, ip_network
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID

from kit.webhooks import SCHEDULE, Delivery, Outcome, Sender, new_secret, next_attempt, verify
from kit.webhooks import guard as guard_module
from kit.webhooks import sending as sending_module

NOW = datetime(2026, 3, 2, 9, tzinfo=UTC)
LOOPBACK = [ip_network("127.0.0.0/8")]
SECRET = new_secret()
BODY = b'{"id":"a-1"}'

Script = Callable[[asyncio.StreamWriter], Awaitable[None]]


class Receiver:
    """Listens on the loopback, keeps what it is told, answers by its script."""

    def __init__(self, script: Script) -> None:
        self.script = script
        self.connections = 0
        self.requests: list[tuple[dict[str, str], bytes]] = []
        self.port = 0

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/"

    async def handle(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        with suppress(ConnectionError, asyncio.IncompleteReadError, asyncio.CancelledError):
            while True:
                head = (await reader.readuntil(b"\r\n\r\n")).decode()
                lines = [line.split(": ", 1) for line in head.strip().split("\r\n")[1:]]
                headers = {name.lower(): value for name, value in lines}
                body = await reader.readexactly(int(headers["content-length"]))
                self.requests.append((headers, body))
                await self.script(writer)
                await writer.drain()
        writer.close()


@asynccontextmanager
async def receiving(script: Script, tls: ssl.SSLContext | None = None) -> AsyncIterator[Receiver]:
    receiver = Receiver(script)
    tasks: set[asyncio.Task[None]] = set()

    def accept(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        tasks.add(asyncio.ensure_future(receiver.handle(reader, writer)))

    server = await asyncio.start_server(accept, "127.0.0.1", 0, ssl=tls)
    receiver.port = server.sockets[0].getsockname()[1]
    try:
        yield receiver
    finally:
        server.close()
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks)


def says(text: str) -> Script:
    async def script(writer: asyncio.StreamWriter) -> None:
        writer.write(text.replace("\n", "\r\n").encode())

    return script


OK = says("HTTP/1.1 204 No Content\n\n")


async def send(
    url: str, *, total: float = 2.0, networks: Sequence[IPv4Network] = LOOPBACK
) -> Delivery:
    async with Sender(networks, total=total) as sender:
        return await sender.send(url, [SECRET], "evt_3_1042", BODY, now=NOW)


async def test_a_signed_delivery():
    old = new_secret()
    async with receiving(OK) as receiver, Sender(LOOPBACK) as sender:
        for attempt in (1, 2):
            delivery = await sender.send(
                receiver.url,
                [SECRET, old],
                "evt_3_1042",
                BODY,
                now=NOW,
                attempt=attempt,
                traceparent="00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01",
            )

            headers, body = receiver.requests[-1]
            assert delivery.outcome is Outcome.DELIVERED
            assert delivery.status == 204
            assert delivery.duration < timedelta(seconds=2)
            assert verify(SECRET, headers, body, NOW)
            assert verify(old, headers, body, NOW)
            assert headers["content-type"] == "application/cloudevents+json"
            assert headers["user-agent"] == "Parcours-Webhooks/1"
            assert headers["webhook-attempt"] == str(attempt)
            assert headers["traceparent"].startswith("00-4bf9")
            assert "cookie" not in headers
        assert receiver.connections == 1


@pytest.mark.parametrize(
    ("answer", "outcome"),
    [
        ("HTTP/1.1 200 OK\nset-cookie: a=b\ncontent-length: 2\n\nok", Outcome.DELIVERED),
        ("HTTP/1.1 299 ?\ncontent-length: 0\n\n", Outcome.DELIVERED),
        ("HTTP/1.1 304 Not Modified\n\n", Outcome.REJECTED),
        ("HTTP/1.1 410 Gone\ncontent-length: 0\n\n", Outcome.GONE),
        ("HTTP/1.1 500 Oops\ncontent-length: 0\n\n", Outcome.REJECTED),
        ("SSH-2.0-OpenSSH\n\n", Outcome.UNREACHABLE),
        ("HTTP/1.1 banana\n\n", Outcome.UNREACHABLE),
        ("HTTP/1.1 200 OK\n" + "a: b\n" * 5000 + "\n", Outcome.UNREACHABLE),
        ("HTTP/1.1 200 OK\na: " + "b" * 70_000 + "\n\n", Outcome.UNREACHABLE),
    ],
)
async def test_answers(answer: str, outcome: Outcome):
    async with receiving(says(answer)) as receiver:
        assert (await send(receiver.url)).outcome is outcome


async def test_a_redirect_is_not_followed():
    async with receiving(OK) as target:
        moved = f"HTTP/1.1 307 Moved\nlocation: {target.url}\ncontent-length: 0\n\n"
        async with receiving(says(moved)) as receiver:
            delivery = await send(receiver.url)

        assert (delivery.outcome, delivery.status) == (Outcome.REJECTED, 307)
        assert target.connections == 0


async def test_a_strangers_text_is_cut_and_harmless():
    body = "é\x00\x1b[31m<script>" + "x" * 5000
    length = len(body.encode())
    answer = f"HTTP/1.1 500 Oops\ncontent-length: {length}\n\n{body}"
    async with receiving(says(answer)) as receiver:
        delivery = await send(receiver.url)

    assert delivery.excerpt.startswith("é\ufffd\ufffd[31m<script>x")
    assert len(delivery.excerpt.encode()) < 2010


async def test_the_body_is_neither_inflated_nor_trusted_about_its_length():
    answer = "HTTP/1.1 200 OK\ncontent-encoding: gzip\ncontent-length: 4\n\nboom"
    async with receiving(says(answer)) as receiver:
        assert (await send(receiver.url)).excerpt == "boom"

    async def broken(writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\nhalf")
        writer.close()

    async with receiving(broken) as receiver:
        delivery = await send(receiver.url)
    assert (delivery.outcome, delivery.excerpt) == (Outcome.DELIVERED, "half")


async def drip_headers(writer: asyncio.StreamWriter) -> None:
    writer.write(b"HTTP/1.1 200 OK\r\n")
    while True:
        writer.write(b"a: b\r\n")
        await writer.drain()
        await asyncio.sleep(0.05)


async def drip_body(writer: asyncio.StreamWriter) -> None:
    writer.write(b"HTTP/1.1 200 OK\r\ncontent-length: 1000000\r\n\r\n")
    while True:
        writer.write(b"z")
        await writer.drain()
        await asyncio.sleep(0.05)


async def never_answer(_: asyncio.StreamWriter) -> None:
    await asyncio.Event().wait()


@pytest.mark.parametrize(
    ("script", "outcome"),
    [
        (drip_headers, Outcome.TIMEOUT),
        (drip_body, Outcome.DELIVERED),
        (never_answer, Outcome.TIMEOUT),
    ],
)
async def test_a_slow_receiver_ends_with_the_total(script: Script, outcome: Outcome):
    async with receiving(script) as receiver:
        delivery = await send(receiver.url, total=0.5)

    assert delivery.outcome is outcome
    assert timedelta(seconds=0.4) < delivery.duration < timedelta(seconds=1)


async def test_an_endless_body_is_left_after_64_kilobytes():
    sent = 0

    async def endless(writer: asyncio.StreamWriter) -> None:
        nonlocal sent
        writer.write(b"HTTP/1.1 500 Oops\r\nconnection: close\r\n\r\n")
        while True:
            writer.write(b"z" * 65536)
            await writer.drain()
            sent += 65536

    async with receiving(endless) as receiver:
        delivery = await send(receiver.url)

    assert delivery.outcome is Outcome.REJECTED
    assert delivery.duration < timedelta(seconds=1)
    assert len(delivery.excerpt) == 2000
    assert sent < 20_000_000  # what the kernel's buffers held; read by us: 64 KiB and one chunk


@pytest.mark.parametrize(
    ("header", "wish"),
    [
        ("120", timedelta(seconds=120)),
        ("Mon, 02 Mar 2026 09:10:00 GMT", timedelta(minutes=10)),
        ("Mon, 02 Mar 2026 08:00:00 GMT", timedelta(0)),
        ("soon", None),
        ("-1", None),
        ("1" * 300, None),
        ("Mon, 99 Mar 99999 99:99:99 GMT", None),
        ("Mon, 02 Mar 2026 09:10:00", None),
    ],
)
async def test_a_receiver_may_ask_for_time(header: str, wish: timedelta | None):
    answer = f"HTTP/1.1 429 Slow\nretry-after: {header}\ncontent-length: 0\n\n"
    async with receiving(says(answer)) as receiver:
        delivery = await send(receiver.url)

    assert (delivery.outcome, delivery.retry_after) == (Outcome.REJECTED, wish)


async def test_nobody_listens():
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        delivery = await send(f"http://127.0.0.1:{closed.getsockname()[1]}/")

    assert (delivery.outcome, delivery.status) == (Outcome.UNREACHABLE, None)


def self_signed(folder: Path) -> ssl.SSLContext:
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")])
    names = x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))])
    certificate = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(datetime(2020, 1, 1, tzinfo=UTC))
        .not_valid_after(datetime(2100, 1, 1, tzinfo=UTC))
        .add_extension(names, critical=False)
        .sign(key, hashes.SHA256())
    )
    file = folder / "self-signed.pem"
    file.write_bytes(
        key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
        + certificate.public_bytes(Encoding.PEM)
    )
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(file)
    return context


async def test_a_certificate_nobody_vouches_for(tmp_path: Path):
    async with receiving(OK, self_signed(tmp_path)) as receiver:
        delivery = await send(f"https://127.0.0.1:{receiver.port}/")

    assert delivery.outcome is Outcome.UNREACHABLE
    assert receiver.requests == []


HOSTILE = [
    "{scheme}://127.0.0.1:{port}/",
    "{scheme}://127.1:{port}/",
    "{scheme}://2130706433:{port}/",
    "{scheme}://0x7f.1:{port}/",
    "{scheme}://0177.0.0.1:{port}/",
    "{scheme}://localhost:{port}/",
    "{scheme}://0:{port}/",
    "{scheme}://[::1]:{port}/",
    "{scheme}://[::ffff:127.0.0.1]:{port}/",
    "{scheme}://[64:ff9b::7f00:1]:{port}/",
    "{scheme}://①②⑦.0.0.1:{port}/",
    "{scheme}://exemple.fr@127.0.0.1:{port}/",
]


@pytest.mark.parametrize("scheme", ["http", "https"])
@pytest.mark.parametrize("walls", ["both", "guard"])
async def test_hostile_spellings_reach_nobody(
    scheme: str, walls: str, monkeypatch: pytest.MonkeyPatch
):
    """The second wall alone is enough: the guard is tried without the check of the URL."""
    if walls == "guard":
        monkeypatch.setattr(sending_module, "check_url", lambda *_: None)
    async with receiving(OK) as receiver:
        monkeypatch.setattr(guard_module, "PORTS", frozenset({receiver.port}))
        outcomes = [
            (await send(url.format(scheme=scheme, port=receiver.port), networks=[])).outcome
            for url in HOSTILE
        ]

        assert len(outcomes) == 12
        assert set(outcomes) <= {Outcome.FORBIDDEN, Outcome.UNREACHABLE}
        assert receiver.connections == 0


async def test_a_name_that_changes_its_mind_reaches_nobody(monkeypatch: pytest.MonkeyPatch):
    def answers(*addresses: str) -> None:
        found = [
            (socket.AF_INET6 if ":" in a else socket.AF_INET, socket.SOCK_STREAM, 6, "", (a, port))
            for a in addresses
        ]
        monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: found)

    async with receiving(OK) as receiver, Sender([]) as sender:
        port = receiver.port
        monkeypatch.setattr(guard_module, "PORTS", frozenset({port}))
        for addresses in (["127.0.0.1"], ["10.0.0.1", "127.0.0.1"], ["127.0.0.1", "::1"]):
            answers(*addresses)
            delivery = await sender.send(
                f"https://exemple.fr:{port}/", [SECRET], "evt", BODY, now=NOW
            )
            assert delivery.outcome is Outcome.FORBIDDEN
        assert receiver.connections == 0


async def test_plain_http_stays_inside_the_listed_networks(monkeypatch: pytest.MonkeyPatch):
    """Here the loopback plays the public internet, and another network is listed."""
    networks = [ip_network("10.0.0.0/8")]
    async with receiving(OK) as receiver:
        port = receiver.port
        found = [(socket.AF_INET, socket.SOCK_STREAM, 6, "", ("127.0.0.1", port))]
        monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: found)
        monkeypatch.setattr(guard_module, "PORTS", frozenset({port}))
        monkeypatch.setattr(guard_module, "is_public", lambda _: True)

        plain = await send(f"http://exemple.fr:{port}/", networks=networks)
        assert (plain.outcome, receiver.connections) == (Outcome.FORBIDDEN, 0)

        await send(f"https://exemple.fr:{port}/", networks=networks, total=0.3)
        assert receiver.connections == 1


async def test_a_dead_receiver_delays_nobody():
    async with (
        receiving(never_answer) as dead,
        receiving(OK) as alive,
        Sender(LOOPBACK, total=1) as sender,
    ):
        waiting = [
            asyncio.create_task(sender.send(dead.url, [SECRET], "evt", BODY, now=NOW))
            for _ in range(150)
        ]
        await asyncio.sleep(0.3)
        delivery = await sender.send(alive.url, [SECRET], "evt", BODY, now=NOW)
        late = await asyncio.gather(*waiting)

    assert delivery.outcome is Outcome.DELIVERED
    assert delivery.duration < timedelta(seconds=0.5)
    assert {attempt.outcome for attempt in late} == {Outcome.TIMEOUT}


def test_the_schedule_lasts_three_days():
    assert sum(SCHEDULE, timedelta(0)) == timedelta(hours=75, minutes=35, seconds=5)
    assert next_attempt(0, NOW) == NOW
    assert next_attempt(len(SCHEDULE), NOW) is None


@pytest.mark.parametrize("made", range(1, len(SCHEDULE)))
def test_a_wait_is_shaken_by_a_fifth(made: int):
    waits = [next_attempt(made, NOW) - NOW for _ in range(50)]

    assert min(waits) >= SCHEDULE[made] * 0.8
    assert max(waits) <= SCHEDULE[made] * 1.2
    assert len(set(waits)) > 10


def test_the_receivers_wish_is_heard_up_to_a_day():
    assert next_attempt(1, NOW, timedelta(hours=3)) == NOW + timedelta(hours=3)
    assert next_attempt(1, NOW, timedelta(days=900)) == NOW + timedelta(days=1)
    assert next_attempt(9, NOW, timedelta(seconds=1)) > NOW + timedelta(hours=19)
