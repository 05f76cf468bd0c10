"""`python -m deploy.journal.republish`: publier à nouveau les journaux, depuis leur début.

Quand Kafka a perdu ses données : les topics manquants sont créés, et les relais qui tournent les
remplissent. Qui lit laisse tomber ce qu’il connaît.
"""

import asyncio
import sys
import time
from argparse import ArgumentParser

from aiokafka.errors import KafkaError
from rich.console import Console
from rich.progress import Progress
from sqlalchemy import URL
from sqlalchemy.ext.asyncio import create_async_engine
from sqlalchemy.pool import NullPool
from tenacity import AsyncRetrying, retry_if_exception_type, stop_after_delay, wait_fixed

from deploy.journal import places
from deploy.prepare import topics
from deploy.trouble import Trouble
from kit.broker import create_topics
from kit.log.relay.again import left, publish_again

PATIENCE = 120.0  # seconds without a topic made or a line published
# A Kafka just started with an empty disk takes a while before it makes a topic.
_when_it_answers = AsyncRetrying(
    retry=retry_if_exception_type((KafkaError, TimeoutError)),
    stop=stop_after_delay(PATIENCE),
    wait=wait_fixed(1),
    reraise=True,
)
console = Console(highlight=False, soft_wrap=True)


class NoRelay(Trouble):
    """Nothing of a log is published any more."""

    def __init__(self, name: str) -> None:
        super().__init__(
            f"{name} : rien ne se publie depuis {PATIENCE:.0f} s. Un relais tourne-t-il ? "
            "Kafka répond-il ? Ce qui reste se publiera dès que ce sera le cas."
        )


def main() -> None:
    parser = ArgumentParser(prog="python -m deploy.journal.republish", description=__doc__)
    parser.add_argument("--service", help="un seul journal, celui de ce service")
    arguments = parser.parse_args()
    try:
        asyncio.run(republish(arguments.service))
    except Trouble as trouble:
        sys.exit(str(trouble))
    except (KafkaError, TimeoutError):
        sys.exit("Kafka ne répond pas : démarrez-le d’abord, sur un disque formaté.")


async def republish(service: str | None) -> None:
    """Return once all that was stored at the start is in Kafka again."""
    logs, _readers = places.logs(service)
    kafka, prefix = places.kafka()
    await _when_it_answers(create_topics, kafka, topics(prefix))
    for name, url in logs.items():
        await _republish(name, url)


async def _republish(name: str, url: URL) -> None:
    db = create_async_engine(url, poolclass=NullPool)
    began = moved = time.monotonic()
    async with db.connect() as tx:
        await publish_again(tx)
        total = remaining = await left(tx)
        with Progress(console=console, transient=True) as progress:
            task = progress.add_task(name, total=total)
            while remaining:
                await asyncio.sleep(0.2)
                await tx.rollback()
                if (now := await left(tx)) < remaining:
                    moved = time.monotonic()
                elif time.monotonic() - moved > PATIENCE:
                    raise NoRelay(name)
                remaining = now
                progress.update(task, completed=total - remaining)
    seconds = time.monotonic() - began
    console.print(f"{name} : {total} événements publiés à nouveau en {seconds:.1f} s")


if __name__ == "__main__":
    main()
