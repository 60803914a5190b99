"""An application with one of everything that routes use, on real uvicorn."""

import asyncio
import json
from collections import Counter
from collections.abc import AsyncIterator, Callable, Collection
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Annotated, Any
from uuid import UUID

import httpx
import pytest
from fastapi import Depends, Request, Response, Security
from fastapi.security import APIKeyHeader
from pydantic import BaseModel, Field, model_validator

from common.auth import Caller, Principal, Role, TokenVerifier, require
from common.contracts import ChangeToken
from common.errors import Conflict, Message, NotFound, Unauthenticated, must_equal
from common.files import JPEG, MB, PDF, PNG, Files
from common.http import (
    OPEN,
    Credential,
    Day,
    FileForm,
    IfMatch,
    MinChange,
    Page,
    PageOf,
    ReceivedFile,
    Router,
    StrictModel,
    Upload,
    Waits,
    create_app,
    file_body,
    page_of,
    resource,
    rule_broken,
)
from common.imports import ImportForm
from common.settings import ServiceSettings
from testing.http import NO_TLS, serving
from testing.tokens import TokenMint

EXISTING = UUID("2e8e8c3e-9d10-4b4e-9a0e-111111111111")
VERSION = 3


class NewThing(StrictModel):
    name: str = Field(min_length=1, max_length=5)
    count: int = Field(default=1, ge=1, le=9)
    day: Day | None = None
    parts: list[str] = Field(default=[], max_length=2)

    @model_validator(mode="after")
    def _no_taboo(self) -> "NewThing":
        if self.name == "taboo":
            raise rule_broken("no_taboo", Message("不得使用该名称", "This name is taboo"))
        return self


class Thing(BaseModel):
    name: str
    count: int = 1
    day: date | None = None
    parts: list[str] = []


class ThingsForm(ImportForm):
    effective_on: Day | None = None


class ProofForm(FileForm):
    files = Files((JPEG, PNG, PDF), at_most=2 * MB)

    kind: str


PICTURE = file_body(Files((JPEG, PNG), at_most=1024))


class Numbered(BaseModel):
    number: int


class Waited(BaseModel):
    min_change_met: bool


@dataclass
class SlowWork:
    """The work of the slow route, which ends when it may."""

    may_end: asyncio.Event = field(default_factory=asyncio.Event)
    ended: asyncio.Event = field(default_factory=asyncio.Event)


@dataclass
class Edge:
    """The running application, its mint, and the work of its slow route."""

    address: str
    mint: TokenMint
    slow: SlowWork

    def client(self, role: str | None = "admin", **headers: str) -> httpx.AsyncClient:
        token = {} if role is None else {"Authorization": f"Bearer {self.mint.token(role)}"}
        return httpx.AsyncClient(base_url=self.address, headers={**token, **headers}, timeout=30, verify=NO_TLS)


door = APIKeyHeader(name="X-Key", scheme_name="key", auto_error=False)


async def must_hold_key(request: Request) -> None:
    if await door(request) != "sesame":
        raise Unauthenticated


def cave_router() -> Router:
    router = Router(prefix="/v1", credential=Credential(must_hold_key, door))

    @router.get("/cave", response_model=Numbered)
    async def enter_cave(*, key: Annotated[str, Security(door)], number: int = 40) -> Numbered:
        return Numbered(number=number)

    return router


class Frozen(Conflict):
    code = "ice_bound"
    title = Message("已冻结", "Frozen")


def thing_router() -> Router:
    router = Router(prefix="/v1")

    @router.post("/things", status_code=201, response_model=Thing)
    async def create_thing(*, caller: Caller, body: NewThing) -> Response:
        caller.must_be(Role.ADMIN)
        return resource(body, 1, 201, f"/v1/things/{EXISTING}")

    @router.get("/things")
    async def list_things(
        *, caller: Caller, page: Page, name: str | None = None, on: Day | None = None
    ) -> PageOf[Numbered]:
        first = (page.after(int) or [0])[0]
        numbers = range(first + 1, min(first + page.limit + 1, 250) + 1)
        return page_of(page, numbers, lambda number: number, lambda number: Numbered(number=number))

    @router.get("/plain-things", response_model=PageOf[Numbered])
    async def list_plain_things(*, caller: Caller, page: Page) -> PageOf[dict[str, int]]:
        return page_of(page, range(1, 251), lambda number: number, lambda number: {"number": number})

    @router.get("/other-things")
    async def list_other_things(*, caller: Caller, page: Page) -> PageOf[Numbered]:
        page.after(int)
        return page_of(page, range(0), lambda number: number, lambda number: Numbered(number=number))

    @router.patch("/things/{thing_id}", response_model=Thing)
    async def change_thing(*, caller: Caller, thing_id: UUID, if_match: IfMatch, body: NewThing) -> Response:
        if thing_id != EXISTING:
            raise NotFound
        caller.must_be(Role.ADMIN)
        must_equal(if_match, VERSION)
        if caller.subject == "ice_bound":
            raise Frozen(state="ice_bound", allowed_transitions=["thaw"])
        return resource(body, VERSION + 1)

    return router


