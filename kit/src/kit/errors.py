"""Refusals: what we say no to. A refusal is expected; it is never a crash.

Codes are what callers read, so the base ones are in their language.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import ClassVar


@dataclass(frozen=True, slots=True)
class FieldError:
    """What is wrong in one place of a document: never with the value that was there."""

    code: str
    pointer: str
    detail: str


class Refusal(Exception):  # noqa: N818 - a refusal is an answer, not an error
    """A business rule said no. The class says the rule, the message says this case."""

    status: ClassVar[int] = 409
    code: ClassVar[str] = "REFUS"

    def __init_subclass__(cls) -> None:
        super().__init_subclass__()
        if "code" not in cls.__dict__:
            cls.code = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", cls.__name__).upper()

    @property
    def errors(self) -> Sequence[FieldError]:
        """The places of the caller's document that are at fault."""
        return ()

    @property
    def members(self) -> Mapping[str, object]:
        """What this refusal adds to the members of its problem document."""
        return {}

    @property
    def headers(self) -> Mapping[str, str]:
        """What this refusal adds to the headers of its answer."""
        return {}


class NotFound(Refusal):
    """What was asked for does not exist, or not for this caller."""

    status = 404
    code = "INTROUVABLE"


class Forbidden(Refusal):
    """Not for this caller."""

    status = 403
    code = "INTERDIT"


class Unauthenticated(Refusal):
    """No key that is known, live and whole. Which of these is missing is not said."""

    status = 401
    code = "CLE_INVALIDE"

    @property
    def headers(self) -> Mapping[str, str]:
        return {"WWW-Authenticate": "Bearer"}


class MissingScope(Forbidden):
    """The key is good, for other things."""

    code = "PORTEE_INSUFFISANTE"


class Gone(Refusal):
    """It was here, and was removed for good."""

    status = 410
    code = "SUPPRIME"


class Invalid(Refusal):
    """The document cannot be read as what it should be; every fault found is named."""

    status = 422
    code = "DEMANDE_INVALIDE"

    def __init__(self, *errors: FieldError) -> None:
        count = len(errors)
        plural = "s" if count > 1 else ""
        super().__init__(f"{count} champ{plural} à corriger" if count else "")
        self._errors = errors

    @property
    def errors(self) -> Sequence[FieldError]:
        return self._errors


class Unavailable(Refusal):
    """Nothing was done; the same request may be sent again after *retry_after* seconds."""

    status = 503
    code = "INDISPONIBLE"

    def __init__(self, retry_after: int = 2) -> None:
        super().__init__()
        self.retry_after = retry_after

    @property
    def headers(self) -> Mapping[str, str]:
        return {"Retry-After": str(self.retry_after)}


class IdentityError(Exception):
    """What this process was told and what it found do not belong together: it must not start."""
