"""Managers appoint liaisons; these see whom it is worth to contact, and report."""

from collections.abc import Awaitable, Callable
from typing import Any
from uuid import UUID, uuid4

import httpx
import pytest
from registry_book import Book

Json = dict[str, Any]
Client = Callable[..., httpx.AsyncClient]
Rows = Callable[..., Awaitable[list[Json]]]


@pytest.fixture
async def people(
    registry: Any, book: Book, graduates: list[UUID], situate: Any, graduate_event: Any, school: str
) -> list[UUID]:
    """The graduates, as registry knows them: the first two of one class, each of a college."""
    places = (("C1", "K1"), ("C2", "K1"), ("C1", "K2"))
    for place, (each, (college, class_)) in enumerate(zip(graduates, places, strict=True)):
        book.write(each, f"2020{place:04}", f"张{place}")
        await situate([graduate_event(school, each, college_code=college, class_code=class_)])
    return graduates


async def appointed(manager: httpx.AsyncClient, **said: Any) -> httpx.Response:
    return await manager.post("/v1/liaisons", json=said)


async def names(client: httpx.AsyncClient, wave: Json) -> list[str]:
    answer = await client.get(f"/v1/waves/{wave['id']}/liaison-list")
    assert answer.status_code == 200, answer.text
    return sorted(each["name"] for each in answer.json()["items"])


async def test_a_manager_appoints_changes_and_lists(manager: httpx.AsyncClient, people: list[UUID]) -> None:
    made = await appointed(manager, graduate_id=str(people[0]), level="class", class_code="K1", until="2199-12-31")
    assert made.status_code == 201, made.text
    path = f"/v1/liaisons/{made.json()['id']}"
    assert made.headers["location"] == path
    assert (await manager.patch(path, json={"until": "2000-01-01"})).status_code == 428
    refused = await manager.patch(path, json={"until": "2000-01-01"}, headers={"If-Match": '"1"'})
    assert refused.json()["errors"][0]["pointer"] == "/until"
    changed = await manager.patch(path, json={"until": None, "cohort": 2024}, headers={"If-Match": '"1"'})
    assert (changed.status_code, changed.json()["until"], changed.json()["cohort"]) == (200, None, 2024)
    assert (await manager.get(path)).json() == changed.json()
    assert [each["id"] for each in (await manager.get("/v1/liaisons")).json()["items"]] == [made.json()["id"]]


@pytest.mark.parametrize(
    ("said", "pointer"),
    [
        ({"level": "school"}, "/graduate_id"),
        ({"level": "school", "subject": "s", "graduate_id": str(uuid4())}, "/graduate_id"),
        ({"level": "college", "subject": "s"}, "/college_code"),
        ({"level": "class", "subject": "s"}, "/class_code"),
        ({"level": "school", "subject": "s", "from": "2026-02-02", "until": "2026-02-01"}, "/until"),
        ({"level": "village", "subject": "s"}, "/level"),
        ({"level": "school", "graduate_id": str(uuid4())}, "/graduate_id"),
    ],
)
async def test_what_cannot_be_is_refused(manager: httpx.AsyncClient, said: Json, pointer: str) -> None:
    refused = await appointed(manager, **said)
    assert (refused.status_code, [each["pointer"] for each in refused.json()["errors"]]) == (422, [pointer])


async def test_each_level_sees_its_own(
    client: Client, manager: httpx.AsyncClient, wave: Json, people: list[UUID], school: str
) -> None:
    await appointed(manager, subject="of-school", level="school")
    await appointed(manager, subject="of-college", level="college", college_code="C1")
    await appointed(manager, graduate_id=str(people[0]), level="class", class_code="K1")
    await appointed(manager, subject="of-others", level="alumni", cohort=2019)
    await appointed(manager, subject="ended", level="school", until="2026-01-01", **{"from": "2025-01-01"})
    staff = {each: client("interviewer", school=school, subject=each) for each in ("of-school", "of-college")}
    assert await names(staff["of-school"], wave) == ["张0", "张1", "张2"]
    assert await names(staff["of-college"], wave) == ["张0", "张2"]
    assert await names(client("graduate", graduate=people[0]), wave) == ["张1"], "all of the class but oneself"
    assert await names(client("counsellor", school=school, class_="K2"), wave) == ["张2"]
    assert await names(client("counsellor", school=school, class_="K9"), wave) == []
    assert await names(client("interviewer", school=school, subject="of-others"), wave) == []
    path = f"/v1/waves/{wave['id']}/liaison-list"
    for stranger in (
        client("interviewer", school=school, subject="ended"),
        client("interviewer", school=school, subject="nobody"),
        client("graduate", graduate=people[1]),
        client("counsellor", school="98001", class_="K1"),
    ):
        assert (await stranger.get(path)).status_code == 404