def open_router(slow: SlowWork) -> Router:
    router = Router(prefix="/v1", credential=OPEN)

    @router.get("/failing")
    async def fail() -> None:
        raise RuntimeError("the password is 123456")

    @router.get("/slow")
    async def answer_slowly() -> None:
        await slow.may_end.wait()
        slow.ended.set()

    return router


def other_router() -> Router:
    router = Router(prefix="/v1")

    @router.get("/waited", response_model=Waited)
    async def wait_for_change(*, caller: Caller, min_change: MinChange) -> Waited:
        min_change.must_be_of(caller.sees_school)
        return Waited(min_change_met=await min_change.met())

    @router.post("/imports", status_code=202, response_model=dict[str, Any])
    async def take_import(
        *, caller: Annotated[Principal, Depends(require(Role.ADMIN))], upload: Upload[ThingsForm]
    ) -> dict[str, Any]:
        if upload.form.school_code == "99999":
            raise NotFound
        return {
            "kind": upload.kind,
            "size": len(upload.content),
            "form": upload.form.model_dump(exclude_none=True),
        }

    @router.post("/proofs", response_model=dict[str, Any])
    async def add_proof(*, caller: Caller, upload: Upload[ProofForm]) -> dict[str, Any]:
        return {"kind": upload.kind, "size": len(upload.content), "form": upload.form.model_dump()}

    @router.put("/picture", response_model=dict[str, Any])
    async def put_picture(
        *, caller: Annotated[Principal, Depends(require(Role.ADMIN))], picture: Annotated[ReceivedFile, PICTURE]
    ) -> dict[str, Any]:
        return {"kind": picture.kind, "size": len(picture.content)}

    return router


NEVER_INCLUDED = 2
"""Sequence of a change that is never included; others are at the third question."""


def changes() -> Waits:
    asked: Counter[ChangeToken] = Counter()

    async def included(tokens: Collection[ChangeToken]) -> set[ChangeToken]:
        asked.update(tokens)
        return {token for token in tokens if asked[token] > 2 and token.sequence != NEVER_INCLUDED}

    return Waits(included)


def edge_app(mint: TokenMint, slow: SlowWork, folder: Path, **settings: Any) -> Any:
    given = ServiceSettings(service="edge", database_url="postgresql://localhost/none", **mint.settings, **settings)

    async def broken() -> str | None:
        raise ConnectionError("10.0.0.7 refused")

    async def fine() -> str | None:
        return None

    app = create_app(
        title="Edge",
        settings=given,
        routers=[thing_router(), cave_router(), open_router(slow), other_router()],
        verifier=TokenVerifier(given),
        readiness={"database": fine, "relay": broken},
        document=folder / "openapi.json",
    )
    (folder / "openapi.json").write_text(json.dumps(app.openapi()))
    app.state.waits = changes()
    return app


@pytest.fixture(scope="session")
def mint(tmp_path_factory: pytest.TempPathFactory) -> TokenMint:
    return TokenMint(tmp_path_factory.mktemp("mint"))


@pytest.fixture(scope="session")
async def edge(mint: TokenMint, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Edge]:
    slow = SlowWork()
    app = edge_app(mint, slow, tmp_path_factory.mktemp("edge"), cors_origins="https://front.example")
    async with serving(app) as address:
        yield Edge(address, mint, slow)


@pytest.fixture
async def admin(edge: Edge) -> AsyncIterator[httpx.AsyncClient]:
    async with edge.client() as client:
        yield client


@pytest.fixture
async def nobody(edge: Edge) -> AsyncIterator[httpx.AsyncClient]:
    async with edge.client(None) as client:
        yield client


@pytest.fixture
def app_with(mint: TokenMint, tmp_path: Path) -> Callable[..., Any]:
    """Makes the same application with other settings."""
    return lambda **settings: edge_app(mint, SlowWork(), tmp_path, **settings)
