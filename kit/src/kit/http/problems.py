"""Every failure becomes one document (RFC 9457), which never holds what the caller sent."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from http import HTTPStatus
from typing import Protocol

import structlog
from fastapi import Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import Response
from pydantic_core import ErrorDetails
from starlette.exceptions import HTTPException

from kit import json
from kit.db import is_outage, sqlstate
from kit.errors import FieldError, Invalid, NotFound, Refusal, Unavailable
from kit.http.refusals import Broken, Malformed, MethodNotAllowed
from kit.observability import describe

MEDIA_TYPE = "application/problem+json"

_DATA_EXCEPTION = "22"
_log = structlog.get_logger(__name__)

Document = Mapping[str, object]
ErrorPage = Callable[[Request, Document], Response]
"""Shows a problem to a person: called instead of answering JSON when HTML is asked for."""


class Problems(Protocol):
    """The words of problems, in the language of those who read them."""

    def problem(self, code: str) -> tuple[str, int]:
        """Title and status of the problem *code*."""

    def field(self, error_type: str, ctx: Mapping[str, object]) -> tuple[str, str]:
        """Code and detail for an error type of pydantic or of `kit.json`.

        *ctx* may hold rejected values: none goes into the detail.
        """


def field_errors(
    errors: Iterable[ErrorDetails], document: object, problems: Problems
) -> list[FieldError]:
    """What pydantic found in *document*, told without any value of it."""
    return [_field_error(error, error["loc"], document, problems) for error in errors]


def document_of(refusal: Refusal, problems: Problems) -> dict[str, object]:
    """The members of a problem that do not depend on the request it answers."""
    title, _ = problems.problem(refusal.code)
    document: dict[str, object] = {
        "title": title,
        "status": refusal.status,
        "detail": str(refusal) or title,
        "code": refusal.code,
        **refusal.members,
    }
    if refusal.errors:
        document["erreurs"] = [
            {"code": error.code, "pointeur": error.pointer, "detail": error.detail}
            for error in refusal.errors
        ]
    return document


class Answers:
    """Turns any exception into the answer to give, and logs it."""

    def __init__(self, problems: Problems, base_url: str, error_page: ErrorPage | None) -> None:
        self._problems = problems
        self._base_url = base_url.rstrip("/")
        self._error_page = error_page

    def refusal_of(self, error: Exception) -> Refusal:
        match error:
            case Refusal():
                return error
            case json.BadJson():
                code, detail = self._problems.field(error.code, {})
                return Malformed(FieldError(code, error.pointer, detail))
            case RequestValidationError():
                return self._invalid(error)
            case HTTPException():
                return _from_status(error)
        return _from_database(error)

    def answer(self, request: Request, error: Exception, refusal: Refusal) -> Response:
        """The problem document of *refusal*, which *error* became; the log says the same."""
        call_id: str = request.state.call_id
        line = _log.bind(call_id=call_id, status=refusal.status, code=refusal.code)
        if isinstance(refusal, Broken):
            line.error("unexpected error", exc_info=error)
        elif isinstance(refusal, Unavailable):
            line.warning("unavailable", reason=describe(error))
        else:
            line.info("refused", errors=[(fault.code, fault.pointer) for fault in refusal.errors])

        headers = {**refusal.headers, "Content-Language": "fr"}
        if refusal.status < HTTPStatus.BAD_REQUEST:
            return Response(status_code=refusal.status, headers=headers)
        slug = refusal.code.lower().replace("_", "-")
        document = {
            "type": f"{self._base_url}/problemes/{slug}",
            **document_of(refusal, self._problems),
            "instance": f"urn:accuse:{call_id}",
        }
        if self._error_page and "text/html" in request.headers.get("accept", ""):
            page = self._error_page(request, document)
            page.status_code = refusal.status
            page.headers.update(headers)
            return page
        return Response(json.dumps(document), refusal.status, headers, MEDIA_TYPE)

    def _invalid(self, error: RequestValidationError) -> Refusal:
        if any(place == "path" for place, *_ in (fault["loc"] for fault in error.errors())):
            return NotFound()  # what is not even an identifier identifies nothing
        return Invalid(
            *(_request_error(fault, error.body, self._problems) for fault in error.errors())
        )


def _from_status(error: HTTPException) -> Refusal:
    """What FastAPI and Starlette raise by themselves."""
    match error.status_code:
        case HTTPStatus.NOT_FOUND:
            return NotFound()
        case HTTPStatus.METHOD_NOT_ALLOWED:
            return MethodNotAllowed((error.headers or {}).get("Allow", ""))
        case HTTPStatus.BAD_REQUEST:
            return Malformed()
    return Broken()


def _from_database(error: Exception) -> Refusal:
    if is_outage(error):
        return Unavailable()
    return Invalid() if (sqlstate(error) or "").startswith(_DATA_EXCEPTION) else Broken()


def _request_error(error: ErrorDetails, body: object, problems: Problems) -> FieldError:
    place, *path = error["loc"]
    if place == "body":
        return _field_error(error, path, body, problems)
    # A parameter of the URL is in no document: it is named as one writes it.
    code, detail = problems.field(error["type"], error.get("ctx", {}))
    return FieldError(code, json.pointer(path).replace("/", "?", 1), detail)


def _field_error(
    error: ErrorDetails, path: Sequence[str | int], document: object, problems: Problems
) -> FieldError:
    code, detail = problems.field(error["type"], error.get("ctx", {}))
    return FieldError(code, json.pointer(_steps(error, path, document)), detail)


def _steps(error: ErrorDetails, path: Sequence[str | int], document: object) -> Iterator[str | int]:
    """The steps of *path* that are in the document: pydantic adds the names of union members."""
    for step in path:
        match document:
            case dict() if step in document:
                document = document[step]
                yield step
            case list() if isinstance(step, int):
                document = document[step]
                yield step
    if error["type"] == "missing":
        yield from path[-1:]
    elif error["type"].startswith("union_tag_"):
        yield str(error["ctx"]["discriminator"]).strip("'")
