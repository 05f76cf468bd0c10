"""A relay at work: in this process, or in one to be killed: `python -m tests.kit.relaying …`."""

import asyncio
import contextlib
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from kit.log import Relay


@asynccontextmanager
async def relaying(url: str, topic: str, kafka: str) -> AsyncIterator[None]:
    task = asyncio.create_task(Relay(url, topic, kafka, "relay").run())
    yield
    task.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await task


if __name__ == "__main__":
    url, topic, kafka = sys.argv[1:]
    asyncio.run(Relay(url, topic, kafka, "relay").run())
