"""The description says what the application does."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx
import jsonschema
import pytest
from fastapi import APIRouter
from pydantic import BaseModel

from common.auth import Caller
from common.http import Router, create_app
from common.settings import ServiceSettings
from testing.conformance import assert_conforms

OPEN = {"/livez", "/readyz", "/.well-known/jwks.json", "/v1/failing", "/v1/slow"}


async def described(client: httpx.AsyncClient) -> dict[str, Any]:
    document: dict[str, Any] = (await client.get("/openapi.json")).json()
    return document


async def test_every_operation_names_its_security_and_its_problems(nobody: httpx.AsyncClient) -> None:
    document = await described(nobody)
    assert document["openapi"].startswith("3.1")
    ids = []
    for path, operations in document["paths"].items():
        for operation in operations.values():
            ids.append(operation["operationId"])
            scheme = "key" if path == "/v1/cave" else "bearer"
            assert operation["security"] == ([] if path in OPEN else [{scheme: []}])
            assert {"400", "404", "429", "500"} <= set(operation["responses"])
            assert ("401" in operation["responses"]) is (path not in OPEN)
    assert len(ids) == len(set(ids))
    assert "HTTPValidationError" not in str(document)


async def test_the_description_is_the_file_and_not_made_anew(app_with: Callable[..., Any], tmp_path: Path) -> None:
    app = app_with()
    (tmp_path / "openapi.json").write_bytes(b'{"openapi": "3.1.0"}\n')
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://x") as client:
        answer = await client.get("/openapi.json")
    assert (answer.content, answer.headers["content-type"]) == (b'{"openapi": "3.1.0"}\n', "application/json")


async def test_bodies_and_forms_are_described(nobody: httpx.AsyncClient) -> None:
    paths = (await described(nobody))["paths"]
    assert paths["/v1/things"]["post"]["requestBody"]["content"]["application/json"]["schema"] == {
        "$ref": "#/components/schemas/NewThing"
    }
    assert "application/merge-patch+json" in paths["/v1/things/{thing_id}"]["patch"]["requestBody"]["content"]
    assert "multipart/form-data" in paths["/v1/imports"]["post"]["requestBody"]["content"]
    assert {"412", "428"} <= set(paths["/v1/things/{thing_id}"]["patch"]["responses"])


async def test_a_problem_has_the_described_shape(nobody: httpx.AsyncClient) -> None:
    document = await described(nobody)
    problem = (await nobody.get("/v1/things")).json()
    schema = {**document["components"]["schemas"]["Problem"], "components": document["components"]}
    jsonschema.Draft202012Validator(schema).validate(problem)


@pytest.mark.server
async def test_answers_conform_to_the_description(edge: Any) -> None:
    headers = {"Authorization": f"Bearer {edge.mint.token('admin')}"}
    await assert_conforms(edge.address, headers, without={"/v1/failing", "/v1/slow", "/readyz"})


class _Body(BaseModel):
    name: str


def test_a_body_of_a_plain_router_is_refused() -> None:
    router, plain = Router(), APIRouter()

    @plain.post("/v1/early")
    async def judge_early(*, caller: Caller, body: _Body) -> None: ...

    router.include_router(plain)
    settings = ServiceSettings(service="x", database_url="postgresql://localhost/none")
    with pytest.raises(TypeError, match="Router"):
        create_app(title="x", settings=settings, routers=[router])


def test_a_body_that_is_not_strict_is_refused() -> None:
    router = Router()

    @router.post("/v1/lax")
    async def judge_laxly(*, caller: Caller, body: _Body) -> None: ...

    settings = ServiceSettings(service="x", database_url="postgresql://localhost/none")
    with pytest.raises(TypeError, match="StrictModel"):
        create_app(title="x", settings=settings, routers=[router])


@pytest.mark.filterwarnings("ignore:Duplicate Operation ID")
def test_two_operations_of_one_name_are_refused() -> None:
    routers = []
    for prefix in ("/v1/a", "/v1/b"):
        router = Router(prefix=prefix)

        @router.get("")
        async def read_it() -> None: ...

        routers.append(router)
    settings = ServiceSettings(service="x", database_url="postgresql://localhost/none")
    with pytest.raises(ValueError, match="read_it"):
        create_app(title="x", settings=settings, routers=routers).openapi()
