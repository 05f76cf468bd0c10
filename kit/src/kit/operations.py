"""What an operator sees of the services, and does to what they have set aside."""

import asyncio
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any, Final, Literal
from uuid import UUID

import aiohttp
from pydantic import SecretStr, TypeAdapter

from kit import json
from kit.asking import UNANSWERED, ask
from kit.consumer import Decision, Reader, Reason, SetAside
from kit.log import Lag

SHOWN: Final = 100  # marks that a service tells at once, the oldest first
DECISIONS: Final = 20
_TO_TELL = aiohttp.ClientTimeout(total=5, connect=2)
_TO_ACT = aiohttp.ClientTimeout(total=30, connect=2)


@dataclass(frozen=True, slots=True)
class Reading:
    """What a consumer has still to apply; no one knows while the owner of the log is silent."""

    reader: Reader
    lags: list[Lag] | None


@dataclass(frozen=True, slots=True)
class Sending:
    """What a relay has still to send."""

    relay: str
    lags: list[Lag]


@dataclass(frozen=True, slots=True)
class State:
    """One service: how far it is, what it has set aside, and what was decided of that."""

    readings: list[Reading]
    sendings: list[Sending]
    set_aside: list[SetAside]
    reasons: list[Reason]
    decisions: list[Decision]


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a stream; `gone`: nothing was set aside any more, or another event."""

    stream: UUID
    status: Literal["released", "blocked", "gone", "unavailable"]
    blocked: SetAside | None = None


class SilentError(Exception):
    """The service does not answer: what it was asked may be done, or still being done."""


_STATE = TypeAdapter(State)
_OUTCOMES = TypeAdapter(list[Outcome])


class Operations:
    """The services, by their internal routes."""

    def __init__(self, urls: Mapping[str, str], service_key: SecretStr) -> None:
        self._urls = urls
        self._service_key = service_key

    @property
    def services(self) -> Collection[str]:
        return self._urls.keys()

    async def states(self) -> dict[str, State | None]:
        """Each service by its name, with nothing for one that does not answer."""
        states = await asyncio.gather(*(self._state(service) for service in self._urls))
        return dict(zip(self._urls, states, strict=True))

    async def release(
        self,
        service: str,
        reader: Reader,
        author: str,
        *,
        stream: UUID | None = None,
        reason: str | None = None,
    ) -> list[Outcome]:
        """Let a stream go on, or all those set aside for *reason*, or all; one answer each.

        An outage ends the list.
        """
        body = {**reader._asdict(), "author": author, "stream": stream, "reason": reason}
        return await self._act(service, "relacher", body)

    async def skip(  # noqa: PLR0913 - who, what, where and why
        self, service: str, reader: Reader, author: str, *, stream: UUID, position: int, why: str
    ) -> Outcome:
        """Pass over the event at *position*, if it is what blocks, and let its stream go on."""
        body = {"stream": stream, "position": position, "author": author, "why": why}
        [outcome] = await self._act(service, "passer", {**reader._asdict(), **body})
        return outcome

    async def _state(self, service: str) -> State | None:
        try:
            return _STATE.validate_json(await self._ask(service, "GET", "", timeout=_TO_TELL))
        except SilentError:
            return None

    async def _act(self, service: str, gesture: str, body: Mapping[str, object]) -> list[Outcome]:
        answer = await self._ask(
            service,
            "POST",
            f"/{gesture}",
            timeout=_TO_ACT,
            data=json.dumps(body),
            headers={"content-type": "application/json"},
        )
        return _OUTCOMES.validate_json(answer)

    async def _ask(self, service: str, method: str, path: str, **how: Any) -> bytes:  # noqa: ANN401
        url = f"{self._urls[service].rstrip('/')}/interne/exploitation{path}"
        try:
            return await ask(method, url, self._service_key, **how)
        except UNANSWERED as error:
            raise SilentError(service) from error
