"""Refusals: what the domain says no to. A refusal is expected; it is never a crash."""

import re
from collections.abc import Mapping
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
    code: ClassVar[str] = "REFUSAL"

    def __init_subclass__(cls) -> None:
        super().__init_subclass__()
        if "code" not in cls.__dict__:
            cls.code = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", cls.__name__).upper()

    @property
    def members(self) -> Mapping[str, object]:
        """What this refusal adds to the members of its problem document."""
        return {}


class NotFound(Refusal):
    """What was asked for does not exist, or not for this caller."""

    status = 404


class Forbidden(Refusal):
    """This caller may not do that."""

    status = 403


class Gone(Refusal):
    """It was here, and was removed for good."""

    status = 410


class Invalid(Refusal):
    """The document cannot be read as what it should be; every fault found is named."""

    status = 422

    def __init__(self, *errors: FieldError) -> None:
        super().__init__(f"{len(errors)} field error(s)")
        self.errors = errors


class Unavailable(Refusal):
    """Nothing was done; the same request may be sent again after *retry_after* seconds."""

    status = 503

    def __init__(self, retry_after: int = 2) -> None:
        super().__init__("Unavailable")
        self.retry_after = retry_after
