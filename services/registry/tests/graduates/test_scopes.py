from collections.abc import Callable
from typing import Any

import httpx
import pytest
from changing import moved

Json = dict[str, Any]
Client = Callable[..., httpx.AsyncClient]

OTHER = "8e5f7c2e-9f5d-4f7a-9a59-0f0f0f0f0f0f"

SCOPES: list[tuple[str, Json, bool]] = [
    ("admin", {}, True),
    ("system", {}, True),
    ("school_officer", {"school": "OWN"}, True),
    ("school_officer", {"school": "10001"}, False),
    ("school_officer", {}, False),
    ("survey_manager", {"school": "OWN"}, True),
    ("survey_manager", {"school": "10001"}, False),
    ("college_officer", {"school": "OWN", "college": "C1"}, True),
    ("college_officer", {"school": "OWN", "college": "C2"}, False),
    ("college_officer", {"school": "OWN"}, False),
    ("college_officer", {"school": "10001", "college": "C1"}, False),
    ("counsellor", {"school": "OWN", "class_": "K1"}, True),
    ("counsellor", {"school": "OWN", "college": "C1", "class_": "K1"}, True),
    ("counsellor", {"school": "OWN", "college": "C2", "class_": "K1"}, False),
    ("counsellor", {"school": "OWN", "class_": "K2"}, False),
    ("counsellor", {"school": "OWN"}, False),
    ("graduate", {"graduate": "SELF"}, True),
    ("graduate", {"graduate": OTHER}, False),
    ("provincial_officer", {"province": "410000"}, True),
    ("provincial_officer", {"province": "420000"}, False),
    ("provincial_officer", {}, False),
    ("ministry", {}, False),
    ("auditor", {}, False),
    ("employer", {"employer": OTHER}, False),
    ("integrator", {"school": "OWN"}, False),
    ("integrator", {}, False),
]


@pytest.fixture
async def member(officer: httpx.AsyncClient, school: str) -> Json:
    """A graduate of college C1 and class K1."""
    base = f"/v1/schools/{school}"
    await officer.post(f"{base}/colleges", json={"code": "C1", "name": "理学院"})
    await officer.post(f"{base}/colleges", json={"code": "C2", "name": "工学院"})
    await officer.post(f"{base}/classes", json={"code": "K1", "name": "一班", "college_code": "C1"})
    body = {
        "school_code": school,
        "cohort": 2024,
        "student_number": "2020001",
        "name": "张三",
        "college_code": "C1",
        "class_code": "K1",
    }
    return dict((await officer.post("/v1/graduates", json=body)).json())


@pytest.mark.parametrize(("role", "scope", "sees"), SCOPES)
async def test_a_scope_decides_every_route_alike(
    client: Client, school: str, member: Json, role: str, scope: Json, sees: bool
) -> None:
    names = {"OWN": school, "SELF": member["id"]}
    caller = client(role, **{name: names.get(value, value) for name, value in scope.items()})
    path = f"/v1/graduates/{member['id']}"
    expected = 200 if sees else 404
    assert (await caller.get(path)).status_code == expected
    assert (await caller.get(f"{path}/history")).status_code == expected
    listed = (await caller.get("/v1/graduates", params={"school": school})).json()["items"]
    assert ([item["id"] for item in listed] == [member["id"]]) is sees
    if not sees:
        assert (await caller.patch(path, json={"sex_code": "1"}, headers={"If-Match": '"1"'})).status_code == 404
    found = await caller.post("/v1/graduates/search", json={"name": "张三", "school_code": school})
    assert found.status_code in {200, 403}
    assert sees or found.status_code == 403 or found.json()["items"] == []


@pytest.mark.parametrize(
    ("role", "scope", "change", "status"),
    [
        ("counsellor", {"school": "10001", "class_": "K1"}, {}, 404),
        ("counsellor", {"school": "10001", "class_": "K1"}, {"name": ""}, 404),
        ("counsellor", {"school": "OWN", "class_": "K1"}, {}, 403),
        ("counsellor", {"school": "OWN", "class_": "K1"}, {"sex_code": "x"}, 403),
        ("graduate", {"graduate": OTHER}, {}, 404),
        ("provincial_officer", {"province": "420000"}, {}, 404),
        ("provincial_officer", {"province": "410000"}, {}, 403),
        ("ministry", {}, {}, 403),
        ("ministry", {}, {"school_code": "99998"}, 404),
        ("college_officer", {"school": "OWN", "college": "C1"}, {}, 404),
        ("college_officer", {"school": "OWN", "college": "C1"}, {"college_code": "C1", "cohort": "x"}, 422),
        ("school_officer", {"school": "OWN"}, {"cohort": "x"}, 422),
        ("school_officer", {"school": "10001"}, {}, 404),
    ],
)
async def test_the_order_of_refusal(
    client: Client, school: str, role: str, scope: Json, change: Json, status: int
) -> None:
    caller = client(role, **{name: school if value == "OWN" else value for name, value in scope.items()})
    body = {"school_code": school, "cohort": 2024, "student_number": "1", "name": "李四", **change}
    assert (await caller.post("/v1/graduates", json=body)).status_code == status


