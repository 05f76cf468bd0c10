"""What goes with a person: the texts kept apart and the fingerprints, never the log."""

from collections.abc import Collection
from datetime import datetime
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

_ERASE = text("select confidential.erase(cast(:streams as uuid[]), :at)")
_ERASED = text("select stream, erased_at from confidential.erased where stream = any(:streams)")


async def erase(tx: AsyncConnection, streams: Collection[UUID], at: datetime) -> None:
    """Forget what was said apart of these streams, now and from now on; once is enough."""
    await tx.execute(_ERASE, {"streams": list(streams), "at": at})


async def erased(tx: AsyncConnection, streams: Collection[UUID]) -> dict[UUID, datetime]:
    """Return those of the *streams* that were erased, and when."""
    lines = await tx.execute(_ERASED, {"streams": list(streams)})
    return {line.stream: line.erased_at for line in lines}


async def erased_at(tx: AsyncConnection, stream: UUID) -> datetime | None:
    return (await erased(tx, [stream])).get(stream)
