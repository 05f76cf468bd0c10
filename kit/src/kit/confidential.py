"""Free texts, kept by the service that received them: the event only says that they exist."""

from collections.abc import Mapping
from typing import cast
from uuid import UUID

import orjson
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

_STORE = text("select confidential.keep(:source, :id, :stream, cast(:texts as jsonb))")
_READ = text("select texts::text from confidential.text where source = :source and id = :id")


async def store(
    tx: AsyncConnection, source: str, event_id: str, texts: Mapping[str, str], stream: UUID
) -> None:
    """Keep the *texts* of an event that this transaction appends, and appends as new.

    What is kept already stays as it is: the first to speak for an id is the one who is read. What
    is said of an erased stream is not kept.
    """
    if texts:
        values = {"source": source, "id": event_id, "stream": stream}
        await tx.execute(_STORE, values | {"texts": orjson.dumps(dict(texts)).decode()})


async def read(tx: AsyncConnection, source: str, event_id: str) -> dict[str, str] | None:
    """Return the texts of an event, or None when it has none or they were erased.

    The caller has checked who asks, and logs the reading.
    """
    found = (await tx.execute(_READ, {"source": source, "id": event_id})).scalar_one_or_none()
    return found and cast("dict[str, str]", orjson.loads(found))
