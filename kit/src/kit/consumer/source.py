"""The service that owns a log, asked when Kafka does not tell everything."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Protocol
from uuid import UUID

import aiohttp
import orjson
from pydantic import SecretStr

from kit.consumer.record import Record

_TIMEOUT = aiohttp.ClientTimeout(total=10, connect=2)


class Source(Protocol):
    """A log, read at its owner's. What it says holds against what Kafka says."""

    async def entries(self, partition: int, after: int, limit: int) -> list[Record]:
        """Return the events that follow position *after*, without holes."""

    async def stream(self, stream: UUID, after: int, limit: int) -> list[Record]:
        """Return the events of *stream* that follow position *after*."""

    async def heads(self) -> tuple[UUID, dict[int, int]]:
        """Return the epoch of the log, and the last position of each partition."""

    async def close(self) -> None:
        """Let go of connections."""


class HttpSource:
    """A log, read through the internal routes of the service that owns it."""

    def __init__(self, base_url: str, service_key: SecretStr) -> None:
        self._base_url = base_url.rstrip("/")
        self._service_key = service_key
        self._session: aiohttp.ClientSession | None = None

    async def entries(self, partition: int, after: int, limit: int) -> list[Record]:
        page = await self._get(str(partition), {"apres": after, "limite": limit})
        return [_record(entry) for entry in page["entries"]]

    async def stream(self, stream: UUID, after: int, limit: int) -> list[Record]:
        page = await self._get(f"flux/{stream}", {"apres": after, "limite": limit})
        return [_record(entry) for entry in page["entries"]]

    async def heads(self) -> tuple[UUID, dict[int, int]]:
        answer = await self._get("tetes", {})
        return UUID(answer["epoch"]), {int(p): at for p, at in answer["heads"].items()}

    async def close(self) -> None:
        if self._session is not None:
            await self._session.close()
            self._session = None

    async def _get(self, path: str, query: Mapping[str, int]) -> Any:  # noqa: ANN401 - JSON
        if self._session is None:
            self._session = aiohttp.ClientSession(
                headers={"Authorization": f"Bearer {self._service_key.get_secret_value()}"},
                timeout=_TIMEOUT,
                raise_for_status=True,
            )
        async with self._session.get(
            f"{self._base_url}/interne/journal/{path}", params=query
        ) as answer:
            return orjson.loads(await answer.read())


def _record(entry: dict[str, Any]) -> Record:
    return Record(
        entry["partition"],
        entry["position"],
        entry["source"],
        entry["id"],
        entry["type"],
        UUID(entry["stream"]),
        datetime.fromisoformat(entry["recorded_at"]),
        entry["traceparent"],
        entry["value"].encode(),
    )
