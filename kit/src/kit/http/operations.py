"""What a service tells its operators, and lets them do: for those who hold the service key."""

import asyncio
from collections.abc import Awaitable, Sequence
from typing import Annotated
from uuid import UUID

from fastapi import Request
from fastapi.responses import Response
from pydantic import BaseModel, ConfigDict, Field

from kit import json, log
from kit.consumer import Consumer, Reader, SetAside, store
from kit.consumer.delivery import passes
from kit.db import Database
from kit.errors import NotFound
from kit.http.internal import ServiceOnly
from kit.http.routing import Router
from kit.operations import DECISIONS, SHOWN, Outcome

_PATIENCE = 2.0

Said = Annotated[str, Field(min_length=1, max_length=500)]


class _Gesture(BaseModel):
    model_config = ConfigDict(extra="forbid")
    consumer: str
    log: str
    author: Said

    @property
    def reader(self) -> Reader:
        return Reader(self.consumer, self.log)


class Release(_Gesture):
    """Of one stream, of those set aside for one reason, or of all."""

    stream: UUID | None = None
    reason: str | None = None


class Skip(_Gesture):
    stream: UUID
    position: int
    why: Said


def operations(*, owns_log: bool) -> Router:
    """`/interne/exploitation`; a service that owns a log tells what is left to send of it."""
    router = Router(prefix="/interne/exploitation")

    @router.get("", include_in_schema=False, dependencies=[ServiceOnly])
    async def state(request: Request, db: Database) -> Response:
        consumers: Sequence[Consumer] = request.app.state.consumers
        async with db.connect() as tx:
            marks = await store.list_marks(tx, SHOWN)
            reasons = await store.count_marks(tx)
            decisions = await store.list_decisions(tx, DECISIONS)
            unsent = await log.unsent(tx) if owns_log else {}
        readings = await asyncio.gather(*map(_reading, consumers))
        return _json(
            {
                "readings": readings,
                "sendings": [
                    {"relay": relay, "lags": [lag._asdict() for lag in lags]}
                    for relay, lags in unsent.items()
                ],
                "set_aside": [mark._asdict() for mark in marks],
                "reasons": [reason._asdict() for reason in reasons],
                "decisions": [decision._asdict() for decision in decisions],
            }
        )

    @router.post("/relacher", include_in_schema=False, dependencies=[ServiceOnly])
    async def release(request: Request, db: Database, gesture: Release) -> Response:
        consumer = _consumer(request, gesture.reader)
        streams = [gesture.stream] if gesture.stream else await _marked(db, gesture)
        outcomes = []
        for stream in streams:
            done = await _outcome(stream, consumer.release(stream, gesture.author))
            outcomes.append(done)
            if done.status == "unavailable":
                break
        return _json([_told(outcome) for outcome in outcomes])

    @router.post("/passer", include_in_schema=False, dependencies=[ServiceOnly])
    async def skip(request: Request, gesture: Skip) -> Response:
        skipped = _consumer(request, gesture.reader).skip(
            gesture.stream, gesture.position, gesture.author, gesture.why
        )
        return _json([_told(await _outcome(gesture.stream, skipped))])

    return router


def _consumer(request: Request, reader: Reader) -> Consumer:
    consumers: Sequence[Consumer] = request.app.state.consumers
    for consumer in consumers:
        if consumer.reader == reader:
            return consumer
    raise NotFound


async def _marked(db: Database, gesture: Release) -> list[UUID]:
    async with db.connect() as tx:
        return await store.marked_for(tx, gesture.reader, gesture.reason)


async def _reading(consumer: Consumer) -> dict[str, object]:
    lags = None
    try:
        async with asyncio.timeout(_PATIENCE):
            lags = [lag._asdict() for lag in await consumer.lags()]
    except Exception as error:
        if not passes(error):
            raise
    return {"reader": consumer.reader._asdict(), "lags": lags}


async def _outcome(stream: UUID, resumed: Awaitable[SetAside | None]) -> Outcome:
    try:
        blocked = await resumed
    except NotFound:
        return Outcome(stream, "gone")
    except Exception as error:
        if not passes(error):
            raise
        return Outcome(stream, "unavailable")
    return Outcome(stream, "blocked" if blocked else "released", blocked)


def _told(outcome: Outcome) -> dict[str, object]:
    blocked = outcome.blocked and outcome.blocked._asdict()
    return {"stream": outcome.stream, "status": outcome.status, "blocked": blocked}


def _json(document: object) -> Response:
    return Response(json.dumps(document), media_type="application/json")
