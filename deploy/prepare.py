"""`python -m deploy.prepare`: what exists before a service starts, databases and topics.

It reads `SC_ACCESS_DATABASE_URL`, beside whose database it makes those of the services, `SC_KAFKA`
and `SC_TOPIC_PREFIX`. Done again, it changes nothing.
"""

import asyncio
import os

import asyncpg
from sqlalchemy import make_url

from kit import log
from kit.broker import create_topics
from kit.migrations import upgrade

SERVICES = ("orientation", "inscription", "passerelle", "suivi", "indicateurs")
LOGS = (
    "parcours.journal",
    "orientation.events",
    "inscription.events",
    "passerelle.events",
)


async def prepare(access_database_url: str, kafka: str, topic_prefix: str = "") -> None:
    """Make every database at its last revision, then every topic."""
    access = make_url(access_database_url)
    urls = {name: access.set(database=name) for name in SERVICES}
    server = access.set(drivername="postgresql", database="postgres")
    await _create_databases(
        server.render_as_string(hide_password=False), [access.database or "", *SERVICES]
    )
    for name, url in {"access": access, **urls}.items():
        await upgrade(url.render_as_string(hide_password=False), name)
    await create_topics(kafka, topics(topic_prefix))


def topics(prefix: str) -> dict[str, int]:
    """Every topic, and how many partitions it has."""
    named = dict.fromkeys(LOGS, log.P)
    named |= dict.fromkeys((f"{name}.dead-letters" for name in SERVICES), 1)
    return {prefix + name: count for name, count in named.items()}


async def _create_databases(server: str, names: list[str]) -> None:
    connection = await asyncpg.connect(server)
    try:
        existing = {row["datname"] for row in await connection.fetch("table pg_database")}
        for name in names:
            if name not in existing:
                await connection.execute(f'create database "{name}"')
    finally:
        await connection.close()


if __name__ == "__main__":
    asyncio.run(
        prepare(
            os.environ["SC_ACCESS_DATABASE_URL"],
            os.environ["SC_KAFKA"],
            os.environ["SC_TOPIC_PREFIX"],
        )
    )
