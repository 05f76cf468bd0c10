from collections.abc import AsyncIterator, Callable

import aiohttp
import pytest
from pydantic import SecretStr

from kit.consumer import HttpSource
from tests.kit.http_parts import SERVICE_KEY, a_service, served_here
from tests.kit.reading import Event, LogSource, a_stream, an_empty_log, write


@pytest.fixture
async def log(database: Callable[[str], str]) -> AsyncIterator[LogSource]:
    async with an_empty_log(database("suivi")) as log:
        yield log


@pytest.fixture
async def owner(log: LogSource, database: Callable[[str], str]) -> AsyncIterator[str]:
    """The URL of the service that owns the log."""
    app = a_service(db=log.db.url.render_as_string(hide_password=False), log=True)
    async with served_here(app) as url:
        yield f"{url}/"
    for each in app.state.databases:
        await each.dispose()


async def test_the_owner_tells_the_same_by_http_as_its_log_holds(log: LogSource, owner: str):
    trace = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"
    events = [Event(a_stream(n % 3), id=f"é {n}", traceparent=trace) for n in range(40)]
    await write(log.db, *events)
    source = HttpSource(owner, SERVICE_KEY)

    pages = [await source.entries(n, 2, 7) for n in range(3)]
    heads = await source.heads()
    await source.close()

    assert pages == [await log.entries(n, 2, 7) for n in range(3)]
    assert {record.traceparent for page in pages for record in page} == {trace}
    assert heads == await log.heads()


async def test_the_owner_tells_a_stream_alone(log: LogSource, owner: str):
    stream, other = a_stream(3), a_stream(3)
    records = await write(log.db, *(Event((stream, other)[n % 3 == 1]) for n in range(12)))
    of_stream = [record for record in records if record.stream == stream]
    source = HttpSource(owner, SERVICE_KEY)

    told = await source.stream(stream, of_stream[1].position, 4)
    await source.close()

    assert told == of_stream[2:6]


async def test_without_the_service_key_the_owner_tells_nothing(owner: str):
    source = HttpSource(owner, SecretStr("another key"))

    with pytest.raises(aiohttp.ClientResponseError) as refused:
        await source.heads()
    await source.close()

    assert refused.value.status == 401
