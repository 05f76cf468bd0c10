"""A wire between clients and a server, to be cut."""

import asyncio
from collections.abc import Callable
from contextlib import suppress

from deploy.embedded.ports import LOOPBACK

Hand = Callable[[asyncio.StreamReader, asyncio.StreamWriter], asyncio.Future[None]]
_CHUNK = 64 * 1024


class Proxy:
    """Hands on, both ways, what comes to *port* for the server at *to*.

    *kafka*: what that server says of its own address is replaced by ours, or its clients would
    leave us for it.
    """

    def __init__(self, port: int, to: int, *, kafka: bool = False) -> None:
        self.port = port
        self._to = to
        self._kafka = kafka
        self._writers: set[asyncio.StreamWriter] = set()

    async def start(self) -> None:
        self._server = await asyncio.start_server(self._serve, LOOPBACK, self.port)

    async def stop(self) -> None:
        self._server.close()
        self.cut()
        await self._server.wait_closed()

    def cut(self) -> int:
        """Break every connection at once, whatever is on its way; return how many there were."""
        cut = list(self._writers)
        for writer in cut:
            writer.transport.abort()
        return len(cut) // 2

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            there = await asyncio.open_connection(LOOPBACK, self._to)
        except OSError:
            writer.transport.abort()
            return
        ends = {writer, there[1]}
        self._writers |= ends
        back = self._readvertised if self._kafka else _pass
        try:
            async with asyncio.TaskGroup() as ways:
                ways.create_task(_end_together(_pass(reader, there[1])))
                ways.create_task(_end_together(back(there[0], writer)))
        except* _EndedError:
            pass
        finally:
            self._writers -= ends
            for end in ends:
                end.transport.abort()

    async def _readvertised(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        """Pass whole answers of Kafka: an address in one is a length, a host, a port."""
        host = LOOPBACK.encode()
        told, ours = (host + port.to_bytes(4) for port in (self._to, self.port))
        while True:
            size = await reader.readexactly(4)
            answer = await reader.readexactly(int.from_bytes(size))
            writer.write(size + answer.replace(told, ours))
            await writer.drain()


class _EndedError(Exception):
    """One way has ended: the other has nothing left to say."""


async def _end_together(way: asyncio.Future[None]) -> None:
    with suppress(OSError, asyncio.IncompleteReadError):
        await way
    raise _EndedError


async def _pass(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    while chunk := await reader.read(_CHUNK):
        writer.write(chunk)
        await writer.drain()
