"""The load: raw connections that keep the same bytes ready, lighter than what they load."""

import asyncio
import time
from collections.abc import Iterator, Mapping, Sequence
from http import HTTPStatus
from typing import NamedTuple, cast

from bench.machine import Meter
from deploy.embedded.ports import LOOPBACK

_END = b"\r\n\r\n"
_LENGTH = b"content-length:"
_PATIENCE = 600.0  # seconds, for all of a load


class Answer(NamedTuple):
    """When a request left and came back, on the clock that all processes share."""

    status: int
    sent: float
    received: float
    body: bytes

    @property
    def seconds(self) -> float:
        return self.received - self.sent


class Outcome(NamedTuple):
    """One answer for each request, in their order, and what the load cost."""

    answers: list[Answer]
    seconds: float
    cpu: float


class Paced(NamedTuple):
    """The same, and for each request that was followed: how long until it was seen."""

    outcome: Outcome
    followed: list[float]


def request(verb: str, path: str, key: str, media_type: str = "", body: bytes = b"") -> bytes:
    """Return the bytes of a request."""
    head = [
        f"{verb} {path} HTTP/1.1",
        f"host: {LOOPBACK}",
        f"authorization: Bearer {key}",
        f"content-length: {len(body)}",
    ]
    if media_type:
        head.append(f"content-type: {media_type}")
    return "\r\n".join(head).encode() + _END + body


async def closed(ports: Sequence[int], clients: int, requests: Sequence[bytes]) -> Outcome:
    """Send *requests* by so many *clients*, shared among *ports*: each waits for its answer."""
    connections = [await Connection.open(ports[i % len(ports)]) for i in range(clients)]
    answers: dict[int, Answer] = {}
    meter = Meter()
    with meter.running():
        ranks = iter(range(len(requests)))
        async with asyncio.timeout(_PATIENCE):
            await asyncio.gather(*(_each(c, ranks, requests, answers) for c in connections))
    for connection in connections:
        connection.close()
    return Outcome([answers[rank] for rank in range(len(requests))], meter.seconds, meter.cpu)


async def paced(
    port: int, rate: int, requests: Sequence[bytes], follow: Mapping[int, tuple[bytes, bytes]]
) -> Paced:
    """Send so many *requests* a second, whatever is answered.

    *follow*, by rank: a request to repeat once that one is acknowledged, until its answer holds
    these bytes.
    """
    free: asyncio.LifoQueue[Connection] = asyncio.LifoQueue()
    for _ in range(64):
        free.put_nowait(await Connection.open(port))
    reading = [await Connection.open(port) for _ in range(4)]
    answers: dict[int, Answer] = {}
    followed: list[float] = []

    async def send(rank: int) -> None:
        connection = await free.get()
        # Closed as it was sent: it is sent again, as any client that wants to be sure does.
        while not (answer := await connection.ask(requests[rank])).status:
            pass
        answers[rank] = answer
        free.put_nowait(connection)
        if rank in follow and answer.status in {HTTPStatus.OK, HTTPStatus.CREATED}:
            question, wanted = follow[rank]
            connection = reading[rank % len(reading)]
            while wanted not in (found := await connection.ask(question)).body:
                await asyncio.sleep(0.002)
            followed.append(found.received - answer.received)

    meter = Meter()
    with meter.running():
        started = time.monotonic()
        async with asyncio.timeout(_PATIENCE), asyncio.TaskGroup() as sending:
            for rank in range(len(requests)):
                await asyncio.sleep(started + rank / rate - time.monotonic())
                sending.create_task(send(rank))
    ordered = [answers[rank] for rank in range(len(requests))]
    return Paced(Outcome(ordered, meter.seconds, meter.cpu), followed)


async def _each(
    connection: "Connection",
    ranks: Iterator[int],
    requests: Sequence[bytes],
    answers: dict[int, Answer],
) -> None:
    for rank in ranks:
        answers[rank] = await connection.ask(requests[rank])


class Connection(asyncio.Protocol):
    """One connection, one request at a time; those who ask meanwhile wait for their turn."""

    def __init__(self, port: int) -> None:
        self._port = port
        self._transport: asyncio.Transport | None = None
        self._received = b""
        self._answer: asyncio.Future[Answer] | None = None
        self._turn = asyncio.Lock()
        self._sent = 0.0

    @classmethod
    async def open(cls, port: int) -> "Connection":
        connection = cls(port)
        await connection._connect()
        return connection

    async def ask(self, raw: bytes) -> Answer:
        """Send *raw* and wait for its answer; 0 as its status: there was none."""
        async with self._turn:
            self._answer = asyncio.get_running_loop().create_future()
            self._sent = time.monotonic()
            # The server closes what has been idle for long.
            transport = self._transport or await self._connect()
            transport.write(raw)
            return await self._answer

    async def _connect(self) -> asyncio.Transport:
        loop = asyncio.get_running_loop()
        transport, _ = await loop.create_connection(lambda: self, LOOPBACK, self._port)
        return transport

    def close(self) -> None:
        if self._transport is not None:
            self._transport.close()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.Transport", transport)

    def data_received(self, data: bytes) -> None:
        self._received += data
        head, end, body = self._received.partition(_END)
        if end and len(body) >= _length(head):
            self._received = b""
            self._settle(int(head[9:12]), body)

    def connection_lost(self, _error: Exception | None) -> None:
        self._transport = None
        self._settle(0, b"")

    def _settle(self, status: int, body: bytes) -> None:
        if self._answer is not None and not self._answer.done():
            self._answer.set_result(Answer(status, self._sent, time.monotonic(), body))


def _length(head: bytes) -> int:
    lowered = head.lower()
    at = lowered.find(_LENGTH)
    return 0 if at < 0 else int(lowered[at + len(_LENGTH) :].split(b"\r\n", 1)[0])
