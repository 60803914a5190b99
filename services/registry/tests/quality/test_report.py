"""A report over HTTP: what it counts, in which cut, for whom, and who breaks a rule."""

from collections.abc import Callable, Mapping
from typing import Any

import asyncpg
import httpx
import pytest
from changing import moved

from testing.databases import ServiceDatabase

Json = dict[str, Any]
Client = Callable[..., httpx.AsyncClient]

WHOLE: Mapping[str, Any] = {
    "citizen_id": "11010119900307002X",
    "sex_code": "2",
    "ethnicity_code": "01",
    "political_status_code": "03",
    "education_level_code": "31",
    "major_code": "M1",
    "duration_years": 4,
    "training_mode_code": "1",
    "origin_place_code": "410102",
    "enrolled_on": "2020-09-01",
    "graduated_on": "2024-07-01",
    "phone": "13800138000",
}
MAN = "110101199003070118"


@pytest.fixture
async def people(admin: httpx.AsyncClient, officer: httpx.AsyncClient, school: str) -> dict[str, str]:
    """Graduates of two colleges by their numbers: most break some rule, `whole` none by itself."""
    for kind, code in (("colleges", "C1"), ("colleges", "C2"), ("majors", "M1")):
        made = await admin.post(f"/v1/schools/{school}/{kind}", json={"code": code, "name": f"名{code}"})
        assert made.status_code == 201, made.text
    anew = {**WHOLE, "citizen_id": None}
    entered: dict[str, str] = {}
    for number, cohort, given in (
        ("master", 2021, {**WHOLE, "education_level_code": "11", "college_code": "C1"}),
        ("twice", 2021, {**anew, "citizen_id": MAN, "sex_code": "1", "phone": "13800138009", "college_code": "C1"}),
        ("whole", 2024, {**WHOLE, "college_code": "C1", "class_code": None}),
        ("man", 2024, {**anew, "citizen_id": MAN, "college_code": "C1", "birth_date": "1990-03-07"}),
        ("none", 2024, {"college_code": "C2"}),
        ("alike", 2024, {**anew, "phone": "13800138002", "birth_date": "1990-03-07", "college_code": "C2"}),
        ("left", 2024, {"education_level_code": "39", "phone": "13800138000", "college_code": "C2"}),
    ):
        body = {"school_code": school, "cohort": cohort, "student_number": number, "name": "张三", **given}
        answer = await officer.post("/v1/graduates", json=body)
        assert answer.status_code == 201, answer.text
        entered[number] = str(answer.json()["id"])
    return entered


async def report(caller: httpx.AsyncClient, school: str, **query: str) -> Json:
    answer = await caller.get("/v1/quality-report", params={"school": school, "cohort": "2024", **query})
    assert answer.status_code == 200, answer.text
    found = dict(answer.json())
    return {**found, "findings": {each["rule"]: each for each in found["findings"]}}


async def broken(caller: httpx.AsyncClient, school: str, rule: str, **query: str) -> set[str]:
    path = f"/v1/quality-report/{rule}/graduates"
    answer = await caller.get(path, params={"school": school, "cohort": "2024", **query})
    assert answer.status_code == 200, answer.text
    return {each["student_number"] for each in answer.json()["items"]}


def shares(found: Json, *rules: str) -> Json:
    stated = found["findings"]
    return {rule: tuple(stated[rule][name] for name in ("checked", "broken", "share", "state")) for rule in rules}


async def test_a_report_says_what_is_filled_and_which_rules_are_broken(
    client: Client, officer: httpx.AsyncClient, people: Json, school: str
) -> None:
    found = await report(officer, school)
    assert {status: count for status, count in found["population"].items() if count} == {
        "registered": 4,
        "withdrawn": 1,
    }
    assert (found["pending"], found["photos"]["none"], len(found["findings"])) == (0, 4, 14)
    assert found["self_check"] == {"unconfirmed": 4, "confirmed": 0, "outdated": 0}
    assert found["coverage"]["phone"] == {"filled": 3, "of": 4}
    assert found["coverage"]["birth_date"] == {"filled": 2, "of": 4}
    expected: dict[str, tuple[int, set[str]]] = {
        "source_fields_missing": (4, {"none", "alike"}),
        "sex_contradicts_citizen_id": (2, {"man"}),
        "commissioning_incomplete": (3, set()),
        "counted_twice": (2, {"man"}),
        "phone_missing": (4, {"none"}),
        "phone_shared": (3, {"whole", "man"}),
        "age_implausible": (3, set()),
        "address_institutional": (0, set()),
        "origin_place_coarse": (3, set()),
        "study_period_odd": (3, set()),
        "possible_duplicate": (3, {"whole", "man", "alike"}),
        "left_population": (5, {"left"}),
        "entered_late": (4, set()),
    }
    for rule, (checked, numbers) in expected.items():
        stated = found["findings"][rule]
        assert (stated["checked"], stated["broken"]) == (checked, len(numbers)), rule
        assert await broken(officer, school, rule) == numbers, rule
    assert shares(found, "phone_missing", "commissioning_incomplete", "address_institutional", "left_population") == {
        "phone_missing": (4, 1, "25.00", "warning"),
        "commissioning_incomplete": (3, 0, "0.00", "ok"),
        "address_institutional": (0, 0, None, "ok"),
        "left_population": (5, 1, "20.00", "warning"),
    }
    assert found["findings"]["phone_missing"]["colleges"] == [
        {"college": "C1", "checked": 2, "broken": 0, "share": "0.00"},
        {"college": "C2", "checked": 2, "broken": 1, "share": "50.00"},
    ]
    of_college = await report(client("college_officer", school=school, college="C2"), school)
    assert shares(of_college, "phone_missing", "entered_late", "size_change") == {
        "phone_missing": (2, 1, "50.00", "warning"),
        "entered_late": (0, 0, None, "ok"),
        "size_change": (0, 0, None, "ok"),
    }
    assert (await report(officer, school, college="C2"))["findings"] == of_college["findings"]
    assert await broken(officer, school, "possible_duplicate", college="C2") == {"alike"}


