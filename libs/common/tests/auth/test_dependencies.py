"""A route's caller: 401 without a valid token, 403 for another role, and what OpenAPI says about it."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Annotated

import httpx
import pytest
from fastapi import Depends, FastAPI, Request
from fastapi.responses import JSONResponse

from common.auth import Caller, Principal, Role, TokenVerifier, require
from common.errors import Forbidden, QuxiangError, Unauthenticated
from common.settings import ServiceSettings
from testing.tokens import TokenMint


@pytest.fixture
def mint(tmp_path: Path) -> TokenMint:
    return TokenMint(tmp_path)


@pytest.fixture
def app(mint: TokenMint) -> FastAPI:
    app = FastAPI()
    app.state.verifier = TokenVerifier(
        ServiceSettings(service="example", database_url="postgresql://x@y/z", **mint.settings)
    )

    @app.get("/me")
    async def me(caller: Caller) -> str:
        return caller.subject

    @app.get("/officers")
    async def officers(caller: Annotated[Principal, Depends(require(Role.SCHOOL_OFFICER, Role.ADMIN))]) -> str:
        return caller.role

    @app.exception_handler(QuxiangError)
    async def answer(_request: Request, error: QuxiangError) -> JSONResponse:
        return JSONResponse(error.code, {Unauthenticated: 401, Forbidden: 403}[type(error)])

    return app


@pytest.fixture
async def client(app: FastAPI) -> AsyncIterator[httpx.AsyncClient]:
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://example") as client:
        yield client


@pytest.mark.parametrize("header", [None, "", "Bearer", "Bearer ", "Basic dTpw", "Bearer not.a.token", "token"])
async def test_without_a_valid_token_nobody_is_let_in(client: httpx.AsyncClient, header: str | None) -> None:
    answer = await client.get("/me", headers={} if header is None else {"Authorization": header})
    assert (answer.status_code, answer.json()) == (401, "unauthenticated")


async def test_the_caller_is_known_to_the_route(client: httpx.AsyncClient, mint: TokenMint) -> None:
    answer = await client.get("/me", headers=mint.headers("graduate", subject="anna"))
    assert answer.json() == "anna"


@pytest.mark.parametrize(("role", "status"), [("admin", 200), ("school_officer", 200), ("graduate", 403)])
async def test_a_role_that_may_not_is_refused(
    client: httpx.AsyncClient, mint: TokenMint, role: str, status: int
) -> None:
    assert (await client.get("/officers", headers=mint.headers(role))).status_code == status


def test_openapi_asks_for_a_bearer_token(app: FastAPI) -> None:
    document = app.openapi()
    scheme = document["components"]["securitySchemes"]["bearer"]
    assert (scheme["type"], scheme["scheme"], scheme["bearerFormat"]) == ("http", "bearer", "JWT")
    assert document["paths"]["/me"]["get"]["security"] == [{"bearer": []}]
