"""A small service to knock at: one route for each way of going wrong."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import date, datetime
from typing import Annotated, Any, Literal
from uuid import UUID

import httpx
import uvicorn
from fastapi import FastAPI, Form, Query, Request
from fastapi.responses import HTMLResponse, Response
from pydantic import BaseModel, ConfigDict, Field, SecretStr
from sqlalchemy import text

from contracts import problemes
from kit.access import Access, Caller, authorized
from kit.db import Database, engine
from kit.errors import Refusal
from kit.http import Document, Router, application
from kit.settings import Settings

NIR = "185057800608436"
SERVICE_KEY = SecretStr("service-key")
NOWHERE = "postgresql+asyncpg://nobody@127.0.0.1:1/nothing"

router = Router()


def a_settings(**changes: Any) -> Settings:
    url = "http://127.0.0.1:1"
    return Settings(
        **{
            "database_url": NOWHERE,
            "access_database_url": NOWHERE,
            "kafka": "127.0.0.1:1",
            "port": 1,
            "public_url": "http://service.test",
            "service_key": SERVICE_KEY,
            "platform_key": SecretStr("platform-key-of-the-tests-0123456789"),
            "orientation_url": url,
            "inscription_url": url,
            "passerelle_url": url,
            "suivi_url": url,
            "indicateurs_url": url,
            **changes,
        }
    )


def a_service(
    *routers: Router,
    db: str = NOWHERE,
    access: str = NOWHERE,
    log: bool = False,
    demo: bool = False,
    pool: int = 2,
) -> FastAPI:
    settings = a_settings(demo=demo)
    databases = [engine(url, pool=pool) for url in (db, access)]
    app = application(
        "Essai",
        *(routers or (router,)),
        settings=settings,
        db=databases[0],
        access=Access(databases[1], settings.platform_key),
        problems=problemes,
        log=log,
        error_page=error_page,
    )
    app.state.databases = databases
    return app


def a_client(app: FastAPI) -> httpx.AsyncClient:
    """Calls *app* in this process, without a socket."""
    return httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://service.test")


def error_page(_request: Request, problem: Document) -> Response:
    return HTMLResponse(f"<h1>{problem['title']}</h1><p>{problem['detail']}</p>")


class SessionComplete(Refusal):
    """A rule of some service."""

    @property
    def members(self) -> dict[str, object]:
        return {"places": 0}


class Square(BaseModel):
    model_config = ConfigDict(extra="forbid")
    shape: Literal["square"]
    side: int


class Disc(BaseModel):
    model_config = ConfigDict(extra="forbid")
    shape: Literal["disc"]
    radius: int


class Thing(BaseModel):
    model_config = ConfigDict(extra="forbid")
    name: Annotated[str, Field(max_length=10)]
    day: date
    at: datetime | None = None
    size: Annotated[int, Field(ge=0)] = 0
    owner: UUID | int | None = None
    parts: list[Annotated[Square | Disc, Field(discriminator="shape")]] = []


@router.post("/v1/things", status_code=201)
async def make(thing: Thing) -> Thing:
    return thing


@router.get("/v1/things/{thing_id}")
async def see(
    thing_id: UUID, since: Annotated[date | None, Query(alias="depuis")] = None
) -> dict[str, str]:
    return {"id": str(thing_id), "since": str(since)}


@router.post("/v1/raw")
async def raw(request: Request) -> dict[str, int]:
    return {"size": len(await request.body())}


@router.get("/v1/full")
async def full() -> None:
    raise SessionComplete("La session est complète.")


@router.get("/v1/broken")
async def broken(value: str) -> None:
    raise ValueError(f"What is {value}?")


@router.get("/v1/database")
async def database(db: Database, value: str = "1") -> int:
    async with db.connect() as tx:
        found: int = await tx.scalar(
            text("select cast(cast(:value as text) as int)"), {"value": value}
        )
        return found


@router.get("/v1/mine")
async def mine(caller: Annotated[Caller, authorized("parcours:lire")]) -> str:
    return caller.organisation.name


@router.post("/form")
async def form(name: Annotated[str, Form(max_length=10)]) -> str:
    return name


@asynccontextmanager
async def served_here(app: FastAPI) -> AsyncIterator[str]:
    """The base URL of *app*, served by this very loop."""
    server = uvicorn.Server(uvicorn.Config(app, port=0, log_config=None, lifespan="off"))
    serving = asyncio.create_task(server.serve())
    while not server.started:  # noqa: ASYNC110 - uvicorn offers nothing to wait for
        await asyncio.sleep(0.01)
    yield f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}"
    server.should_exit = True
    await serving
