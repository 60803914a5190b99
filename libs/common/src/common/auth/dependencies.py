"""FastAPI dependencies that give a route its caller, and tell OpenAPI that a bearer token is needed.

The application keeps its verifier in `app.state.verifier`.
"""

from collections.abc import Awaitable, Callable
from typing import Annotated

from fastapi import Depends, Request, Security
from fastapi.security import HTTPBearer
from starlette.requests import HTTPConnection

from common.auth.principal import Principal, Role
from common.auth.verifier import TokenVerifier
from common.errors import Unauthenticated


class _AccessToken(HTTPBearer):
    """What OpenAPI shows of access tokens; `token_of` reads them."""

    async def __call__(self, request: HTTPConnection) -> None:
        """Gives nothing, and refuses nothing."""


bearer = _AccessToken(
    scheme_name="bearer",
    bearerFormat="JWT",
    description="Access token (RFC 9068) of the issuer whose keys `/.well-known/jwks.json` lists.",
    auto_error=False,
)


def token_of(request: Request) -> str | None:
    """The bearer token that a request carries."""
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    return token.strip() or None if scheme.lower() == "bearer" else None


async def authenticated(request: Request, _shown: Annotated[None, Security(bearer)]) -> Principal:
    """The caller, whatever its role; raises Unauthenticated. `request.state.principal` keeps it."""
    known: Principal | None = getattr(request.state, "principal", None)
    if known is None:
        token = token_of(request)
        if token is None:
            raise Unauthenticated
        verifier: TokenVerifier = request.app.state.verifier
        known = request.state.principal = await verifier.verify(token)
    return known


Caller = Annotated[Principal, Depends(authenticated)]
"""Any authenticated caller. Routes on one row load it in scope (404) and then call `must_be` (403)."""


def require(*roles: Role, scope: str | None = None) -> Callable[[Principal], Awaitable[Principal]]:
    """For routes whose roles do not depend on a row: `Annotated[Principal, Depends(require(Role.ADMIN))]`.

    `scope` is the OAuth scope that the route's contract names beside the role, if it names one. Raises Forbidden.
    """

    async def permitted(caller: Caller) -> Principal:
        caller.must_be(*roles)
        if scope is not None:
            caller.must_hold(scope)
        return caller

    return permitted
