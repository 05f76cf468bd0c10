"""Publishing a log again from its beginning: a topic is a copy, and a copy can be lost."""

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

_REWIND = text("update log.cursor set position = 0")
# What a relay holds in hand is refused by the cursor; cut off, it starts again from what is stored.
_CUT_OFF = text(
    "select pg_terminate_backend(pid) from pg_locks where locktype = 'advisory' and classid = 4243"
    " and database = (select oid from pg_database where datname = current_database())"
)
_LEFT = text(
    "select coalesce(sum(h.position - c.position), 0)"
    " from log.head h join log.cursor c using (partition)"
)


async def publish_again(tx: AsyncConnection) -> None:
    """Have the relays, running or to come, publish this log from its first position.

    *tx* is committed by then or never: they start again from what they see. Readers drop what
    they know.
    """
    await tx.execute(_REWIND)
    await tx.commit()
    await tx.execute(_CUT_OFF)


async def left(tx: AsyncConnection) -> int:
    """How many entries the relays have not published yet."""
    return int(await tx.scalar(_LEFT) or 0)
