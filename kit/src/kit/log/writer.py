"""Group commit: whoever posts at the same time shares one transaction."""

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable, Sequence
from typing import NamedTuple

from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine
from tenacity import AsyncRetrying, retry_if_exception, stop_after_delay, wait_random_exponential

from kit.db import is_bad_data, is_outage, sqlstate
from kit.errors import FieldError, Invalid, Refusal, Unavailable
from kit.log.store import CloudEvent, Receipt, Row, append_rows

GROUP = 500
LINE = 8000
PATIENCE = 4.0  # seconds a caller waits, the line included
_RETRIES = 2.0  # seconds during which a failed transaction is tried again
_ROLLED_BACK = {"22", "23", "40"}

BeforeCommit = Callable[[AsyncConnection, list[tuple[CloudEvent, Receipt]]], Awaitable[None]]


class Writer:
    """The task of the application that appends; callers only wait for it.

    It takes all that wait, at most `GROUP`, as soon as it is free: no timer. *before_commit* runs
    in the same transaction, after the append.
    """

    def __init__(self, db: AsyncEngine, before_commit: BeforeCommit | None = None) -> None:
        self._db = db
        self._before_commit = before_commit
        self._line: deque[_Item] = deque()
        self._news = asyncio.Event()
        self._open = False
        self._task: asyncio.Task[None] | None = None

    async def submit(
        self, event: CloudEvent, fingerprint: bytes | None = None, expected: int | None = None
    ) -> Receipt:
        """Answer once *event* is committed.

        `Invalid`: PostgreSQL refuses its values. `Unavailable`: perhaps not stored; sent again,
        it is stored once.
        """
        [answer] = await self._answers([event], [Row.of(event, fingerprint, expected)])
        if isinstance(answer, Refusal):
            raise answer
        return answer

    async def submit_many(
        self,
        events: Sequence[CloudEvent],
        fingerprints: Sequence[bytes | None],
        traceparents: Sequence[str | None],
    ) -> list[Receipt | Refusal]:
        """Answer each event for itself, in order, once all are decided.

        *traceparents*: who continues the trace of each, whatever it says itself.
        """
        rows = [
            Row.of(event, fingerprint, None)._replace(traceparent=traceparent)
            for event, fingerprint, traceparent in zip(
                events, fingerprints, traceparents, strict=True
            )
        ]
        return await self._answers(events, rows)

    def start(self) -> None:
        self._open = True
        self._task = asyncio.create_task(self._run(), name="log writer")

    async def stop(self) -> None:
        """Refuse newcomers, finish what waits, in a bounded time."""
        self._open = False
        self._news.set()
        if self._task is not None:
            await asyncio.wait({self._task}, timeout=PATIENCE)
            self._task.cancel()

    async def _answers(
        self, events: Sequence[CloudEvent], rows: list[Row]
    ) -> list[Receipt | Refusal]:
        if not rows:
            return []
        if not self._open or len(self._line) + len(rows) > LINE:
            raise Unavailable
        submission = _Submission(len(rows))
        self._line.extend(
            _Item(event, row, submission, rank)
            for rank, (event, row) in enumerate(zip(events, rows, strict=True))
        )
        self._news.set()
        try:
            # Giving up, here or because the client went away, cancels the submission and
            # nothing else: what has not been taken from the line yet is dropped.
            return await asyncio.wait_for(submission.done, PATIENCE)
        except TimeoutError:
            raise Unavailable from None

    async def _run(self) -> None:
        while self._open or self._line:
            await self._news.wait()
            self._news.clear()
            while group := self._take():
                await self._write(group)

    def _take(self) -> list["_Item"]:
        group: list[_Item] = []
        while self._line and len(group) < GROUP:
            item = self._line.popleft()
            if not item.submission.done.done():
                group.append(item)
        return group

    async def _write(self, group: list["_Item"]) -> None:
        """Commit *group*; what fails by a value is halved until that value is alone."""
        answers: Sequence[Receipt | Exception]
        try:
            answers = await self._retried(group)
        except Exception as error:  # noqa: BLE001 - it is the answer to whoever caused it
            if is_outage(error) or isinstance(error, _CommitLostError):
                answers = [Unavailable()] * len(group)
            elif len(group) > 1:
                half = len(group) // 2
                await self._write(group[:half])
                await self._write(group[half:])
                return
            else:
                answers = [_unstorable() if is_bad_data(error) else error]
        for item, answer in zip(group, answers, strict=True):
            item.submission.answer(item.rank, answer)

    async def _retried(self, group: list["_Item"]) -> list[Receipt]:
        return await AsyncRetrying(
            retry=retry_if_exception(is_outage),
            stop=stop_after_delay(_RETRIES),
            wait=wait_random_exponential(0.05, max=0.5),
            reraise=True,
        )(self._commit, group)

    async def _commit(self, group: list["_Item"]) -> list[Receipt]:
        async with self._db.connect() as tx:
            receipts = await append_rows(tx, [item.row for item in group])
            if self._before_commit:
                events = (item.event for item in group)
                await self._before_commit(tx, list(zip(events, receipts, strict=True)))
            try:
                await tx.commit()
            except Exception as error:
                if (sqlstate(error) or "")[:2] in _ROLLED_BACK:
                    raise
                raise _CommitLostError from error
        return receipts


class _Submission:
    """What one caller sent, and the answers gathered for it."""

    def __init__(self, size: int) -> None:
        self.done: asyncio.Future[list[Receipt | Refusal]]
        self.done = asyncio.get_running_loop().create_future()
        self._answers: dict[int, Receipt | Refusal] = {}
        self._size = size

    def answer(self, rank: int, answer: Receipt | Exception) -> None:
        if self.done.done():
            return
        if isinstance(answer, Receipt | Refusal):
            self._answers[rank] = answer
            if len(self._answers) == self._size:
                self.done.set_result([self._answers[i] for i in range(self._size)])
        else:
            self.done.set_exception(answer)


class _Item(NamedTuple):
    event: CloudEvent
    row: Row
    submission: _Submission
    rank: int


class _CommitLostError(Exception):
    """The connection broke during COMMIT: nobody here knows whether it happened."""


def _unstorable() -> Invalid:
    return Invalid(FieldError("UNSTORABLE", "", "PostgreSQL refuses a value of this document."))
