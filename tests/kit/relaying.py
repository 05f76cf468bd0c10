"""A relay in a process of its own, to be killed or frozen: `python -m tests.kit.relaying …`."""

import asyncio
import sys

from kit.log import Relay

if __name__ == "__main__":
    url, topic, kafka = sys.argv[1:]
    asyncio.run(Relay(url, topic, kafka, "relay").run())
