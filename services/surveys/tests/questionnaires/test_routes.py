from collections.abc import Callable
from copy import deepcopy
from typing import Any
from uuid import uuid4

import httpx
import pytest

Json = dict[str, Any]
Client = Callable[..., httpx.AsyncClient]


async def test_a_draft_is_edited_and_published_as_versions_that_never_change(
    manager: httpx.AsyncClient, questionnaire: Json, school: str
) -> None:
    made = await manager.post("/v1/questionnaires", json=questionnaire)
    assert (made.status_code, made.headers["ETag"]) == (201, '"1"')
    path = made.headers["Location"]
    assert (made.json()["state"], made.json()["school_code"]) == ("draft", school)
    first = await manager.post(f"{path}/publish", headers={"If-Match": '"1"'})
    assert (first.json()["state"], first.json()["published_version"], first.json()["version"]) == ("published", 1, 2)
    edited = await manager.patch(path, json={"title": {"zh": "新题目"}}, headers={"If-Match": '"2"'})
    assert edited.json()["title"] == {"zh": "新题目", "en": questionnaire["title"]["en"]}
    assert (edited.json()["state"], edited.json()["published_version"]) == ("draft", 1)
    second = await manager.post(f"{path}/publish", headers={"If-Match": '"3"'})
    assert second.json()["published_version"] == 2
    versions = [(await manager.get(f"{path}/versions/{number}")).json() for number in (1, 2)]
    assert [each["title"]["zh"] for each in versions] == [questionnaire["title"]["zh"], "新题目"]
    assert versions[0]["pages"] == questionnaire["pages"]
    assert (await manager.get(f"{path}/versions/3")).status_code == 404
    assert (await manager.get(path)).json() == second.json()


async def test_a_change_of_pages_may_leave_out_what_has_a_default(
    manager: httpx.AsyncClient, questionnaire: Json
) -> None:
    path = (await manager.post("/v1/questionnaires", json=questionnaire)).headers["Location"]
    question = {"id": "remarks", "type": "text", "text": {"zh": "意见", "en": "Remarks"}}
    pages = [{"id": "only", "questions": [question]}]
    edited = await manager.patch(path, json={"pages": pages}, headers={"If-Match": '"1"'})
    assert edited.status_code == 200, edited.text
    assert edited.json()["pages"] == [{"id": "only", "questions": [question | {"required": False}]}]
    assert edited.json()["title"] == questionnaire["title"]


async def test_a_write_names_the_version_it_is_meant_for(manager: httpx.AsyncClient, questionnaire: Json) -> None:
    path = (await manager.post("/v1/questionnaires", json=questionnaire)).headers["Location"]
    assert (await manager.patch(path, json={})).status_code == 428
    assert (await manager.post(f"{path}/publish")).status_code == 428
    stale = await manager.patch(path, json={}, headers={"If-Match": '"9"'})
    assert (stale.status_code, stale.headers["ETag"]) == (412, '"1"')


async def test_what_nobody_could_answer_is_not_published(manager: httpx.AsyncClient, questionnaire: Json) -> None:
    broken = deepcopy(questionnaire)
    del broken["pages"][0]["questions"][0]["options"]
    broken["pages"][1]["questions"][0]["text"]["en"] = ""
    path = (await manager.post("/v1/questionnaires", json=broken)).headers["Location"]
    answer = await manager.post(f"{path}/publish", headers={"If-Match": '"1"'})
    assert answer.status_code == 422
    assert {(each["pointer"], each["rule"]) for each in answer.json()["errors"]} == {
        ("/pages/0/questions/0/options", "too_few_options"),
        ("/pages/1/questions/0/text/en", "untranslated"),
    }
    assert (await manager.get(path)).json()["published_version"] is None


async def test_what_is_published_already_is_not_published_again(
    manager: httpx.AsyncClient, questionnaire: Json
) -> None:
    path = (await manager.post("/v1/questionnaires", json=questionnaire)).headers["Location"]
    await manager.post(f"{path}/publish", headers={"If-Match": '"1"'})
    back = {"title": questionnaire["title"]}
    for change, state in (({}, "published"), ({"title": {"zh": "新题目"}}, "draft"), (back, "published")):
        edited = await manager.patch(path, json=change, headers={"If-Match": "*"})
        assert edited.json()["state"] == state
    again = await manager.post(f"{path}/publish", headers={"If-Match": "*"})
    refused = again.json()
    assert (again.status_code, refused["code"]) == (409, "already_published")
    assert (refused["state"], refused["allowed_transitions"]) == ("published", [])
    found = (await manager.get(path)).json()
    assert (found["version"], found["published_version"]) == (5, 1)


