"""How far behind the head of a log somebody is."""

from collections import defaultdict
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

_UNSENT = text(
    "select c.consumer, c.partition, greatest(h.position - c.position, 0) as behind,"
    " (select e.recorded_at from log.entry e"
    " where e.partition = c.partition and e.position = c.position + 1) as since"
    " from log.cursor c join log.head h using (partition) order by c.consumer, c.partition"
)


class Lag(NamedTuple):
    """How many events of a partition were not passed yet, and when the first was recorded."""

    partition: int
    behind: int
    since: datetime | None


async def unsent(tx: AsyncConnection) -> dict[str, list[Lag]]:
    """What each relay of this log has still to send, partition by partition."""
    found: dict[str, list[Lag]] = defaultdict(list)
    for relay, *lag in await tx.execute(_UNSENT):
        found[relay].append(Lag(*lag))
    return found
