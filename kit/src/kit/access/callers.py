"""The door of partners: who calls is told by their key, never by what they send."""

from typing import Annotated, Any

from fastapi import Depends, Request
from fastapi.security import HTTPBearer
from fastapi.security.base import SecurityBase

from kit.access.records import Caller
from kit.access.store import Access
from kit.errors import MissingScope, Unauthenticated

_BEARER = HTTPBearer(auto_error=False, scheme_name="cle", description="pk_live_…")


async def the_access(request: Request) -> Access:
    access: Access = request.app.state.access
    return access


TheAccess = Annotated[Access, Depends(the_access)]


class _Key(SecurityBase):
    """The key of a request that opens *scope*: one dependency, and not one for each question."""

    def __init__(self, scope: str) -> None:
        self.model = _BEARER.model
        self.scheme_name = _BEARER.scheme_name
        self._scope = scope

    async def __call__(self, request: Request) -> Caller:
        credentials = await _BEARER(request)
        if credentials is None:
            raise Unauthenticated
        access = await the_access(request)
        found = await access.caller(credentials.credentials)
        if not found.may_some(self._scope):
            raise MissingScope
        return found


def authorized(scope: str) -> Any:  # noqa: ANN401 - what Depends returns
    """The dependency that gives the `Caller`, if the key holds *scope*, be it for one family."""
    return Depends(_Key(scope))