async def test_ambiguous_ids_are_refused_at_once(manager: httpx.AsyncClient, questionnaire: Json) -> None:
    broken = questionnaire | {"pages": [questionnaire["pages"][0], questionnaire["pages"][0]]}
    answer = await manager.post("/v1/questionnaires", json=broken)
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["pointer"] == "/pages/1/id"


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (b"", 422),
        (b"{", 400),
        (b"[]", 422),
        (b'{"title": {"zh": "a", "en": "b"}, "pages": null}', 422),
        (b'{"title": {"zh": "a", "en": "\\u0000"}, "pages": []}', 422),
        (b'{"title": {"zh": "a", "en": "\\ud800"}, "pages": []}', 400),
        (b'{"title": {"zh": "a", "en": "b"}, "pages": [{"id": "a/b", "questions": []}]}', 422),
        (b'{"title": {"zh": "a", "en": "b"}, "pages": [], "staff": 1}', 422),
    ],
)
async def test_malformed_questionnaires_are_refused(manager: httpx.AsyncClient, body: bytes, status: int) -> None:
    headers = {"Content-Type": "application/json", "Accept-Language": "en"}
    answer = await manager.post("/v1/questionnaires", content=body, headers=headers)
    assert answer.status_code == status
    assert answer.headers["Content-Type"] == "application/problem+json"


async def test_a_questionnaire_of_another_school_looks_like_none(
    client: Client, manager: httpx.AsyncClient, questionnaire: Json
) -> None:
    path = (await manager.post("/v1/questionnaires", json=questionnaire)).headers["Location"]
    stranger = client("school_officer", school="99998")
    assert (await stranger.get(path)).status_code == 404
    assert (await stranger.patch(path, json={}, headers={"If-Match": '"1"'})).status_code == 404
    assert (await stranger.post(f"{path}/publish")).status_code == 404
    assert (await stranger.get(f"{path}/versions/1")).status_code == 404
    assert (await stranger.get("/v1/questionnaires/not-a-uuid")).status_code == 404


async def test_roles_without_surveys_are_refused(
    client: Client, manager: httpx.AsyncClient, questionnaire: Json
) -> None:
    for role, scope in (("graduate", {"graduate": uuid4()}), ("integrator", {}), ("auditor", {}), ("ministry", {})):
        outsider = client(role, **scope)
        assert (await outsider.post("/v1/questionnaires", json=questionnaire)).status_code == 403
        assert (await outsider.get("/v1/questionnaires")).status_code == 403
    assert (await client().post("/v1/questionnaires", content=b"{")).status_code == 401


async def test_lists_are_cut_to_the_school(
    client: Client, manager: httpx.AsyncClient, questionnaire: Json, school: str
) -> None:
    ids = [(await manager.post("/v1/questionnaires", json=questionnaire)).json()["id"] for _ in range(3)]
    mine = (await manager.get("/v1/questionnaires", params={"school": school})).json()["items"]
    assert [each["id"] for each in mine] == ids
    stranger = client("survey_manager", school="99998")
    assert (await stranger.get("/v1/questionnaires", params={"school": school})).json()["items"] == []
    assert not set(ids) & {each["id"] for each in (await stranger.get("/v1/questionnaires?limit=500")).json()["items"]}
    assert (await manager.get("/v1/questionnaires?colour=red")).status_code == 400
    assert (await manager.get("/v1/questionnaires?cursor=zzz")).status_code == 400


@pytest.mark.parametrize("role", ["employer", "office"])
async def test_a_shared_questionnaire_is_unknown_to_employers_and_offices(
    client: Client, questionnaire: Json, role: str
) -> None:
    admin = client("admin")
    path = (await admin.post("/v1/questionnaires", json=questionnaire)).headers["Location"]
    await admin.post(f"{path}/publish", headers={"If-Match": '"1"'})
    stranger = client(role, **{role: str(uuid4()) if role == "employer" else "O01"})
    assert (await stranger.get(path)).status_code == 404
    assert (await stranger.get(f"{path}/versions/1")).status_code == 404
    listed = await stranger.get("/v1/questionnaires")
    assert listed.status_code == 403 or listed.json()["items"] == []
