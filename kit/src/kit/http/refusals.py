"""What the HTTP layer itself says no to, before any rule."""

from collections.abc import Mapping, Sequence

from kit.errors import FieldError, Refusal


class Malformed(Refusal):
    """The body is not what its headers say, or not strict JSON."""

    status = 400
    code = "JSON_INVALIDE"

    def __init__(self, *errors: FieldError) -> None:
        super().__init__(*(error.detail for error in errors))
        self._errors = errors

    @property
    def errors(self) -> Sequence[FieldError]:
        return self._errors


class MethodNotAllowed(Refusal):
    """The path exists, for other methods."""

    status = 405
    code = "METHODE_NON_PERMISE"

    def __init__(self, allow: str) -> None:
        super().__init__()
        self._allow = allow

    @property
    def headers(self) -> Mapping[str, str]:
        return {"Allow": self._allow}


class TooLarge(Refusal):
    """The body, or what it inflates to, exceeds its limit."""

    status = 413
    code = "TROP_GRAND"

    @property
    def headers(self) -> Mapping[str, str]:
        # What remains of the body will not be read.
        return {"Connection": "close"}


class UnsupportedMedia(Refusal):
    """The body comes in a format or an encoding that this route does not read."""

    status = 415
    code = "FORMAT_NON_PRIS"


class Broken(Refusal):
    """Our own fault: the log has the trace, under the number given to the caller."""

    status = 500
    code = "ERREUR_INTERNE"
