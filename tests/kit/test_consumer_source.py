import asyncio
from collections.abc import AsyncIterator, Callable

import aiohttp
import pytest
import uvicorn
from pydantic import SecretStr

from contracts import problemes
from kit.access import Access
from kit.consumer import HttpSource
from kit.db import engine
from kit.http import application
from kit.settings import Settings
from tests.kit.reading import Event, LogSource, a_stream, an_empty_log, write

KEY = SecretStr("a service key")


@pytest.fixture
async def log(database: Callable[[str], str]) -> AsyncIterator[LogSource]:
    async with an_empty_log(database("suivi")) as log:
        yield log


@pytest.fixture
async def owner(log: LogSource, database: Callable[[str], str]) -> AsyncIterator[str]:
    """The URL of the service that owns the log."""
    access = engine(database("access"))
    settings = Settings.model_construct(
        service_key=KEY,
        platform_key=SecretStr("a platform key that is long enough"),
        public_url="http://owner.test",
    )
    app = application(
        "Owner",
        settings=settings,
        db=log.db,
        access=Access(access, settings.platform_key),
        problems=problemes,
        log=True,
    )
    server = uvicorn.Server(uvicorn.Config(app, port=0, log_config=None, lifespan="off"))
    serving = asyncio.create_task(server.serve())
    while not server.started:  # noqa: ASYNC110 - uvicorn offers nothing to wait for
        await asyncio.sleep(0.01)
    port = server.servers[0].sockets[0].getsockname()[1]
    yield f"http://127.0.0.1:{port}/"
    server.should_exit = True
    await serving
    await access.dispose()


async def test_the_owner_tells_the_same_by_http_as_its_log_holds(log: LogSource, owner: str):
    trace = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"
    events = [Event(a_stream(n % 3), id=f"é {n}", traceparent=trace) for n in range(40)]
    await write(log.db, *events)
    source = HttpSource(owner, KEY)

    pages = [await source.entries(n, 2, 7) for n in range(3)]
    heads = await source.heads()
    await source.close()

    assert pages == [await log.entries(n, 2, 7) for n in range(3)]
    assert {record.traceparent for page in pages for record in page} == {trace}
    assert heads == await log.heads()


async def test_without_the_service_key_the_owner_tells_nothing(owner: str):
    source = HttpSource(owner, SecretStr("another key"))

    with pytest.raises(aiohttp.ClientResponseError) as refused:
        await source.heads()
    await source.close()

    assert refused.value.status == 401
