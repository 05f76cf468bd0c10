"""The webhook sender: what receivers get in a second, and whether a dead one delays the others."""

import asyncio
import time
from collections.abc import AsyncIterator, Callable, Iterable, Iterator, Sequence
from contextlib import asynccontextmanager, suppress
from itertools import cycle
from typing import NamedTuple, cast
from uuid import UUID, uuid4

import asyncpg
import uvloop
from pydantic import SecretStr

from bench import store
from bench.gate import Seen, Verdict, inspect
from bench.ground import PLATFORM_KEY, Ground, Store
from bench.line import Line, Reference, Target, percentile
from bench.machine import Meter
from bench.size import Size
from deploy.embedded.ports import LOOPBACK
from kit import clock
from kit.secrets import Vault
from kit.webhooks import new_secret

RECEIVERS = 20
_RATE = 200  # deliveries a second, when it is their delay that is measured
_TICK = 0.05
_PATIENCE = 120
_DELIVERY = (
    "abonnement", "id", "type", "source", "evenement", "survenu_le", "cree_le", "prochaine_le",
)  # fmt: skip
_OK = b"HTTP/1.1 204 No Content\r\ncontent-length: 0\r\n\r\n"
_TYPE = "fr.sanscouture.suivi.entree_effective.v1"


def lines(ground: Ground, size: Size) -> Iterator[Line]:
    at = ground.store()
    with ground.role(at, "timer"):
        rate, verdict, cpu = uvloop.run(_backlog(at, size.delivered, ground.port()))
    yield Line(
        "webhooks, envois par seconde",
        rate,
        "envois/s",
        f"{RECEIVERS} abonnés qui répondent aussitôt, {size.delivered} envois dus, un processus",
        verdict,
        Target(at_least=2000),
        generator=cpu,
    )
    calm, found, _ = _paced(ground, size, dead=False)
    beside, more, cpu = _paced(ground, size, dead=True)
    yield Line(
        "webhooks, p99 des autres quand un abonné est mort",
        beside,
        "ms",
        f"{_RATE} envois par seconde pendant {size.paced_seconds} s à {RECEIVERS} abonnés ;"
        " le mort accepte la connexion et ne répond jamais",
        found.plus(more),
        Target(at_most=calm * 1.1),
        Reference("le même p99 sans lui", calm),
        cpu,
    )


def _paced(ground: Ground, size: Size, *, dead: bool) -> tuple[float, Verdict, float]:
    at, silent = ground.store(), ground.port() if dead else None
    with ground.role(at, "timer"):
        return uvloop.run(_steady(at, size.paced_seconds, ground.port(), silent))


class Receiver(asyncio.Protocol):
    """Answers each delivery at once, and remembers when it came."""

    def __init__(self, heard: Callable[[str], None]) -> None:
        self._heard = heard
        self._received = b""
        self._transport: asyncio.WriteTransport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.Transport", transport)

    def data_received(self, data: bytes) -> None:
        self._received += data
        head, end, body = self._received.partition(b"\r\n\r\n")
        if not end:
            return
        headers = dict(
            line.split(": ", 1) for line in head.decode("latin-1").lower().split("\r\n")[1:]
        )
        if len(body) >= int(headers["content-length"]) and self._transport is not None:
            self._received = b""
            self._heard(headers["webhook-id"])
            self._transport.write(_OK)


class Silent(asyncio.Protocol):
    """The dead receiver: it takes everything and says nothing."""


class Arrival(NamedTuple):
    """One delivery at one receiver."""

    name: str
    at: float


async def _backlog(at: Store, number: int, port: int) -> tuple[float, Verdict, float]:
    """Make so many deliveries due at once; how many arrive in a second."""
    async with _receiving(port) as arrived:
        connection = await store.connect(at.url)
        subscriptions = await _subscribe(connection, [_url(port)] * RECEIVERS)
        names = [uuid4().hex for _ in range(number)]
        meter = Meter()
        with meter.running():
            await _due(connection, cycle(subscriptions), names)
            await _until(lambda: len(arrived) >= number)
        await connection.close()
    rate = number / (arrived[-1].at - arrived[0].at)
    return rate, _verdict(names, arrived), meter.cpu


async def _steady(
    at: Store, seconds: int, port: int, dead: int | None
) -> tuple[float, Verdict, float]:
    """Make a few due at each tick; the p99, in ms, of those that are answered."""
    async with _receiving(port) as arrived:
        loop = asyncio.get_running_loop()
        silent = await loop.create_server(Silent, LOOPBACK, dead) if dead else None
        connection = await store.connect(at.url)
        urls = [_url(port)] * RECEIVERS + ([_url(dead)] if dead else [])
        subscriptions = await _subscribe(connection, urls)
        due: dict[str, float] = {}
        each = round(_RATE * _TICK)
        in_turn = cycle(subscriptions[:RECEIVERS])
        meter = Meter()
        with meter.running():
            for _ in range(round(seconds / _TICK)):
                names = [uuid4().hex for _ in range(each)]
                due |= dict.fromkeys(names, time.monotonic())
                await _due(connection, in_turn, names)
                await _due(connection, subscriptions[RECEIVERS:], [uuid4().hex])
                await asyncio.sleep(_TICK)
            await _until(lambda: len(arrived) >= len(due))
        await connection.close()
        if silent:
            silent.close()
    waits = [arrival.at - due[arrival.name] for arrival in arrived]
    return percentile(waits, 0.99) * 1000, _verdict(list(due), arrived), meter.cpu


@asynccontextmanager
async def _receiving(port: int) -> AsyncIterator[list[Arrival]]:
    arrived: list[Arrival] = []
    loop = asyncio.get_running_loop()
    server = await loop.create_server(
        lambda: Receiver(lambda name: arrived.append(Arrival(name, time.monotonic()))),
        LOOPBACK,
        port,
    )
    yield arrived
    server.close()


async def _subscribe(connection: asyncpg.Connection, urls: Sequence[str]) -> list[UUID]:
    """One subscription for each of *urls*, sealed as the sender opens them."""
    vault, now = Vault(SecretStr(PLATFORM_KEY), "abonnements"), clock.now()
    ids = [uuid4() for _ in urls]
    await connection.copy_records_to_table(
        "abonnements",
        columns=("id", "organisation", "url", "secret", "actif", "cree_le"),
        records=[
            (id_, uuid4(), url, vault.seal(new_secret().encode(), id_.bytes), True, now)
            for id_, url in zip(ids, urls, strict=True)
        ],
    )
    return ids


async def _due(
    connection: asyncpg.Connection, subscriptions: Iterable[UUID], names: Sequence[str]
) -> None:
    """Make these deliveries due now, each to the next of *subscriptions*."""
    now = clock.now()
    await connection.copy_records_to_table(
        "envois",
        columns=_DELIVERY,
        records=[
            (subscription, name, _TYPE, "urn:bench", name, now, now, now)
            for name, subscription in zip(names, subscriptions, strict=False)
        ],
    )


async def _until(done: Callable[[], bool]) -> None:
    with suppress(TimeoutError):
        async with asyncio.timeout(_PATIENCE):
            while not done():
                await asyncio.sleep(0.005)


def _url(port: int) -> str:
    return f"http://{LOOPBACK}:{port}/"


def _verdict(names: Sequence[str], arrived: Sequence[Arrival]) -> Verdict:
    # Deliveries have no order of their own: only their presence, once, is judged.
    return inspect(names, (Seen("", rank, one.name) for rank, one in enumerate(arrived, start=1)))
