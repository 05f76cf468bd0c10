"""The body of a request: bounded as it streams, inflated within the same bound."""

import asyncio
import zlib
from contextlib import suppress

from starlette.datastructures import Headers
from starlette.requests import Request
from starlette.types import Message, Receive, Scope

from kit.http.refusals import Malformed, TooLarge, UnsupportedMedia

MAX_DOCUMENT = 64 * 1024
MAX_BATCH = 1024 * 1024
BATCH = "application/cloudevents-batch+json"
FORM = "application/x-www-form-urlencoded"

_DRAIN_SECONDS = 2.0
_DRAIN_BYTES = 16 * 1024 * 1024
_GZIP_ONLY = 16 + zlib.MAX_WBITS


def media_type(request: Request) -> str:
    """The type of the body, without its parameters; refuses any charset but UTF-8."""
    kind, *parameters = request.headers.get("content-type", "").lower().split(";")
    for parameter in parameters:
        name, _, value = parameter.partition("=")
        if name.strip() == "charset" and value.strip(' "') not in {"utf-8", "utf8"}:
            raise UnsupportedMedia
    return kind.strip()


def is_json(kind: str) -> bool:
    return kind == "application/json" or (
        kind.startswith("application/") and kind.endswith("+json")
    )


class BoundedBody:
    """Stands for `receive`: what it hands on never exceeds the limit, compressed or not."""

    def __init__(self, scope: Scope, receive: Receive) -> None:
        headers = Headers(scope=scope)
        self._receive = receive
        self._limit = (
            MAX_BATCH if headers.get("content-type", "").lower().startswith(BATCH) else MAX_DOCUMENT
        )
        self._encoding = headers.get("content-encoding", "identity").lower()
        self._inflater = zlib.decompressobj(_GZIP_ONLY) if self._encoding == "gzip" else None
        self._declared = headers.get("content-length", "0")
        self._read = self._given = 0
        self._ended = False

    async def __call__(self) -> Message:
        if int(self._declared) > self._limit:
            raise TooLarge
        if self._encoding not in {"gzip", "identity"}:
            raise UnsupportedMedia
        message = await self._next()
        if message["type"] != "http.request":
            return message
        chunk = message.get("body", b"")
        if self._inflater is not None:
            chunk = self._inflate(self._inflater, chunk, last=self._ended)
        self._given += len(chunk)
        if max(self._read, self._given) > self._limit:
            raise TooLarge
        return {**message, "body": chunk}

    async def drain(self) -> None:
        """Read on for a while: a client in the middle of its sending would not hear an answer."""
        with suppress(TimeoutError):
            async with asyncio.timeout(_DRAIN_SECONDS):
                while not self._ended and self._read < _DRAIN_BYTES:
                    await self._next()

    async def _next(self) -> Message:
        message = await self._receive()
        self._ended = not message.get("more_body", False)
        self._read += len(message.get("body", b""))
        return message

    def _inflate(self, inflater: "zlib._Decompress", chunk: bytes, *, last: bool) -> bytes:
        try:
            inflated = inflater.decompress(chunk, self._limit - self._given + 1)
        except zlib.error:
            raise Malformed from None
        if last and self._read and not inflater.eof and not inflater.unconsumed_tail:
            raise Malformed
        if inflater.unused_data:
            raise Malformed
        return inflated
