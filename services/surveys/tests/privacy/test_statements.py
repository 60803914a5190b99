"""Statements as a survey team writes them, and which of them a wave's respondents are told."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any
from uuid import UUID, uuid4

import httpx
import pytest

from common.database import Database
from common.errors import Message
from common.identifiers import SchoolCode
from surveys.privacy.commands import statement_for
from surveys.privacy.domain import Said, StatementId, shipped, untranslated

Json = dict[str, Any]
Client = Callable[..., httpx.AsyncClient]

WORDS = Message("文字", "Words")
SAID: Json = {
    **{name: {"zh": "文字", "en": "Words"} for name in ("text", "purposes", "contact")},
    "retention_months": 24,
}
ANY = {"If-Match": "*"}


async def published(client: httpx.AsyncClient, **said: Any) -> str:
    path = (await client.post("/v1/privacy-statements", json=SAID | said)).headers["Location"]
    answer = await client.post(f"{path}/publish", headers=ANY)
    assert (answer.status_code, answer.json()["published_version"]) == (200, 1), answer.text
    return str(answer.json()["id"])


def test_the_shipped_statement_could_be_published() -> None:
    assert not [*untranslated(shipped())]
    assert (shipped().number, 6 <= shipped().retention_months <= 84) == (1, True)


@pytest.mark.parametrize("name", ["text", "purposes", "contact"])
def test_blank_words_are_named(name: str) -> None:
    blank: Any = {name: Message("文字", " ")}
    said = replace(Said(WORDS, WORDS, WORDS, 6), **blank)
    assert [(each.pointer, each.rule) for each in untranslated(said)] == [(f"/{name}/en", "untranslated")]


async def test_a_draft_is_edited_and_published_as_versions_that_never_change(
    manager: httpx.AsyncClient, school: str
) -> None:
    made = await manager.post("/v1/privacy-statements", json=SAID)
    assert (made.status_code, made.json()["state"], made.json()["school_code"]) == (201, "draft", school)
    path = made.headers["Location"]
    first = await manager.post(f"{path}/publish", headers={"If-Match": '"1"'})
    assert (first.json()["state"], first.json()["published_version"], first.headers["ETag"]) == ("published", 1, '"2"')
    again = await manager.post(f"{path}/publish", headers=ANY)
    assert (again.status_code, again.json()["code"]) == (409, "already_published")
    edited = await manager.patch(path, json={"text": {"zh": "新文字"}, "retention_months": 84}, headers=ANY)
    assert edited.json()["text"] == {"zh": "新文字", "en": "Words"}
    assert (edited.json()["state"], edited.json()["contact"]) == ("draft", SAID["contact"])
    assert (await manager.post(f"{path}/publish", headers=ANY)).json()["published_version"] == 2
    versions = [(await manager.get(f"{path}/versions/{number}")).json() for number in (1, 2)]
    assert [(each["text"]["zh"], each["retention_months"]) for each in versions] == [("文字", 24), ("新文字", 84)]
    assert (await manager.get(f"{path}/versions/3")).status_code == 404
    back = await manager.patch(path, json={}, headers=ANY)
    assert back.json()["state"] == "published"
    listed = (await manager.get("/v1/privacy-statements", params={"school": school})).json()["items"]
    assert [each["id"] for each in listed] == [made.json()["id"]]


async def test_what_is_no_statement_is_refused(manager: httpx.AsyncClient) -> None:
    for said, pointer in (
        ({"retention_months": 5}, "/retention_months"),
        ({"retention_months": 85}, "/retention_months"),
        ({"purposes": {"zh": "文字"}}, "/purposes/en"),
    ):
        refused = await manager.post("/v1/privacy-statements", json=SAID | said)
        assert (refused.status_code, [each["pointer"] for each in refused.json()["errors"]]) == (422, [pointer])
    path = (await manager.post("/v1/privacy-statements", json=SAID | {"text": {"zh": "", "en": "x"}})).headers[
        "Location"
    ]
    assert (await manager.post(f"{path}/publish")).status_code == 428
    blank = await manager.post(f"{path}/publish", headers=ANY)
    assert (blank.status_code, blank.json()["errors"][0]["pointer"]) == (422, "/text/zh")


async def test_statements_are_those_of_the_school(client: Client, manager: httpx.AsyncClient) -> None:
    path = (await manager.post("/v1/privacy-statements", json=SAID)).headers["Location"]
    stranger = client("survey_manager", school="99998")
    assert (await stranger.get(path)).status_code == 404
    assert (await stranger.post(f"{path}/publish", headers=ANY)).status_code == 404
    assert (await client("counsellor", school="99998").post("/v1/privacy-statements", json=SAID)).status_code == 403
    shared = (await client("admin").post("/v1/privacy-statements", json=SAID)).headers["Location"]
    assert (await stranger.get(shared)).json()["school_code"] is None
    assert (await stranger.patch(shared, json={}, headers=ANY)).status_code == 403


async def test_a_wave_tells_its_own_statement_else_the_schools_newest_else_the_shipped_one(
    database: Database, manager: httpx.AsyncClient, school: str
) -> None:
    async def told(statement: str | None = None) -> tuple[UUID | None, int]:
        async with database.reading() as connection:
            named = None if statement is None else StatementId(UUID(statement))
            found = await statement_for(connection, SchoolCode(school), named)
        return found.statement_id, found.retention_months

    assert await told() == (None, shipped().retention_months)
    first = await published(manager)
    assert await told() == (UUID(first), 24)
    second = await published(manager, retention_months=12)
    assert await told() == (UUID(second), 12)
    path = f"/v1/privacy-statements/{first}"
    await manager.patch(path, json={"retention_months": 36}, headers=ANY)
    assert (await told(), await told(first)) == ((UUID(second), 12), (UUID(first), 24))
    await manager.post(f"{path}/publish", headers=ANY)
    assert (await told(), await told(second)) == ((UUID(first), 36), (UUID(second), 12))


async def test_a_wave_names_a_published_statement_of_its_school_or_of_all(
    client: Client, manager: httpx.AsyncClient, plan: Json, graduates: list[UUID]
) -> None:
    draft = (await manager.post("/v1/privacy-statements", json=SAID)).json()["id"]
    foreign = await published(client("survey_manager", school="99998"))
    for statement in (draft, foreign, str(uuid4())):
        refused = await manager.post("/v1/waves", json=plan | {"privacy_statement_id": statement})
        assert (refused.status_code, refused.json()["errors"][0]["rule"]) == (422, "unknown_privacy_statement")
    for statement in (await published(manager), await published(client("admin"))):
        made = await manager.post("/v1/waves", json=plan | {"privacy_statement_id": statement})
        assert (made.status_code, made.json()["privacy_statement_id"]) == (201, statement)
    assert (await manager.post("/v1/waves", json=plan)).json()["privacy_statement_id"] is None
