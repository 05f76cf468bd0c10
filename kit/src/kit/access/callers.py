"""The door of partners: who calls is told by their key, never by what they send."""

from typing import Annotated, Any

from fastapi import Depends, Request
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer

from kit.access.records import Caller
from kit.access.store import Access
from kit.errors import MissingScope, Unauthenticated

_BEARER = HTTPBearer(auto_error=False, scheme_name="cle", description="pk_live_…")


def the_access(request: Request) -> Access:
    access: Access = request.app.state.access
    return access


TheAccess = Annotated[Access, Depends(the_access)]


def authorized(scope: str) -> Any:  # noqa: ANN401 - what Depends returns
    """The dependency that gives the `Caller`, if the key holds *scope*, be it for one family."""

    async def caller(
        access: TheAccess,
        credentials: Annotated[HTTPAuthorizationCredentials | None, Depends(_BEARER)],
    ) -> Caller:
        if credentials is None:
            raise Unauthenticated
        found = await access.caller(credentials.credentials)
        if not found.may_some(scope):
            raise MissingScope
        return found

    return Depends(caller)
