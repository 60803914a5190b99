from collections.abc import Awaitable, Callable
from typing import Any

import httpx
import pytest

Json = dict[str, Any]
Rows = Callable[..., Awaitable[list[Json]]]


async def test_a_school_is_created_read_and_announced(admin: httpx.AsyncClient, school: str, rows: Rows) -> None:
    answer = await admin.get(f"/v1/schools/{school}")
    assert (answer.status_code, answer.headers["etag"]) == (200, '"1"')
    assert answer.json()["province_code"] == "410000"
    events = await rows("SELECT type, key, sequence, data FROM outbox WHERE school_code = :school", school=school)
    assert [(event["type"], event["key"], event["sequence"]) for event in events] == [
        ("quxiang.organisation.changed", school, 1)
    ]
    assert events[0]["data"]["unit_kind"] == "school"


async def test_a_school_is_changed_and_announced(admin: httpx.AsyncClient, school: str, rows: Rows) -> None:
    change = {"name": "更名大学", "name_en": "Renamed", "province_code": "110000"}
    answer = await admin.patch(f"/v1/schools/{school}", json=change, headers={"If-Match": '"1"'})
    assert (answer.status_code, answer.headers.get("etag")) == (200, '"2"')
    assert answer.json() | change == answer.json()
    events = await rows("SELECT sequence, data FROM outbox WHERE school_code = :school ORDER BY id", school=school)
    assert [(event["sequence"], event["data"]["province_code"]) for event in events] == [(1, "410000"), (2, "110000")]


async def test_a_school_has_its_identifier_its_city_and_how_its_photos_look(
    admin: httpx.AsyncClient, school: str, rows: Rows
) -> None:
    before = (await admin.get(f"/v1/schools/{school}")).json()
    assert (before["identifier_code"], before["city_code"], before["photo_profile"]) == (None, None, "blue")
    change = {"identifier_code": f"41410{school}", "city_code": "410100", "photo_profile": "light_blue"}
    answer = await admin.patch(f"/v1/schools/{school}", json=change, headers={"If-Match": '"1"'})
    assert answer.json() | change == answer.json(), answer.text
    white = await admin.patch(f"/v1/schools/{school}", json={"photo_profile": "white"}, headers={"If-Match": '"2"'})
    assert (white.headers["etag"], white.json()["change_token"]) == ('"3"', None)
    events = await rows("SELECT data FROM outbox WHERE school_code = :school ORDER BY id", school=school)
    assert [event["data"]["changed_fields"] for event in events][1:] == [["identifier_code", "city_code"]]
    assert events[-1]["data"].items() >= {"identifier_code": f"41410{school}", "city_code": "410100"}.items()
    assert "photo_profile" not in events[-1]["data"]
    cleared = await admin.patch(
        f"/v1/schools/{school}", json={"identifier_code": None, "city_code": None}, headers={"If-Match": '"3"'}
    )
    assert (cleared.json()["identifier_code"], cleared.json()["city_code"]) == (None, None)


async def test_a_city_lies_in_the_province_of_the_school(admin: httpx.AsyncClient, school: str) -> None:
    address, newest = f"/v1/schools/{school}", {"If-Match": "*"}
    assert (await admin.patch(address, json={"city_code": "410100"}, headers=newest)).status_code == 200
    moved = await admin.patch(address, json={"province_code": "210000"}, headers=newest)
    assert [(each["pointer"], each["rule"]) for each in moved.json()["errors"]] == [("/city_code", "school_city")]
    both = {"province_code": "210000", "city_code": "210100"}
    assert (await admin.patch(address, json=both, headers=newest)).json()["city_code"] == "210100"


async def test_a_major_has_a_national_code_and_a_catalogue(officer: httpx.AsyncClient, school: str) -> None:
    base = f"/v1/schools/{school}/majors"
    body = {"code": "M1", "name": "人工智能", "national_code": "080717T", "catalogue_year": 2024}
    created = await officer.post(base, json=body)
    assert created.json() | body | {"national_code_source": "officer"} == created.json(), created.text
    for change, pointer, rule in [
        ({"national_code": "80717"}, "/national_code", "national_code_format"),
        ({"national_code": "080717X"}, "/national_code", "national_code_format"),
        ({"catalogue_year": 1949}, "/catalogue_year", "out_of_range"),
        ({"predecessors": None}, "/predecessors", "wrong_type"),
        ({"predecessors": ["M1"] * 51}, "/predecessors", "too_many"),
    ]:
        answer = await officer.patch(f"{base}/M1", json=change, headers={"If-Match": "*"})
        assert [(each["pointer"], each["rule"]) for each in answer.json()["errors"]] == [(pointer, rule)]
    cleared = await officer.patch(
        f"{base}/M1", json={"national_code": None, "catalogue_year": None}, headers={"If-Match": '"1"'}
    )
    assert (cleared.json()["national_code"], cleared.json()["catalogue_year"]) == (None, None)
    assert cleared.json()["national_code_source"] == "officer"