async def test_who_leaves_n_from_the_day_on_that_monitoring_begins(
    client: Client, officer: httpx.AsyncClient, people: Json, school: str
) -> None:
    """Who left before, and was in N until then, is no loss of this season."""
    await moved(client, school, [people["none"]], "extend", effective_on="2023-12-01")
    await moved(client, school, [people["alike"]], "extend", effective_on="2023-12-02")
    assert await broken(officer, school, "left_population") == {"left", "alike"}
    assert shares(await report(officer, school), "left_population")["left_population"][:3] == (4, 2, "50.00")
    # shared no longer with anybody in N
    await moved(client, school, [people["man"]], "extend", effective_on="2024-06-20")
    assert await broken(officer, school, "phone_shared") == set()
    assert await broken(officer, school, "counted_twice") == set()


async def test_who_was_entered_after_the_last_day(
    officer: httpx.AsyncClient, people: Json, school: str, addresses: ServiceDatabase
) -> None:
    owner = await asyncpg.connect(addresses.owner_url)
    for number, instant in (("whole", "2024-08-31 23:59:59+08"), ("man", "2024-09-01 00:00:00+08")):
        await owner.execute(
            "UPDATE graduates SET recorded_at = CAST($2 AS text)::timestamptz WHERE id = $1", people[number], instant
        )
    await owner.close()
    headers = {"If-Match": '"1"'}
    await officer.patch(f"/v1/graduates/{people['whole']}", json={"hardship_code": "0"}, headers=headers)
    assert await broken(officer, school, "entered_late") == {"man", "none", "alike"}
    found = await report(officer, school)
    assert shares(found, "entered_late") == {"entered_late": (4, 3, "75.00", "warning")}
    before = await officer.get("/v1/quality-report", params={"school": school, "cohort": "2022"})
    stated = {each["rule"]: each for each in before.json()["findings"]}["size_change"]
    assert [stated[name] for name in ("checked", "broken", "share", "state")] == [2, 2, "100.00", "warning"]


ROLES: tuple[tuple[str, Json, int, int], ...] = (
    ("school_officer", {"school": "OWN"}, 200, 200),
    ("school_officer", {"school": "10001"}, 404, 404),
    ("college_officer", {"school": "OWN", "college": "C1"}, 200, 200),
    ("counsellor", {"school": "OWN", "class_": "K1"}, 200, 200),
    ("counsellor", {"school": "10001", "class_": "K1"}, 404, 404),
    ("provincial_officer", {"province": "410000"}, 200, 403),
    ("provincial_officer", {"province": "420000"}, 404, 403),
    ("auditor", {}, 200, 403),
    ("auditor", {"school": "OWN"}, 200, 403),
    ("auditor", {"school": "10001"}, 404, 403),
    ("admin", {}, 403, 403),
    ("graduate", {"graduate": "SELF"}, 403, 403),
    ("ministry", {}, 403, 403),
)


async def test_who_reads_a_report_and_who_its_graduates(client: Client, graduate: Json, school: str) -> None:
    names, query = {"OWN": school, "SELF": graduate["id"]}, {"school": school, "cohort": "2024"}
    for role, scope, reads, lists in ROLES:
        caller = client(role, **{name: names.get(value, value) for name, value in scope.items()})
        stated = [
            (await caller.get(path, params=query)).status_code
            for path in ("/v1/quality-report", "/v1/quality-report/phone_missing/graduates")
        ]
        duplicates = (await caller.get("/v1/duplicates", params={"cohort": "2024"})).status_code
        assert (*stated, duplicates) == (reads, lists, 200 if role == "admin" else 403), (role, scope)


async def test_what_cannot_be_read(officer: httpx.AsyncClient, school: str) -> None:
    query = {"school": school, "cohort": "2024"}
    for rule in ("size_change", "phone_format", "no_such_rule"):
        assert (await officer.get(f"/v1/quality-report/{rule}/graduates", params=query)).status_code == 404
    for lacking in ({"school": school}, {"cohort": "2024"}, {**query, "cohort": "24"}, {**query, "major": "M1"}):
        assert (await officer.get("/v1/quality-report", params=lacking)).status_code == 400
    empty = await report(officer, school)
    assert {each["state"] for each in empty["findings"].values()} == {"ok"}


async def test_a_person_of_two_schools(client: Client, admin: httpx.AsyncClient, people: Json, school: str) -> None:
    other = f"{int(school) - 50_000}"
    made = await admin.post("/v1/schools", json={"code": other, "name": "另一大学", "province_code": "410000"})
    assert made.status_code == 201, made.text
    body = {"school_code": other, "cohort": 2024, "name": "张三", "citizen_id": MAN}
    found = await client("school_officer", school=other).post("/v1/graduates", json=body | {"student_number": "x"})
    assert found.status_code == 201
    listed: list[Json] = []
    query: dict[str, str] = {"cohort": "2024", "limit": "1"}
    while query:
        page = (await admin.get("/v1/duplicates", params=query)).json()
        listed += page["items"]
        query = {**query, "cursor": page["next_cursor"]} if page["next_cursor"] else {}
    groups = [{(each["school_code"], each["graduate_id"]) for each in item["graduates"]} for item in listed]
    assert {(school, people["man"]), (other, str(found.json()["id"]))} in [
        {entry for entry in group if entry[0] in (school, other)} for group in groups
    ]
