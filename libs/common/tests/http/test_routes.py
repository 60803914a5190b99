"""Routes answer by themselves what FastAPI would answer; what only FastAPI would do is refused when it is declared."""

from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack
from enum import StrEnum
from typing import Annotated, Any
from uuid import UUID, uuid4

import httpx
import pytest
from fastapi import APIRouter, BackgroundTasks, Cookie, Depends, FastAPI, Header, Path, Query, Request, Response
from fastapi.responses import HTMLResponse
from pydantic import BaseModel, Field

from common.errors import Forbidden
from common.http import OPEN, Credential, Day, Router, StrictModel, Whole, create_app
from common.http.refusing import add_refusals
from common.http.routing import path_below_root, placed_routes
from common.settings import ServiceSettings

SETTINGS = ServiceSettings(service="x", database_url="postgresql://localhost/none")


class Colour(StrEnum):
    RED = "red"


class Body(StrictModel):
    text: str


class Seen(BaseModel):
    """What a route was called with; its alias shows that models write themselves."""

    values: dict[str, Any] = Field(serialization_alias="valuesSeen")


async def marked(response: Response, number: int = 0) -> int:
    """A dependency that says something of the answer, two lines under one name among it."""
    response.headers["X-Number"] = str(number)
    response.headers.append("Set-Cookie", "a=1")
    response.headers.append("Set-Cookie", "b=2")
    if number == 204:
        response.status_code = 204
    elif number > 1:
        response.status_code = 203
    return number


async def doubled(number: Annotated[int, Depends(marked)], response: Response) -> int:
    response.headers["X-Doubled"] = str(number * 2)
    return number * 2


async def must_not_be_thirteen(number: Annotated[int, Depends(marked)]) -> None:
    if number == 13:
        raise Forbidden


def declare(router: APIRouter) -> None:
    @router.get("/plain")
    async def plain(
        *,
        text: str | None = None,
        count: Annotated[int, Query(ge=1)] = 7,
        flag: bool = False,
        on: Day | None = None,
        whole: Whole = 3,
        colour: Colour = Colour.RED,
        kind: Annotated[str, Query(alias="called")] = "",
    ) -> Seen:
        return Seen(values={k: str(v) for k, v in locals().items()})

    @router.get("/many")
    async def many(
        *,
        names: Annotated[list[str] | None, Query(alias="name", max_length=3)] = None,
        ids: Annotated[tuple[UUID, ...], Query()] = (),
        needed: Annotated[frozenset[int], Query(alias="n")],
    ) -> Seen:
        return Seen(values={"names": names, "ids": ids, "needed": sorted(needed)})

    @router.get("/heads")
    async def heads(
        *,
        x_some_name: Annotated[str, Header()],
        other: Annotated[str | None, Header(alias="X-Other", max_length=3)] = None,
        many: Annotated[list[int] | None, Header(alias="X-Many")] = None,
    ) -> Seen:
        return Seen(values={"one": x_some_name, "other": other, "many": many})

    @router.get("/depending", dependencies=[Depends(must_not_be_thirteen)])
    async def depending(
        *, twice: Annotated[int, Depends(doubled)], once: Annotated[int, Depends(marked)], late: int = 1
    ) -> Seen:
        return Seen(values={"twice": twice, "once": once, "late": late})

    @router.get("/places/{place}/{number}", status_code=201)
    async def placed(*, request: Request, place: Annotated[str, Path(max_length=6)], number: int) -> dict[str, Any]:
        return {"place": place, "number": number, "params": request.path_params["place"]}

    @router.get("/below/{rest:path}")
    async def below(rest: str) -> Seen:
        return Seen(values={"rest": rest})

    @router.get("/nothing", status_code=204)
    async def nothing(number: Annotated[int, Depends(marked)]) -> None: ...

    @router.get("/null")
    async def null() -> None: ...

    @router.get("/made")
    async def made(number: Annotated[int, Depends(marked)]) -> HTMLResponse:
        return HTMLResponse("<p>", 202)


