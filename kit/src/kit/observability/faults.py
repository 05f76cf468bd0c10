"""An error told by its kind and its place, never with a value that somebody sent."""

import traceback
from collections.abc import Iterator, Sequence

from pydantic import ValidationError

from kit.db import sqlstate
from kit.errors import IdentityError, Refusal


def describe(error: BaseException) -> str:
    """What went wrong and where, without any value that was there."""
    told = type(error).__name__
    if isinstance(error, ValidationError):
        # The last step of an unexpected field's path is the sender's own text.
        faults = (
            (fault["type"], fault["loc"][: -1 if fault["type"] == "extra_forbidden" else None])
            for fault in error.errors(include_input=False, include_context=False)
        )
        told += ": " + ", ".join(f"{kind} at {_path(loc)}" for kind, loc in faults)
    elif state := sqlstate(error):
        cause = getattr(error, "orig", None) or error
        driver = getattr(cause, "__cause__", None) or cause
        names = (
            getattr(driver, name, None) for name in ("table_name", "column_name", "constraint_name")
        )
        told += f" {state} " + " ".join(name for name in names if name)
    elif isinstance(error, OSError | ImportError | IdentityError | Refusal):
        told += f": {error}"
    places = list(_places(error))
    ours = [place for place in places if "site-packages" not in place]
    return " ".join([told.strip(), *(f"({_short(place)})" for place in (ours or places)[-1:])])


def _path(loc: Sequence[object]) -> str:
    return "/" + "/".join(map(str, loc))


def _places(error: BaseException) -> Iterator[str]:
    for frame, line in traceback.walk_tb(error.__traceback__):
        yield f"{frame.f_code.co_filename}:{line} {frame.f_code.co_name}"


def _short(place: str) -> str:
    return "/".join(place.split("/")[-2:])


def story(error: BaseException | None) -> Iterator[str]:
    """The chain of causes, each with where it passed, the nearest first."""
    while error is not None:
        yield describe(error)
        yield from (f"  {_short(place)}" for place in _places(error))
        if isinstance(error, BaseExceptionGroup):
            for each in error.exceptions:
                yield from story(each)
        error = error.__cause__ or (None if error.__suppress_context__ else error.__context__)