@pytest.mark.parametrize(
    ("change", "headers", "status"),
    [
        ({"status": "withdrawn"}, {"If-Match": '"1"'}, (422, "needs_population_change")),
        ({"status": "completed"}, {"If-Match": '"1"'}, (422, "needs_population_change")),
        ({"education_level_code": "39"}, {"If-Match": '"1"'}, (422, "needs_population_change")),
        ({"education_level_code": "39"}, {"If-Match": '"9"'}, (412, "precondition_failed")),
        ({"sex_code": "gone"}, {}, (428, "precondition_required")),
        ({"sex_code": "gone"}, {"If-Match": '"9"'}, (412, "precondition_failed")),
        ({"sex_code": "gone"}, {"If-Match": '"1"'}, (422, "invalid")),
        ({"status": "gone"}, {"If-Match": '"1"'}, (422, "invalid")),
    ],
)
async def test_no_change_by_one_person_moves_the_population(
    client: Client, school: str, member: Json, change: Json, headers: Json, status: tuple[int, str]
) -> None:
    officer = client("school_officer", school=school)
    answer = await officer.patch(f"/v1/graduates/{member['id']}", json=change, headers=headers)
    assert (answer.status_code, answer.json().get("code")) == status


async def test_who_has_left_is_still_edited(client: Client, school: str, member: Json) -> None:
    await moved(client, school, [member["id"]], "withdraw")
    officer = client("school_officer", school=school)
    path, version = f"/v1/graduates/{member['id']}", {"If-Match": '"2"'}
    answer = await officer.patch(path, json={"sex_code": "1", "education_level_code": "33"}, headers=version)
    assert (answer.status_code, answer.json()["status"]) == (200, "withdrawn")


async def test_a_foreign_row_looks_like_a_missing_one(client: Client, member: Json) -> None:
    stranger = client("school_officer", school="10001")
    foreign = (await stranger.get(f"/v1/graduates/{member['id']}")).json()
    missing = (await stranger.get(f"/v1/graduates/{OTHER}")).json()
    nonsense = (await stranger.get("/v1/graduates/not-a-uuid")).json()
    for body in (foreign, missing, nonsense):
        body.pop("trace_id")
    assert foreign == missing == nonsense


async def test_a_graduate_sees_the_own_entry_in_clear_and_staff_see_it_masked(
    client: Client, officer: httpx.AsyncClient, graduate: Json, school: str
) -> None:
    path = f"/v1/graduates/{graduate['id']}"
    given = {"commissioning_unit": "河南省某某县第一高级中学", "exam_number": "24410101110001"}
    await officer.patch(path, json=given, headers={"If-Match": '"1"'})
    clear = {"name": "张三", "citizen_id": "11010119900307002X", "phone": "13800138000", **given}
    own = (await client("graduate", graduate=graduate["id"]).get(path)).json()
    assert {field: own[field] for field in clear} == clear
    masked = {
        "name": "张***",
        "citizen_id": "1101**********002X",
        "phone": "138****8000",
        "commissioning_unit": "河南省某某县***",
    }
    for role, scope in (("school_officer", {"school": school}), ("provincial_officer", {"province": "410000"})):
        shown = (await client(role, **scope).get(path)).json()
        assert {field: shown[field] for field in clear} == clear | masked
    shown = (await client("survey_manager", school=school).get(path)).json()
    assert {field: shown[field] for field in masked} == masked
    assert shown["exam_number"] == "2441******0001"


async def test_numbers_are_clear_for_officers_only(client: Client, school: str, member: Json) -> None:
    path = f"/v1/graduates/{member['id']}"
    assert (await client("counsellor", school=school, class_="K1").get(path)).json()["student_number"] == "2020001"
    assert (await client("survey_manager", school=school).get(path)).json()["student_number"] == "*******"