@pytest.fixture(scope="module")
async def both() -> AsyncIterator[tuple[httpx.AsyncClient, httpx.AsyncClient]]:
    """The same routes in a Router under Dispatch, and in a router of FastAPI."""
    router, plain, fastapi = (
        Router(credential=None),
        APIRouter(),
        FastAPI(redirect_slashes=False),
    )
    declare(router)
    declare(plain)
    fastapi.include_router(plain)
    add_refusals(fastapi)
    async with AsyncExitStack() as stack:
        ours, theirs = [
            await stack.enter_async_context(
                httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://example")
            )
            for app in (create_app(title="x", settings=SETTINGS, routers=[router]), fastapi)
        ]
        yield ours, theirs


ID = "2e8e8c3e-9d10-4b4e-9a0e-111111111111"
REQUESTS: list[tuple[str, list[tuple[str, str]], int]] = [
    ("/plain", [], 200),
    ("/plain?text=&count=9&flag=true&on=2024-06-15&whole=4&colour=red&called=a", [], 200),
    ("/plain?text=%E5%BC%A0%2B+%26&flag=on", [], 200),
    ("/plain?count=", [], 400),
    ("/plain?count=0&flag=maybe&on=15.06.2024&whole=4.0&colour=blue", [], 400),
    ("/plain?on=", [], 400),
    ("/many?n=3", [], 200),
    ("/many", [], 400),
    ("/many?n=", [], 400),
    (f"/many?n=1&n=2&n=1&name=&name=a&ids={ID}&ids={ID}", [], 200),
    ("/many?n=1&name=a&name=b&name=c&name=d&ids=x", [], 400),
    ("/heads", [], 400),
    ("/heads", [("X-Some-Name", "")], 200),
    ("/heads", [("x-some-name", "a"), ("X-OTHER", "abc"), ("X-Many", "1"), ("X-Many", "2")], 200),
    ("/heads", [("X-Some-Name", "a"), ("X-Other", "abcd"), ("X-Many", "1, 2")], 400),
    ("/depending", [], 200),
    ("/depending?number=21&late=2", [], 203),
    ("/depending?number=x", [], 400),
    ("/depending?number=4&late=x", [], 400),
    ("/depending?number=13&late=x", [], 403),
    ("/depending?number=204", [], 204),
    ("/places/a%20b/3", [], 201),
    ("/places/%E5%BC%A0%25/03", [], 201),
    ("/places/a%2Fb/3", [], 404),
    ("/places/a/x", [], 404),
    ("/places/toolong/3", [], 404),
    ("/places//3", [], 404),
    ("/below/a/b%2Fc//", [], 200),
    ("/below/", [], 200),
    ("/plain/", [], 404),
    ("/nothing", [], 204),
    ("/nothing?number=2", [], 203),
    ("/null", [], 200),
    ("/made?number=2", [], 202),
]


def said(answer: httpx.Response) -> list[tuple[str, str]]:
    """What the headers say of the answer, by name; the lines of one name in their order."""
    of_content = {"content-type", "content-length"} if answer.is_success and answer.content else set()
    named = {"set-cookie", "x-number", "x-doubled"} | of_content
    return sorted((each for each in answer.headers.multi_items() if each[0] in named), key=lambda each: each[0])


@pytest.mark.parametrize(("path", "headers", "status"), REQUESTS)
async def test_a_route_answers_what_fastapi_would(
    both: tuple[httpx.AsyncClient, httpx.AsyncClient], path: str, headers: list[tuple[str, str]], status: int
) -> None:
    ours, theirs = [await client.get(path, headers=headers) for client in both]
    assert ours.status_code == theirs.status_code == status, ours.text
    assert said(ours) == said(theirs)
    if status < 400:
        assert ours.content == theirs.content
    else:
        assert {**ours.json(), "trace_id": None} == {**theirs.json(), "trace_id": None}


async def _nothing() -> None: ...


async def _text() -> str:
    return ""


async def _changing(ids: Annotated[list[int], Query()] = []) -> None: ...  # noqa: B006


async def _made_anew(text: Annotated[str, Query(default_factory=lambda: str(uuid4()))]) -> None: ...


async def _cookies(key: Annotated[str, Cookie()] = "") -> None: ...


async def _in_background(tasks: BackgroundTasks) -> None: ...


async def _under_two_names(text: Annotated[str, Query(alias="one", validation_alias="other")] = "") -> None: ...


async def _of_two_bodies(one: Body, other: Body) -> None: ...


async def _of_a_model(seen: Annotated[Seen, Query()]) -> None: ...


