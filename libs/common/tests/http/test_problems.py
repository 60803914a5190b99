"""Every refusal is one problem document that names field and rule, and repeats nothing of what was sent."""

import gzip
import json
from decimal import Decimal
from typing import Annotated, Any, Literal
from uuid import uuid4

import httpx
import pytest
from pydantic import AfterValidator, Field

from common.errors import Invalid
from common.http import Day, StrictModel
from common.http.bodies import JSON, parsed

HTML = "text/html; charset=utf-8"
THING = "/v1/things/2e8e8c3e-9d10-4b4e-9a0e-111111111111"


def of_no_use(value: str) -> str:
    raise ValueError(value)


class Row(StrictModel):
    number: Annotated[Decimal, Field(le=Decimal("2.50"), strict=False)]
    on: Day
    named: Literal["a", "b"]
    about: Annotated[str, AfterValidator(of_no_use)]


class Rows(StrictModel):
    rows: list[Row]


class Texts(StrictModel):
    texts: list[str]


def problem(response: httpx.Response, status: int, code: str) -> dict[str, Any]:
    assert response.status_code == status, response.text
    assert response.headers["content-type"] == "application/problem+json"
    document: dict[str, Any] = response.json()
    assert document["status"] == status
    assert document["code"] == code
    assert document["type"] == f"/problems/{code}"
    assert document["trace_id"] == response.headers["x-request-id"]
    return document


def rules(document: dict[str, Any]) -> dict[str, str]:
    return {each["pointer"]: each["rule"] for each in document["errors"]}


async def test_the_body_is_judged_field_by_field_without_repeating_it(admin: httpx.AsyncClient) -> None:
    sent = {"name": "canary-13800001111", "count": "3", "day": "31.12.2024", "parts": ["a", "b", "c"], "x": 1}
    document = problem(await admin.post("/v1/things", json=sent), 422, "invalid")
    assert rules(document) == {
        "/name": "too_long", "/count": "wrong_type", "/day": "day_format", "/parts": "too_many", "/x": "unknown_field",
    }  # fmt: skip
    assert "13800001111" not in json.dumps(document)


async def test_a_rule_over_several_fields_carries_its_own_id(admin: httpx.AsyncClient) -> None:
    document = problem(await admin.post("/v1/things", json={"name": "taboo"}), 422, "invalid")
    assert document["errors"] == [{"pointer": "", "rule": "no_taboo", "message": "不得使用该名称"}]


@pytest.mark.parametrize(
    ("asked", "language"),
    [
        (None, "zh"),
        ("en", "en"),
        ("en-GB;q=0.5, zh-CN", "zh"),
        ("fr", "zh"),
        ("zh;q=0, en;q=0.1", "en"),
        (";;q=x", "zh"),
    ],
)
async def test_texts_follow_accept_language(admin: httpx.AsyncClient, asked: str | None, language: str) -> None:
    headers = {} if asked is None else {"Accept-Language": asked}
    response = await admin.get("/v1/nothing", headers=headers)
    title = problem(response, 404, "not_found")["title"]
    assert title.isascii() is (language == "en")
    assert response.headers["content-language"] == language


async def test_a_missing_thing_an_unknown_route_and_an_id_that_is_none_look_the_same(admin: httpx.AsyncClient) -> None:
    bodies = []
    for path in (f"/v1/things/{uuid4()}", "/v1/things/17", "/v1/nowhere", "/v1/things/%00", "/v1/things%0A"):
        document = problem(await admin.patch(path, json={"name": "a"}), 404, "not_found")
        document.pop("trace_id")
        bodies.append(document)
    assert all(body == bodies[0] for body in bodies)


async def test_refusals_come_in_the_agreed_order(edge: Any, admin: httpx.AsyncClient) -> None:
    broken: dict[str, Any] = {"content": b"{", "headers": {"Content-Type": "application/json"}}
    fine: dict[str, Any] = {"json": {"name": "a"}}
    async with edge.client(None) as nobody, edge.client("graduate") as graduate:
        problem(await nobody.patch(THING, **broken), 401, "unauthenticated")
        problem(await graduate.patch(f"/v1/things/{uuid4()}", **fine), 404, "not_found")
        problem(await graduate.patch(THING, **fine), 403, "forbidden")
    problem(await admin.patch(THING, **fine), 428, "precondition_required")
    stale = await admin.patch(THING, **fine, headers={"If-Match": '"2"'})
    problem(stale, 412, "precondition_failed")
    assert stale.headers["etag"] == '"3"'
    frozen = {"Authorization": f"Bearer {edge.mint.token('admin', subject='ice_bound')}", "If-Match": '"3"'}
    document = problem(await admin.patch(THING, **fine, headers=frozen), 409, "ice_bound")
    assert (document["state"], document["allowed_transitions"]) == ("ice_bound", ["thaw"])
    problem(await admin.patch(THING, json={}, headers={"If-Match": '"3"'}), 422, "invalid")
    done = await admin.patch(THING, json={"name": "a"}, headers={"If-Match": 'W/"9", "3"'})
    assert (done.status_code, done.headers["etag"]) == (200, '"4"')
    assert (await admin.patch(THING, **fine, headers={"If-Match": "*"})).status_code == 200


