"""What services tell each other: the log of the one, page by page, to the others."""

import hmac
from typing import Annotated
from uuid import UUID

from fastapi import Depends, Path, Query, Request
from fastapi.responses import Response

from kit import json, log
from kit.db import Database
from kit.errors import Unauthenticated
from kit.http.routing import Router, Untraced
from kit.settings import Settings

MAX_PAGE = 1000


async def _service_only(request: Request) -> None:
    settings: Settings = request.app.state.settings
    expected = f"Bearer {settings.service_key.get_secret_value()}"
    given = request.headers.get("authorization", "")
    if not hmac.compare_digest(given.encode(), expected.encode()):
        raise Unauthenticated


ServiceOnly = Depends(_service_only)
"""A dependency that lets only our own services in."""

router = Router(prefix="/interne/journal", route_class=Untraced)


@router.get("/tetes", include_in_schema=False, dependencies=[ServiceOnly])
async def heads(db: Database) -> Response:
    async with db.connect() as tx:
        epoch, positions = await log.heads(tx)
    return _json({"epoch": str(epoch), "heads": {str(p): at for p, at in positions.items()}})


@router.get("/{partition}", include_in_schema=False, dependencies=[ServiceOnly])
async def page(
    db: Database,
    partition: Annotated[int, Path(ge=0, lt=log.P)],
    after: Annotated[int, Query(alias="apres", ge=0)] = 0,
    limit: Annotated[int, Query(alias="limite", ge=1, le=MAX_PAGE)] = 500,
) -> Response:
    async with db.connect() as tx:
        entries = await log.page(tx, partition, after, limit)
    return _json({"entries": [_entry(entry) for entry in entries]})


@router.get("/flux/{stream}", include_in_schema=False, dependencies=[ServiceOnly])
async def page_of_stream(
    db: Database,
    stream: UUID,
    after: Annotated[int, Query(alias="apres", ge=0)] = 0,
    limit: Annotated[int, Query(alias="limite", ge=1, le=MAX_PAGE)] = 500,
) -> Response:
    async with db.connect() as tx:
        entries = await log.page_of_stream(tx, stream, after, limit)
    return _json({"entries": [_entry(entry) for entry in entries]})


def _entry(entry: log.Entry) -> dict[str, object]:
    return {
        "partition": entry.partition,
        "position": entry.position,
        "source": entry.source,
        "id": entry.id,
        "type": entry.type,
        "stream": entry.stream,
        "recorded_at": entry.recorded_at,
        "traceparent": entry.traceparent,
        # As text: the reader needs the very bytes that travel by Kafka.
        "value": log.message(entry).decode(),
    }


def _json(document: object) -> Response:
    return Response(json.dumps(document), media_type="application/json")
