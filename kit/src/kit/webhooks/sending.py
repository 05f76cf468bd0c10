"""One attempt at a delivery: bounded in time and size, and never an exception."""

import asyncio
import contextlib
import errno
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from email.utils import parsedate_to_datetime
from enum import StrEnum
from http import HTTPStatus
from types import TracebackType
from typing import Self

import aiohttp
from yarl import URL

from kit.webhooks.guard import Guard, Network, check_url
from kit.webhooks.signing import sign

_CONNECT = 5.0
_TOTAL = 15.0
_MOST_READ = 64 * 1024
_MOST_KEPT = 2000
_SECONDS = re.compile(r"[0-9]{1,9}")


class Outcome(StrEnum):
    """What became of one attempt."""

    DELIVERED = "delivered"  # answered 2xx
    REJECTED = "rejected"  # answered something else; a redirect is not followed
    GONE = "gone"  # answered 410: nothing more is to be sent there
    TIMEOUT = "timeout"  # no answer in time
    UNREACHABLE = "unreachable"  # no such name, nobody listening, bad certificate, not HTTP
    FORBIDDEN = "forbidden"  # an address or a URL that webhooks do not reach


@dataclass(frozen=True, slots=True)
class Delivery:
    """The record of one attempt; *excerpt* is what the receiver said: text of a stranger."""

    outcome: Outcome
    status: int | None
    excerpt: str
    duration: timedelta
    retry_after: timedelta | None = None


class Sender:
    """Sends signed messages to addresses chosen by others. Used as an asynchronous context.

    How many are sent at once is for the caller to bound.
    """

    def __init__(self, networks: Sequence[Network] = (), *, total: float = _TOTAL) -> None:
        self._networks = networks
        self._total = total
        self._sessions: dict[str, aiohttp.ClientSession] = {}

    async def __aenter__(self) -> Self:
        # Plain HTTP stays inside the listed networks, whatever a name resolves to.
        self._sessions = {
            "https": _session(Guard(self._networks, public=True)),
            "http": _session(Guard(self._networks, public=False)),
        }
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        for session in self._sessions.values():
            await session.close()

    async def send(  # noqa: PLR0913
        self,
        url: str,
        secrets: Sequence[str],
        message_id: str,
        body: bytes,
        *,
        now: datetime,
        attempt: int = 1,
        traceparent: str | None = None,
    ) -> Delivery:
        """Post *body*, signed with each of *secrets*; whatever happens is in the answer."""
        timestamp = int(now.timestamp())
        headers = {
            "content-type": "application/cloudevents+json",
            "webhook-id": message_id,
            "webhook-timestamp": str(timestamp),
            "webhook-signature": " ".join(
                sign(secret, message_id, timestamp, body) for secret in secrets
            ),
            "webhook-attempt": str(attempt),
        }
        if traceparent is not None:
            headers["traceparent"] = traceparent
        clock = asyncio.get_running_loop().time
        start = clock()
        deadline = start + self._total

        def delivery(outcome: Outcome, response: aiohttp.ClientResponse | None = None) -> Delivery:
            duration = timedelta(seconds=clock() - start)
            if response is None:
                return Delivery(outcome, None, "", duration)
            return Delivery(outcome, response.status, excerpt, duration, _wish(response, now))

        if check_url(url, self._networks):
            return delivery(Outcome.FORBIDDEN)
        address = URL(url)
        try:
            async with asyncio.timeout_at(deadline):
                response = await self._sessions[address.scheme].post(
                    address, data=body, headers=headers, allow_redirects=False
                )
        except TimeoutError:
            return delivery(Outcome.TIMEOUT)
        except (aiohttp.ClientError, OSError, ValueError) as error:
            forbidden = isinstance(error, OSError) and error.errno == errno.EACCES
            return delivery(Outcome.FORBIDDEN if forbidden else Outcome.UNREACHABLE)
        async with response:
            excerpt = await _excerpt(response, deadline)
        return delivery(_outcome(response.status), response)


def _session(guard: Guard) -> aiohttp.ClientSession:
    return aiohttp.ClientSession(
        connector=aiohttp.TCPConnector(socket_factory=guard, use_dns_cache=False, limit=0),
        cookie_jar=aiohttp.DummyCookieJar(),
        timeout=aiohttp.ClientTimeout(connect=_CONNECT),
        headers={"user-agent": "Parcours-Webhooks/1", "accept-encoding": "identity"},
        auto_decompress=False,
        trust_env=False,
    )


def _outcome(status: int) -> Outcome:
    if HTTPStatus.OK <= status < HTTPStatus.MULTIPLE_CHOICES:
        return Outcome.DELIVERED
    return Outcome.GONE if status == HTTPStatus.GONE else Outcome.REJECTED


async def _excerpt(response: aiohttp.ClientResponse, deadline: float) -> str:
    """Read enough of the body to show why it was refused, or to use its connection again."""
    kept, read = bytearray(), 0
    with contextlib.suppress(TimeoutError, aiohttp.ClientError, OSError):
        async with asyncio.timeout_at(deadline):
            async for chunk in response.content.iter_any():
                kept += chunk[: _MOST_KEPT - len(kept)]
                read += len(chunk)
                if read >= _MOST_READ:
                    break
    text = kept.decode(errors="replace")
    return "".join(c if c.isprintable() or c in "\n\t" else "\ufffd" for c in text)


def _wish(response: aiohttp.ClientResponse, now: datetime) -> timedelta | None:
    """How long the receiver asks to be left alone, in seconds or until a date."""
    if response.status not in {HTTPStatus.TOO_MANY_REQUESTS, HTTPStatus.SERVICE_UNAVAILABLE}:
        return None
    header = response.headers.get("retry-after", "")
    if _SECONDS.fullmatch(header):
        return timedelta(seconds=int(header))
    with contextlib.suppress(ValueError, TypeError, OverflowError):
        return max(parsedate_to_datetime(header) - now, timedelta(0))
    return None