@pytest.mark.parametrize(
    ("content", "headers", "status"),
    [
        (b"{", {"Content-Type": "application/json"}, 400),
        (b"{}", {"Content-Type": "application/json"}, 422),
        (b"{}", {"Content-Type": "text/plain"}, 415),
        (b"", {}, 422),
        (b'{"name": "a"}', {"Content-Type": "application/json", "Idempotency-Key": ""}, 201),
    ],
)
async def test_without_a_token_no_body_is_judged(
    edge: Any, nobody: httpx.AsyncClient, content: bytes, headers: dict[str, str], status: int
) -> None:
    for address in ("/v1/things", "/v1/things?colour=red"):
        problem(await nobody.post(address, content=content, headers=headers), 401, "unauthenticated")
    async with edge.client() as admin:
        assert (await admin.post("/v1/things", content=content, headers=headers)).status_code == status


@pytest.mark.parametrize("tag", ['W/"3"', "3", '"03"', '""', "nonsense"])
async def test_only_the_strong_tag_of_the_version_matches(admin: httpx.AsyncClient, tag: str) -> None:
    response = await admin.patch(THING, json={"name": "a"}, headers={"If-Match": tag})
    problem(response, 412, "precondition_failed")


@pytest.mark.parametrize(
    "raw",
    [
        b"{", b"[" * 10_000, b'{"a":' * 10_000, b"\xff\xfe", b'{"name": "\xc3\x28"}', b'{"name": "\\ud800"}', b"nul",
        b'{"name": "a", "count": 1e999}', b'{"name": "a", "count": ' + b"9" * 5000 + b"}",
        b'{"name": "a", "count": NaN}',
        b'{"name": "a\\u0000b"}', b'{"name": "a", "parts": ["\\u0000"]}', b'{"\\u0000": 1}', b"", b"  ", b"null", b"[]",
        b'{"name": "a", "count": 1.5}', b'"text"',
    ],
)  # fmt: skip
async def test_no_body_breaks_anything(admin: httpx.AsyncClient, raw: bytes) -> None:
    response = await admin.post("/v1/things", content=raw, headers={"Content-Type": "application/json"})
    assert response.status_code in {400, 422}, response.text
    assert response.headers["content-type"] == "application/problem+json"


@pytest.mark.parametrize("number", [b"NaN", b"Infinity", b"-Infinity"])
async def test_what_only_javascript_calls_a_number_is_no_json(admin: httpx.AsyncClient, number: bytes) -> None:
    raw = b'{"name": "a", "count": ' + number + b"}"
    response = await admin.post("/v1/things", content=raw, headers={"Content-Type": "application/json"})
    problem(response, 400, "malformed_json")


async def test_a_null_character_is_pointed_at(admin: httpx.AsyncClient) -> None:
    response = await admin.post("/v1/things", json={"name": "a", "parts": ["b\0"]})
    assert rules(problem(response, 422, "invalid")) == {"/parts/0": "null_character"}


@pytest.mark.parametrize("more", [0, 1, 50_000])
def test_the_first_hundred_faults_are_named_however_many_there_are(more: int) -> None:
    faulty = [{"number": 9, "on": "x", "named": "z", "about": "y"}] * (25 + more)
    with pytest.raises(Invalid) as found:
        parsed(Rows, JSON, json.dumps({"rows": faulty}).encode())
    assert [(each.pointer, each.rule, each.message.en) for each in found.value.problems] == [
        (f"/rows/{row}/{name}", rule, text)
        for row in range(25)
        for name, rule, text in (
            ("number", "out_of_range", "Must be at most 2.50"),
            ("on", "day_format", "Must be a day as YYYY-MM-DD"),
            ("named", "not_allowed", "Must be one of: a, b"),
            ("about", "invalid", "Not a usable value"),
        )
    ]


def test_the_first_hundred_null_characters_are_pointed_at() -> None:
    with pytest.raises(Invalid) as found:
        parsed(Texts, JSON, json.dumps({"texts": ["\0"] * 1_000}).encode())
    assert [each.pointer for each in found.value.problems] == [f"/texts/{number}" for number in range(100)]


