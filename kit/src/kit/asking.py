"""One of our services asked by another, once, by its internal routes."""

from typing import Any

import aiohttp
from pydantic import SecretStr

UNANSWERED = (aiohttp.ClientError, TimeoutError)
"""What `ask` raises when there is no answer, or it is a refusal."""


async def ask(
    method: str,
    url: str,
    service_key: SecretStr,
    **how: Any,  # noqa: ANN401 - as aiohttp takes it
) -> bytes:
    """Return what *url* answers to one that has the key of our services."""
    key = {"authorization": f"Bearer {service_key.get_secret_value()}"}
    async with (
        aiohttp.ClientSession(headers=key, raise_for_status=True) as http,
        http.request(method, url, **how) as answer,
    ):
        return await answer.read()
