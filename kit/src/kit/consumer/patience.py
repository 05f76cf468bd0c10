"""Trying again, for as long as it takes, what fails by circumstances."""

from typing import Final

import structlog
from tenacity import AsyncRetrying, RetryCallState, retry_if_exception, wait_exponential

from kit.consumer.store import Reader
from kit.errors import IdentityError
from kit.observability import describe

_PAUSES: Final = wait_exponential(multiplier=0.1, max=2)
_log = structlog.get_logger(__name__)


class AbandonedError(Exception):
    """There is no reason to try again: somebody else will."""


def patiently(reader: Reader) -> AsyncRetrying:
    """Tries a call until it succeeds, is cancelled or abandoned, each pause longer than the last.

    Two parts that do not belong together never will.
    """

    def tell(state: RetryCallState) -> None:
        if state.outcome and (error := state.outcome.exception()):
            warn(reader, error)

    return AsyncRetrying(retry=retry_if_exception(_passing), wait=_PAUSES, before_sleep=tell)


def warn(reader: Reader, error: BaseException) -> None:
    _log.warning("consumer delayed", **reader._asdict(), reason=describe(error))


def _passing(error: BaseException) -> bool:
    return isinstance(error, Exception) and not isinstance(error, AbandonedError | IdentityError)