async def _depending(found: Annotated[None, Depends(_cookies)]) -> None: ...


@pytest.mark.parametrize(
    ("function", "declared", "why"),
    [
        (_text, {"response_class": HTMLResponse}, "return the .*HTMLResponse"),
        (_nothing, {"response_class": Response}, "return the .*Response"),
        (_nothing, {"response_model": Seen, "response_model_exclude_none": True}, "model alone"),
        (_nothing, {"response_model": Seen, "response_model_exclude_unset": True}, "model alone"),
        (_nothing, {"response_model": Seen, "response_model_exclude_defaults": True}, "model alone"),
        (_nothing, {"response_model": Seen, "response_model_include": {"values"}}, "model alone"),
        (_nothing, {"response_model": Seen, "response_model_exclude": {"values"}}, "model alone"),
        (_nothing, {"response_model": Seen, "response_model_by_alias": False}, "model alone"),
        (_changing, {}, "ids: a default"),
        (_made_anew, {}, "text: a default"),
        (_under_two_names, {}, "text: a parameter"),
        (_of_a_model, {}, "seen: a parameter"),
        (_of_two_bodies, {}, "a StrictModel"),
        (_cookies, {}, "cookies"),
        (_in_background, {}, "background"),
        (_depending, {}, "cookies"),
    ],
)
def test_what_only_fastapi_would_do_is_refused(function: Any, declared: dict[str, Any], why: str) -> None:
    router = Router()
    router.get("/it", **declared)(function)
    with pytest.raises(TypeError, match=why):
        FastAPI().include_router(router)


def _by_outer_router(router: Router) -> FastAPI:
    outer, app = Router(credential=OPEN, dependencies=[Depends(must_not_be_thirteen)]), FastAPI()
    outer.include_router(router)
    app.include_router(outer)
    return app


def _by_inclusion(router: Router) -> FastAPI:
    app = FastAPI()
    app.include_router(router, dependencies=[Depends(must_not_be_thirteen)])
    return app


def _by_application(router: Router) -> FastAPI:
    app = FastAPI(dependencies=[Depends(must_not_be_thirteen)])
    app.include_router(router)
    return app


def _by_credential(router: Router) -> FastAPI:
    outer, app = Router(), FastAPI()
    outer.include_router(router)
    app.include_router(outer)
    return app


def _by_path(router: Router) -> FastAPI:
    async def of_a_place(place: str | None = None) -> None: ...

    router.get("/it/of-a-place")(of_a_place)
    app = FastAPI()
    app.include_router(router, prefix="/{place}")
    return app


def _by_response_class(router: Router) -> FastAPI:
    app = FastAPI(default_response_class=HTMLResponse)
    app.include_router(router)
    return app


@pytest.mark.parametrize(
    "place", [_by_outer_router, _by_inclusion, _by_application, _by_credential, _by_path, _by_response_class]
)
def test_what_is_declared_where_a_router_is_included_is_refused_and_not_lost(
    place: Callable[[Router], FastAPI],
) -> None:
    router = Router(credential=OPEN)
    router.get("/it")(_nothing)
    with pytest.raises(TypeError, match=r"/it.*: "):
        placed_routes(place(router))


def test_what_a_nested_router_declares_itself_may_be_declared_around_it() -> None:
    needed = Depends(must_not_be_thirteen)
    outer, inner, app = Router(prefix="/v1", dependencies=[needed]), Router(dependencies=[needed]), FastAPI()
    inner.get("/it")(_nothing)
    outer.include_router(inner)
    app.include_router(outer)
    assert [each.path for each in placed_routes(app)] == ["/v1/it"]


@pytest.mark.parametrize(
    ("root", "path", "found"),
    [
        ("", "/v1/things", True),
        ("/edge", "/edge/v1/things", True),
        ("/edge", "/v1/things", True),
        ("/v1/th", "/v1/things", True),
        ("/edge", "/edge", False),
    ],
)
def test_a_path_is_matched_below_its_root(root: str, path: str, found: bool) -> None:
    router, app = Router(credential=Credential(None)), FastAPI()
    router.get("/v1/things")(_nothing)
    app.include_router(router)
    (route,) = placed_routes(app)
    below = path_below_root({"type": "http", "path": path, "root_path": root})
    assert bool(route.match(below)) is found