async def test_who_answered_or_asks_to_stop_is_absent_and_is_not_told_apart(
    client: Client,
    manager: httpx.AsyncClient,
    wave: Json,
    people: list[UUID],
    agreed: list[str],
    school: str,
    rows: Rows,
) -> None:
    await appointed(manager, subject="s1", level="school")
    liaison, path = client("interviewer", school=school, subject="s1"), f"/v1/waves/{wave['id']}/liaison-list"
    refs = {each["name"]: each["ref"] for each in (await liaison.get(path)).json()["items"]}
    body = {"values": {"satisfied": "y", "match": 3}}
    submitted = await client(link=agreed[0]).post("/v1/answer/submit", json=body, headers={"If-Match": "*"})
    assert submitted.status_code == 200
    reports = [
        (await liaison.post(f"{path}/{refs[name]}/report", json={"outcome": outcome})).status_code
        for name, outcome in (("张0", "passed_on"), ("张1", "asks_to_stop"), ("张2", "unreachable"))
    ]
    assert reports == [201, 201, 201]
    assert await names(liaison, wave) == ["张2"]
    stopped = await rows("SELECT graduate_id, wave_id, source FROM opt_outs WHERE school_code = :school", school=school)
    assert stopped == [{"graduate_id": people[1], "wave_id": UUID(wave["id"]), "source": "liaison"}]
    refused = await liaison.post(f"{path}/{refs['张2']}/report", json={"outcome": "gone"})
    assert refused.status_code == 422


async def test_a_ref_is_of_one_liaison_and_one_wave(
    client: Client, manager: httpx.AsyncClient, wave: Json, plan: Json, people: list[UUID], school: str
) -> None:
    for subject in ("s1", "s2"):
        await appointed(manager, subject=subject, level="school")
    one, other = (client("interviewer", school=school, subject=each) for each in ("s1", "s2"))
    path = f"/v1/waves/{wave['id']}/liaison-list"
    ref = (await one.get(path)).json()["items"][0]["ref"]
    assert all(each.hex not in ref and str(each) not in ref for each in people)
    second = (await manager.post("/v1/waves", json=plan)).json()
    body = {"outcome": "passed_on"}
    for client_, where, what in (
        (other, path, ref),
        (one, f"/v1/waves/{second['id']}/liaison-list", ref),
        (one, path, "bm9ib2R5"),
        (one, path, "~~~"),
    ):
        assert (await client_.post(f"{where}/{what}/report", json=body)).status_code == 404


async def test_names_are_read_with_a_trail_page_by_page(
    client: Client, manager: httpx.AsyncClient, wave: Json, people: list[UUID], school: str
) -> None:
    await appointed(manager, subject="s1", level="school")
    liaison, path = client("interviewer", school=school, subject="s1"), f"/v1/waves/{wave['id']}/liaison-list"
    seen, query = [], {"limit": 2}
    for _ in range(2):
        page = (await liaison.get(path, params=query)).json()
        seen += [each["name"] for each in page["items"]]
        query = {"limit": 2, "cursor": page["next_cursor"]}
    assert (sorted(seen), page["next_cursor"]) == (["张0", "张1", "张2"], None)
    for each in people:
        [access] = (await client("graduate", graduate=each).get("/v1/accesses")).json()["items"]
        assert (access["kind"], access["fields"]) == ("liaison", ["name"])


async def test_while_registry_is_down_no_name_is_shown(
    client: Client, manager: httpx.AsyncClient, wave: Json, people: list[UUID], book: Book, school: str
) -> None:
    await appointed(manager, subject="s1", level="school")
    book.down = True
    answer = await client("interviewer", school=school, subject="s1").get(f"/v1/waves/{wave['id']}/liaison-list")
    assert (answer.status_code, answer.json()["code"]) == (503, "registry_unavailable")


async def test_only_managers_of_the_school_appoint(client: Client, people: list[UUID], school: str) -> None:
    said = {"graduate_id": str(people[0]), "level": "school", "school_code": school}
    assert (await client("interviewer", school=school).post("/v1/liaisons", json=said)).status_code == 403
    assert (await client("survey_manager", school="98001").post("/v1/liaisons", json=said)).status_code == 404
    assert (await client("admin").post("/v1/liaisons", json=said)).status_code == 201