async def test_each_change_of_a_unit_has_one_audit_entry(
    officer: httpx.AsyncClient, admin: httpx.AsyncClient, school: str, rows: Rows
) -> None:
    await officer.post(f"/v1/schools/{school}/colleges", json={"code": "C1", "name": "理学院"})
    renamed = await admin.patch(f"/v1/schools/{school}", json={"name": "新名"}, headers={"If-Match": '"1"'})
    assert renamed.status_code == 200
    entries = await rows("SELECT action FROM audit_entries WHERE school_code = :school ORDER BY id", school=school)
    assert [entry["action"] for entry in entries] == ["school.create", "college.create", "school.change"]


async def test_a_second_school_with_the_code_is_refused(admin: httpx.AsyncClient, school: str) -> None:
    answer = await admin.post("/v1/schools", json={"code": school, "name": "另一所", "province_code": "410000"})
    assert (answer.status_code, answer.json()["code"]) == (409, "school_exists")


@pytest.mark.parametrize(
    ("change", "pointer"),
    [
        ({"code": "9001"}, "/code"),
        ({"code": "９０００１"}, "/code"),
        ({"code": 90001}, "/code"),
        ({"code": "00000"}, "/code"),
        ({"name": ""}, "/name"),
        ({"name": None}, "/name"),
        ({"province_code": "410102"}, "/province_code"),
        ({"province_code": "990000"}, "/province_code"),
        ({"identifier_code": "4141090001"}, "/identifier_code"),
        ({"identifier_code": "99999"}, "/identifier_code"),
        ({"city_code": "410000"}, "/city_code"),
        ({"city_code": "410102"}, "/city_code"),
        ({"city_code": "419900"}, "/city_code"),
        ({"city_code": "110100"}, "/city_code"),
        ({"photo_profile": "red"}, "/photo_profile"),
        ({"photo_profile": None}, "/photo_profile"),
        ({"extra": 1}, "/extra"),
    ],
)
async def test_a_faulty_school_names_the_field(admin: httpx.AsyncClient, change: Json, pointer: str) -> None:
    body = {"code": "99999", "name": "学校", "province_code": "410000"} | change
    answer = await admin.post("/v1/schools", json=body)
    assert answer.status_code == 422, answer.text
    assert [error["pointer"] for error in answer.json()["errors"]] == [pointer]


@pytest.mark.parametrize("kind", ["colleges", "majors", "classes"])
@pytest.mark.parametrize(("code", "status"), [(".", 422), ("..", 422), ("a/b", 422), ("...", 201), (".1", 201)])
async def test_a_code_can_be_part_of_an_address(
    officer: httpx.AsyncClient, school: str, kind: str, code: str, status: int
) -> None:
    base = f"/v1/schools/{school}/{kind}"
    answer = await officer.post(base, json={"code": code, "name": "某单位"})
    assert answer.status_code == status, answer.text
    if status == 201:
        assert (await officer.get(f"{base}/{code}")).status_code == 200
    else:
        assert [(error["pointer"], error["rule"]) for error in answer.json()["errors"]] == [("/code", "pattern")]


async def test_units_hang_together(officer: httpx.AsyncClient, school: str, rows: Rows) -> None:
    base = f"/v1/schools/{school}"
    assert (
        await officer.post(f"{base}/majors", json={"code": "M1", "name": "数学", "college_code": "C1"})
    ).status_code == 422
    college = await officer.post(f"{base}/colleges", json={"code": "C1", "name": "理学院"})
    assert (college.status_code, college.headers["location"]) == (201, f"{base}/colleges/C1")
    assert college.json()["change_token"]
    major = await officer.post(f"{base}/majors", json={"code": "M1", "name": "数学", "college_code": "C1"})
    assert major.status_code == 201
    body = {"code": "K1", "name": "数学一班", "college_code": "C1", "major_code": "M1"}
    assert (await officer.post(f"{base}/classes", json=body)).status_code == 201
    assert (await officer.post(f"{base}/classes", json=body)).json()["code"] == "class_exists"
    events = await rows("SELECT sequence FROM outbox WHERE key = :school ORDER BY id", school=school)
    assert [event["sequence"] for event in events] == [1, 2, 3, 4]


