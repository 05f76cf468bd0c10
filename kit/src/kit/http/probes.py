"""What an operator asks a process: does it live, can it work, how does it fare."""

import asyncio
from collections.abc import Awaitable, Callable
from http import HTTPStatus

import structlog
from fastapi import Request
from fastapi.responses import Response
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest

from kit import json
from kit.http.routing import Router, Untraced
from kit.observability import describe

PATIENCE = 2.0
_log = structlog.get_logger(__name__)

Check = Callable[[], Awaitable[object]]
router = Router(route_class=Untraced)


class Readiness:
    """The checks by which a process says that it can work; one that raises says no."""

    def __init__(self) -> None:
        self._checks: dict[str, Check] = {}

    def add(self, name: str, check: Check) -> None:
        self._checks[name] = check

    async def faults(self) -> dict[str, str | None]:
        """Each check by its name, with what it lacks, within `PATIENCE` seconds."""
        faults = await asyncio.gather(*(_fault(check) for check in self._checks.values()))
        return dict(zip(self._checks, faults, strict=True))


async def _fault(check: Check) -> str | None:
    try:
        async with asyncio.timeout(PATIENCE):
            await check()
    except Exception as error:  # noqa: BLE001 - whatever it is, this is not ready
        return describe(error)
    return None


@router.get("/sante", include_in_schema=False)
async def alive() -> Response:
    return _answer({"etat": "vivant"}, HTTPStatus.OK)


@router.get("/pret", include_in_schema=False)
async def ready(request: Request) -> Response:
    readiness: Readiness = request.app.state.readiness
    faults = await readiness.faults()
    checks = {name: "manque" if fault else "ok" for name, fault in faults.items()}
    lacking = any(faults.values())
    if lacking:
        # What exactly is missing is not for whoever asks.
        _log.warning("not ready", faults=faults)
    status = HTTPStatus.SERVICE_UNAVAILABLE if lacking else HTTPStatus.OK
    return _answer({"etat": "indisponible" if lacking else "pret", "controles": checks}, status)


@router.get("/metriques", include_in_schema=False)
def metrics() -> Response:
    return Response(generate_latest(), media_type=CONTENT_TYPE_LATEST)


def _answer(document: object, status: HTTPStatus) -> Response:
    return Response(json.dumps(document), status, media_type="application/json")