async def test_only_json_is_read(admin: httpx.AsyncClient) -> None:
    problem(await admin.post("/v1/things", data={"name": "a"}), 415, "unsupported_media_type")
    problem(await admin.post("/v1/things", content=b'{"name": "a"}'), 415, "unsupported_media_type")
    accepted = await admin.post(
        "/v1/things", content=b'{"name":"a"}', headers={"Content-Type": "application/json; charset=utf-8"}
    )
    assert accepted.status_code == 201


async def test_a_compressed_body_is_refused_as_such(admin: httpx.AsyncClient, nobody: httpx.AsyncClient) -> None:
    squeezed = gzip.compress(b'{"name":"a"}')
    for path, kind in (("/v1/things", "application/json"), ("/v1/imports", "multipart/form-data; boundary=x")):
        headers = {"Content-Type": kind, "Content-Encoding": "gzip"}
        problem(await nobody.post(path, content=squeezed, headers=headers), 401, "unauthenticated")
        refused = await admin.post(path, content=squeezed, headers=headers)
        problem(refused, 415, "encoded_content")
        assert refused.headers["accept-encoding"] == "identity"
    twice = [("Content-Type", "application/json"), ("Content-Encoding", "identity"), ("Content-Encoding", "gzip")]
    problem(await admin.post("/v1/things", content=squeezed, headers=twice), 415, "encoded_content")
    plain = {"Content-Type": "application/json", "Content-Encoding": "Identity"}
    assert (await admin.post("/v1/things", content=b'{"name":"a"}', headers=plain)).status_code == 201


async def test_a_body_over_one_mebibyte_is_refused_declared_or_not(admin: httpx.AsyncClient) -> None:
    large = b'{"name":"' + b"a" * 1024 * 1024 + b'"}'
    headers = {"Content-Type": "application/json"}
    problem(await admin.post("/v1/things", content=large, headers=headers), 413, "content_too_large")

    async def pieces() -> Any:
        for start in range(0, len(large), 65_536):
            yield large[start : start + 65_536]

    problem(await admin.post("/v1/things", content=pieces(), headers=headers), 413, "content_too_large")


async def test_the_unforeseen_says_nothing_of_its_cause(admin: httpx.AsyncClient) -> None:
    response = await admin.get("/v1/failing")
    problem(response, 500, "internal_error")
    assert "password" not in response.text


async def test_a_missing_token_is_answered_with_a_challenge(nobody: httpx.AsyncClient) -> None:
    for headers in ({}, {"Authorization": "Bearer x.y.z"}, {"Authorization": "Basic eDp5"}):
        response = await nobody.get("/v1/things", headers=headers)
        problem(response, 401, "unauthenticated")
        assert response.headers["www-authenticate"] == "Bearer"


async def test_every_type_leads_to_a_page(nobody: httpx.AsyncClient) -> None:
    for code in ("not_found", "ice_bound", "invalid", "unauthenticated"):
        page = await nobody.get(f"/problems/{code}")
        assert page.status_code == 200
        assert page.headers["content-type"] == HTML
        assert page.text.startswith("<!doctype html>")
        assert code in page.text
    problem(await nobody.get("/problems/nonsense"), 404, "not_found")
    every = await nobody.get("/problems")
    assert (every.status_code, every.headers["content-type"]) == (200, HTML)
    assert every.text.startswith("<!doctype html>")


async def test_a_page_explains_a_kind_with_its_one_text_and_its_status(nobody: httpx.AsyncClient) -> None:
    page = (await nobody.get("/problems/ice_bound")).text
    assert "ice_bound (409)" in page
    assert "已冻结" in page
    assert "Frozen" in page


async def test_codes_of_rules_have_pages_and_what_is_answered_as_internal_error_has_none(
    nobody: httpx.AsyncClient,
) -> None:
    listed = (await nobody.get("/problems")).text
    assert "file_encrypted (422)" in listed
    assert "internal_error (500)" in listed
    for hidden in ("undecryptable", "database_behind", "permanent"):
        assert f"{hidden} (" not in listed


class Titles(StrictModel):
    zh: Annotated[str, Field(min_length=1)]
    en: str


class Titled(StrictModel):
    title: Annotated[str, Field(min_length=1)] | Titles
    rows: tuple[int | Titles, ...] = ()


@pytest.mark.parametrize(
    ("body", "pointers"),
    [
        ({"title": ""}, {"/title"}),
        ({"title": {"zh": "", "en": "x"}}, {"/title", "/title/zh"}),
        ({"title": {"zh": "x"}}, {"/title", "/title/en"}),
        ({"title": "x", "rows": [1, "2"]}, {"/rows/1"}),
        ({}, {"/title"}),
    ],
)
def test_a_fault_in_a_union_is_where_it_was_sent(body: dict[str, Any], pointers: set[str]) -> None:
    with pytest.raises(Invalid) as refused:
        parsed(Titled, JSON, json.dumps(body).encode())
    assert {each.pointer for each in refused.value.problems} == pointers