async def test_a_unit_changes_with_its_version(officer: httpx.AsyncClient, school: str) -> None:
    base = f"/v1/schools/{school}/colleges"
    await officer.post(base, json={"code": "C1", "name": "理学院", "name_en": "Science"})
    assert (await officer.patch(f"{base}/C1", json={"name": "x"})).status_code == 428
    assert (await officer.patch(f"{base}/C1", json={"name": "x"}, headers={"If-Match": '"9"'})).status_code == 412
    changed = await officer.patch(f"{base}/C1", json={"name": "数理学院", "name_en": None}, headers={"If-Match": '"1"'})
    assert (changed.status_code, changed.headers["etag"]) == (200, '"2"')
    assert (changed.json()["name"], changed.json()["name_en"]) == ("数理学院", None)


async def test_a_repeated_request_is_done_once(officer: httpx.AsyncClient, school: str) -> None:
    base, key = f"/v1/schools/{school}/colleges", {"Idempotency-Key": "once"}
    first = await officer.post(base, json={"code": "C1", "name": "理学院"}, headers=key)
    again = await officer.post(base, json={"name": "理学院", "code": "C1"}, headers=key)
    assert (again.status_code, again.json(), again.headers["location"]) == (
        201,
        first.json(),
        first.headers["location"],
    )
    other = await officer.post(base, json={"code": "C2", "name": "工学院"}, headers=key)
    assert other.status_code == 422


async def test_lists_come_in_pages(officer: httpx.AsyncClient, school: str) -> None:
    base = f"/v1/schools/{school}/colleges"
    for number in range(3):
        await officer.post(base, json={"code": f"C{number}", "name": "学院"})
    first = (await officer.get(base, params={"limit": 2})).json()
    second = (await officer.get(base, params={"limit": 2, "cursor": first["next_cursor"]})).json()
    assert [item["code"] for item in first["items"] + second["items"]] == ["C0", "C1", "C2"]
    assert second["next_cursor"] is None


async def test_the_order_of_refusal(client: Callable[..., httpx.AsyncClient], school: str) -> None:
    path, new = f"/v1/schools/{school}/colleges", {"code": "C1", "name": "理学院"}
    broken: Json = {"content": b"{", "headers": {"Content-Type": "application/json"}}
    assert (await client().post(path, **broken)).status_code == 401
    assert (await client("school_officer", school="10001").post(path, json=new)).status_code == 404
    assert (await client("counsellor", school=school, class_="K1").post(path, json=new)).status_code == 403
    assert (await client("school_officer", school=school).post(path, **broken)).status_code == 400
    another = {"code": "90999", "name": "测试大学", "province_code": "410000"}
    assert (await client("school_officer", school=school).post("/v1/schools", json=another)).status_code == 403


@pytest.mark.parametrize(
    ("role", "scope", "sees"),
    [
        ("admin", {}, True),
        ("system", {}, True),
        ("ministry", {}, True),
        ("provincial_officer", {"province": "410000"}, True),
        ("provincial_officer", {"province": "420000"}, False),
        ("school_officer", {"school": "OWN"}, True),
        ("school_officer", {"school": "10001"}, False),
        ("college_officer", {"school": "OWN", "college": "C1"}, True),
        ("counsellor", {"school": "10001", "class_": "K1"}, False),
        ("graduate", {"graduate": "8e5f7c2e-9f5d-4f7a-9a59-0f0f0f0f0f0f"}, False),
        ("employer", {"employer": "8e5f7c2e-9f5d-4f7a-9a59-0f0f0f0f0f0f"}, False),
        ("integrator", {"school": "10001"}, False),
    ],
)
async def test_who_sees_a_school(
    client: Callable[..., httpx.AsyncClient], school: str, role: str, scope: Json, sees: bool
) -> None:
    caller = client(role, **{name: school if value == "OWN" else value for name, value in scope.items()})
    assert (await caller.get(f"/v1/schools/{school}")).status_code == (200 if sees else 404)
    assert (await caller.get(f"/v1/schools/{school}/colleges")).status_code == (200 if sees else 404)
    listed = []
    cursor: str | None = None
    while True:
        page = (await caller.get("/v1/schools", params={"cursor": cursor} if cursor else {})).json()
        listed += [item["code"] for item in page["items"]]
        cursor = page["next_cursor"]
        if cursor is None:
            break
    assert (school in listed) is sees
