import asyncio
import base64
from collections.abc import Awaitable, Callable
from datetime import date
from hashlib import blake2b
from typing import Any

import httpx
import pytest
from changing import moved

from common.contracts import ChangeToken
from common.contracts.graduate import GraduateData

Json = dict[str, Any]
Client = Callable[..., httpx.AsyncClient]
Rows = Callable[..., Awaitable[list[Json]]]
Share = Callable[..., Awaitable[None]]

REASON = {"change_reason": "学籍更正"}


async def test_an_entered_graduate_is_masked_and_announced(graduate: Json, school: str, rows: Rows) -> None:
    shown = [graduate[field] for field in ("name", "citizen_id", "phone", "student_number", "status", "version")]
    assert shown == ["张***", "1101**********002X", "138****8000", "2020001", "registered", 1]
    events = await rows("SELECT * FROM outbox WHERE key = :id", id=graduate["id"])
    assert [(event["type"], event["sequence"], event["decided_on"]) for event in events] == [
        ("quxiang.graduate.registered", 1, date(2023, 9, 1))
    ]
    assert GraduateData.model_validate(events[0]["data"]).status == "registered"
    token = ChangeToken.decode(graduate["change_token"])
    assert (token.key, token.sequence, token.school_code) == (graduate["id"], 1, school)


async def test_nothing_personal_is_stored_in_clear(graduate: Json, rows: Rows) -> None:
    for table in ("graduates", "graduate_versions", "outbox", "audit_entries"):
        stored = str(await rows(f"SELECT * FROM {table}"))
        for canary in ("张三", "11010119900307002X", "13800138000", graduate["student_number"]):
            assert canary not in stored


async def test_a_level_of_completion_enters_as_completed(officer: httpx.AsyncClient, school: str, rows: Rows) -> None:
    body = {"school_code": school, "cohort": 2024, "student_number": "1", "name": "李四", "education_level_code": "33"}
    assert (await officer.post("/v1/graduates", json=body)).json()["status"] == "completed"
    body |= {"student_number": "2", "education_level_code": "39"}
    assert (await officer.post("/v1/graduates", json=body)).json()["status"] == "withdrawn"
    body |= {"student_number": "3", "education_level_code": "31", "status": "withdrawn"}
    refused = (await officer.post("/v1/graduates", json=body)).json()
    assert (refused["status"], refused["code"], refused["errors"][0]["pointer"]) == (
        422,
        "needs_population_change",
        "/status",
    )
    events = await rows(
        "SELECT * FROM outbox WHERE school_code = :school AND type LIKE '%.graduate.%' ORDER BY id", school=school
    )
    assert [(event["type"].split(".")[2], event["data"]["counted"]) for event in events] == [
        ("registered", True),
        ("registered", False),
    ]


@pytest.mark.parametrize(
    ("change", "pointer", "rule"),
    [
        ({"name": "张=三"}, "/name", "name_format"),
        ({"name": None}, "/name", "wrong_type"),
        ({"student_number": " "}, "/student_number", "student_number_format"),
        ({"citizen_id": "110101199003070020"}, "/citizen_id", "citizen_id_check_digit"),
        ({"sex_code": "3"}, "/sex_code", "unknown_code"),
        ({"origin_place_code": "999999"}, "/origin_place_code", "unknown_code"),
        ({"college_code": "C9"}, "/college_code", "unknown_unit"),
        ({"birth_date": "1990-03-08"}, "/birth_date", "birth_date_contradicts_citizen_id"),
        ({"birth_date": "1990-13-08"}, "/birth_date", "day_format"),
        ({"birth_date": "0"}, "/birth_date", "day_format"),
        ({"enrolled_on": "86400"}, "/enrolled_on", "day_format"),
        ({"graduated_on": "2024-06-30T00:00:00"}, "/graduated_on", "day_format"),
        ({"cohort": "2024"}, "/cohort", "wrong_type"),
        ({"cohort": 1900}, "/cohort", "out_of_range"),
        ({"urban_rural": "town"}, "/urban_rural", "not_allowed"),
        ({"pinyin": "zhang"}, "/pinyin", "unknown_field"),
        ({"commissioning_unit": "x\u0000"}, "/commissioning_unit", "null_character"),
    ],
)
async def test_a_faulty_field_is_named(
    officer: httpx.AsyncClient, school: str, change: Json, pointer: str, rule: str
) -> None:
    body = {"school_code": school, "cohort": 2024, "student_number": "9", "name": "王五"}
    answer = await officer.post("/v1/graduates", json={**body, "citizen_id": "11010119900307002X", **change})
    assert answer.status_code == 422, answer.text
    assert [(error["pointer"], error["rule"]) for error in answer.json()["errors"]] == [(pointer, rule)]
    assert "11010119900307002X" not in answer.text


async def test_numbers_are_unique_in_a_school_and_cohort(
    officer: httpx.AsyncClient, school: str, graduate: Json
) -> None:
    body = {"school_code": school, "cohort": 2024, "student_number": "2020001", "name": "李四"}
    assert (await officer.post("/v1/graduates", json=body)).json()["code"] == "student_number_in_use"
    body |= {"citizen_id": "11010119900307002x"}
    assert (await officer.post("/v1/graduates", json=body)).json()["code"] == "student_number_in_use"
    body |= {"student_number": "2"}
    assert (await officer.post("/v1/graduates", json=body)).json()["code"] == "citizen_id_in_use"
    assert (await officer.post("/v1/graduates", json=body | {"cohort": 2023})).status_code == 201
    other = (await officer.post("/v1/graduates", json=body | {"citizen_id": None})).json()
    for numbers, code in (
        ({"citizen_id": body["citizen_id"]}, "citizen_id_in_use"),
        ({"citizen_id": body["citizen_id"], "student_number": "2020001"}, "student_number_in_use"),
    ):
        refused = await officer.patch(f"/v1/graduates/{other['id']}", json=numbers, headers={"If-Match": '"1"'})
        assert (refused.status_code, refused.json()["code"]) == (409, code)


async def test_an_examinee_number_is_of_one_graduate(
    officer: httpx.AsyncClient, client: Client, school: str, graduate: Json
) -> None:
    head = {"If-Match": '"1"'}
    given = await officer.patch(f"/v1/graduates/{graduate['id']}", json={"exam_number": "E1"}, headers=head)
    assert given.status_code == 200
    body = {"school_code": school, "cohort": 2024, "student_number": "2", "name": "李四", "exam_number": "Ｅ1"}
    refused = await officer.post("/v1/graduates", json=body)
    shown = [refused.json()[name] for name in ("code", "graduate_id")]
    assert (refused.status_code, shown) == (409, ["exam_number_in_use", graduate["id"]])
    assert (await officer.post("/v1/graduates", json=body | {"cohort": 2023})).status_code == 201
    other = (await officer.post("/v1/graduates", json=body | {"exam_number": None})).json()
    path = f"/v1/graduates/{other['id']}"
    assert (await officer.patch(path, json={"exam_number": "E1"}, headers=head)).json()["code"] == "exam_number_in_use"
    college = client("college_officer", school=school, college="C2")
    await officer.post(f"/v1/schools/{school}/colleges", json={"code": "C2", "name": "理学院"})
    unseen = await college.post("/v1/graduates", json=body | {"student_number": "3", "college_code": "C2"})
    assert (unseen.status_code, unseen.json().get("graduate_id")) == (409, None)


async def test_a_shared_examinee_number_is_given_to_nobody_else(
    officer: httpx.AsyncClient, school: str, share_exam_number: Share, rows: Rows
) -> None:
    body = {"school_code": school, "cohort": 2024, "name": "李四"}
    first, second, third = [
        (await officer.post("/v1/graduates", json=body | {"student_number": number})).json() for number in "123"
    ]
    await share_exam_number(school, "1", "2")

    async def give(graduate: Json, number: str | None, version: int) -> tuple[int, str | None, str | None]:
        head = {"If-Match": f'"{version}"'}
        given = {"exam_number": number, "change_reason": "学籍更正"}
        answer = await officer.patch(f"/v1/graduates/{graduate['id']}", json=given, headers=head)
        return answer.status_code, answer.json().get("code"), answer.json().get("graduate_id")

    refused = (409, "exam_number_in_use", second["id"])
    assert (await give(first, None, 1))[0] == 200
    assert await give(third, "E1", 1) == refused
    entered = await officer.post("/v1/graduates", json=body | {"student_number": "4", "exam_number": "E1"})
    assert (entered.status_code, entered.json()["graduate_id"]) == (409, second["id"])
    # the one that keeps it is changed freely, but has no right to take it back
    given = {"name": "李五", "change_reason": "学籍更正"}
    renamed = await officer.patch(f"/v1/graduates/{second['id']}", json=given, headers={"If-Match": '"1"'})
    assert renamed.status_code == 200
    exempt = "SELECT id FROM graduates WHERE school_code = :school AND shared_exam_number_index IS NOT NULL"
    assert [str(row["id"]) for row in await rows(exempt, school=school)] == [second["id"]]
    assert (await give(second, "E2", 2))[0] == 200
    assert await rows(exempt, school=school) == []
    assert (await give(first, "E1", 2))[0] == 200
    assert await give(second, "E1", 3) == (409, "exam_number_in_use", first["id"])


async def test_of_two_at_once_one_is_entered(officer: httpx.AsyncClient, school: str) -> None:
    body = {"school_code": school, "cohort": 2024, "student_number": "77", "name": "李四"}
    answers = await asyncio.gather(*(officer.post("/v1/graduates", json=body) for _ in range(8)))
    assert sorted(answer.status_code for answer in answers) == [201] + [409] * 7


async def test_a_patch_changes_what_it_names(officer: httpx.AsyncClient, graduate: Json, rows: Rows) -> None:
    path = f"/v1/graduates/{graduate['id']}"
    assert (await officer.patch(path, json={"sex_code": "1"})).status_code == 428
    stale = await officer.patch(path, json={"sex_code": "1"}, headers={"If-Match": '"7"'})
    assert (stale.status_code, stale.headers["etag"]) == (412, '"1"')
    changed = await officer.patch(path, json={"sex_code": "1", "phone": None}, headers={"If-Match": '"1"'})
    assert (changed.status_code, changed.headers["etag"]) == (200, '"2"')
    assert (changed.json()["sex_code"], changed.json()["phone"], changed.json()["name"]) == ("1", None, "张***")
    event = (await rows("SELECT * FROM outbox WHERE key = :id ORDER BY id DESC LIMIT 1", id=graduate["id"]))[0]
    assert (event["type"], event["sequence"], event["data"]["changed_fields"]) == (
        "quxiang.graduate.changed",
        2,
        ["phone", "sex_code"],
    )
    assert event["decided_on"] >= date(2026, 1, 1)


async def test_a_patch_that_changes_nothing_leaves_the_version(
    officer: httpx.AsyncClient, graduate: Json, rows: Rows
) -> None:
    path, match = f"/v1/graduates/{graduate['id']}", {"If-Match": '"1"'}
    before = (await officer.get(path)).json()
    for body in ({}, {"phone": "+86 138-0013-8000", "education_level_code": "31", "college_code": None}):
        answer = await officer.patch(path, json=body, headers=match)
        assert (answer.status_code, answer.headers["etag"], answer.json()) == (200, '"1"', before)
    assert len(await rows("SELECT id FROM outbox WHERE key = :id", id=graduate["id"])) == 1
    assert len(await rows("SELECT id FROM audit_entries WHERE object_id = :id", id=graduate["id"])) == 1
    assert (await officer.patch(path, json={}, headers={"If-Match": '"2"'})).status_code == 412


@pytest.mark.parametrize(
    "quiet",
    [
        {"phone": "13900139000"},
        {"birth_date": "1990-03-07", "citizen_id": None},
        {"political_status_code": "01", "enrolled_on": "2020-09-01"},
    ],
)
async def test_what_no_event_shows_is_a_version_without_an_event(
    officer: httpx.AsyncClient, graduate: Json, rows: Rows, quiet: Json
) -> None:
    path = f"/v1/graduates/{graduate['id']}"
    silent = await officer.patch(path, json=quiet | REASON, headers={"If-Match": '"1"'})
    assert (silent.status_code, silent.headers["etag"], silent.json()["sequence"]) == (200, '"2"', 1)
    assert silent.json()["change_token"] is None
    told = await officer.patch(path, json={"sex_code": "2"}, headers={"If-Match": '"2"'})
    assert (told.json()["version"], ChangeToken.decode(told.json()["change_token"]).sequence) == (3, 2)
    events = await rows("SELECT * FROM outbox WHERE key = :id ORDER BY id", id=graduate["id"])
    assert [(event["sequence"], event["data"]["version"]) for event in events] == [(1, 1), (2, 3)]
    assert events[1]["data"]["changed_fields"] == ["sex_code"]
    history = (await officer.get(f"{path}/history")).json()["items"]
    assert [(each["version"], sorted(each["changed_fields"])) for each in history[1:]] == [
        (2, sorted(quiet)),
        (3, ["sex_code"]),
    ]
    # a day moves with an event only: until then nothing that counts has changed
    assert [each["decided_on"] > "2026-01-01" for each in history] == [False, False, True]


@pytest.mark.parametrize("named", [{"name": "李四"}, {"student_number": "2020009"}, {"exam_number": "E9"}])
async def test_a_change_of_what_files_name_a_graduate_by_is_told_without_what_it_is(
    officer: httpx.AsyncClient, graduate: Json, rows: Rows, named: Json
) -> None:
    """Destinations recognises lines of a file until the next event of the graduate whom they meant."""
    changed = await officer.patch(f"/v1/graduates/{graduate['id']}", json=named | REASON, headers={"If-Match": '"1"'})
    assert ChangeToken.decode(changed.json()["change_token"]).sequence == 2
    _, event = await rows("SELECT data FROM outbox WHERE key = :id ORDER BY sequence", id=graduate["id"])
    # what counts is as before
    assert changed.json()["decided_on"] == event["data"]["decided_on"] == "2023-09-01"
    assert event["data"]["changed_fields"] == list(named)
    assert not set(named.values()) & set(map(str, event["data"].values()))


async def test_the_status_follows_the_level(officer: httpx.AsyncClient, graduate: Json) -> None:
    path = f"/v1/graduates/{graduate['id']}"
    changed = await officer.patch(path, json={"education_level_code": "33"} | REASON, headers={"If-Match": '"1"'})
    assert changed.json()["status"] == "completed"


async def test_history_tells_every_version(
    officer: httpx.AsyncClient, client: Client, school: str, graduate: Json
) -> None:
    path = f"/v1/graduates/{graduate['id']}"
    await officer.patch(path, json={"sex_code": "1"}, headers={"If-Match": '"1"'})
    await moved(client, school, [graduate["id"]], "transfer")
    items = (await officer.get(f"{path}/history")).json()["items"]
    shown = [tuple(item[name] for name in ("version", "action", "source", "status", "by_role")) for item in items]
    assert shown == [
        (1, "create", "officer", "registered", "school_officer"),
        (2, "change", "officer", "registered", "school_officer"),
        (3, "population_change", "population_change", "transferred", "school_officer"),
    ]
    assert items[1]["changed_fields"] == ["sex_code"]
    first = (await officer.get(f"{path}/history", params={"limit": 2})).json()
    rest = (await officer.get(f"{path}/history", params={"limit": 2, "cursor": first["next_cursor"]})).json()
    assert first["items"] + rest["items"] == items


async def test_a_person_is_found_by_body_only(officer: httpx.AsyncClient, school: str, graduate: Json) -> None:
    for body in (
        {"name": " 张 三"},
        {"citizen_id": "11010119900307002x"},
        {"student_number": "2020001"},
        {"phone": "+86 138-0013-8000"},
        {"name": "张三", "school_code": school, "cohort": 2024},
    ):
        found = (await officer.post("/v1/graduates/search", json=body)).json()["items"]
        assert [item["id"] for item in found] == [graduate["id"]], body
    assert (await officer.post("/v1/graduates/search", json={"name": "张"})).json()["items"] == []
    assert (await officer.post("/v1/graduates/search", json={"cohort": 2024})).status_code == 422
    assert (await officer.get("/v1/graduates", params={"name": "张三"})).status_code == 400


@pytest.mark.parametrize("blank", ["", " ", "\u3000", "\t"])
@pytest.mark.parametrize("key", ["name", "citizen_id", "student_number", "exam_number", "phone"])
async def test_a_blank_key_finds_nobody(officer: httpx.AsyncClient, graduate: Json, key: str, blank: str) -> None:
    answer = await officer.post("/v1/graduates/search", json={key: blank, "cohort": 2024})
    assert (answer.status_code, answer.json()["errors"][0]["rule"]) == (422, "required")


@pytest.mark.parametrize(
    "body",
    [
        {"student_number": " ２０２０００１ "},
        {"student_number": "2020001", "exam_number": " "},
        {"citizen_id": "１１０１０１１９９００３０７００２ｘ"},
        {"name": "张\u200b三"},
    ],
)
async def test_a_key_is_compared_as_it_is_stored(officer: httpx.AsyncClient, graduate: Json, body: Json) -> None:
    found = (await officer.post("/v1/graduates/search", json=body)).json()["items"]
    assert [item["id"] for item in found] == [graduate["id"]]


async def test_lists_are_filtered_and_paged(officer: httpx.AsyncClient, school: str) -> None:
    for number in range(3):
        body = {"school_code": school, "cohort": 2023 + number % 2, "student_number": f"{number}", "name": "李四"}
        await officer.post("/v1/graduates", json=body)
    first = await officer.get("/v1/graduates", params={"limit": 2})
    assert first.headers["link"].endswith('rel="next"')
    rest = await officer.get("/v1/graduates", params={"limit": 2, "cursor": first.json()["next_cursor"]})
    items = first.json()["items"] + rest.json()["items"]
    assert [item["cohort"] for item in items] == [2023, 2023, 2024]
    assert {item["student_number"] for item in items} == {"0", "1", "2"}
    assert len((await officer.get("/v1/graduates", params={"cohort": 2024})).json()["items"]) == 1
    assert (await officer.get("/v1/graduates", params={"school": "10001"})).json()["items"] == []
    assert (await officer.get("/v1/graduates", params={"limit": 501})).status_code == 400


@pytest.mark.parametrize("code", ["null", "", "1000", "100010", "１０００１"])
async def test_a_school_that_is_none_is_a_bad_query(officer: httpx.AsyncClient, code: str) -> None:
    answer = await officer.get("/v1/graduates", params={"school": code})
    assert (answer.status_code, answer.json()["errors"][0]["pointer"]) == (400, "school")


async def test_a_cursor_tells_nothing_of_a_person(officer: httpx.AsyncClient, school: str) -> None:
    for number in ("S2020CANARY1", "S2020CANARY2"):
        body = {"school_code": school, "cohort": 2024, "student_number": number, "name": "李四"}
        await officer.post("/v1/graduates", json=body)
    cursor = (await officer.get("/v1/graduates", params={"limit": 1})).json()["next_cursor"]
    assert b"CANARY" not in base64.urlsafe_b64decode(cursor + "==")


@pytest.mark.parametrize("number", ["1e999", "2147483648", "1" * 400])
async def test_a_forged_cursor_is_a_bad_query(officer: httpx.AsyncClient, graduate: Json, number: str) -> None:
    for path, values in (
        ("/v1/graduates", f'["s","90001"],["i",{number}],["u","{graduate["id"]}"]'),
        (f"/v1/graduates/{graduate['id']}/history", f'["i",{number}]'),
    ):
        refused = await officer.get(path, params={"cursor": forged(f"[1,[{values}]]", path)})
        assert (refused.status_code, refused.json()["errors"][0]["rule"]) == (400, "bad_cursor")


def forged(content: str, path: str) -> str:
    checksum = blake2b(content.encode(), digest_size=6, key=path.encode()).digest()
    return base64.urlsafe_b64encode(checksum + content.encode()).rstrip(b"=").decode()


async def test_rows_are_resolved_for_services(client: Client, school: str, graduate: Json) -> None:
    rows = [
        {"row": 2, "student_number": "2020001", "exam_number": None, "name": "张 三"},
        {"row": 3, "student_number": "2020001", "exam_number": None, "name": "李四"},
        {"row": 4, "student_number": None, "exam_number": "404", "name": "张三"},
        {"row": 5, "citizen_id": "110101 19900307 002x", "name": "张三"},
        {"row": 6, "citizen_id": "1101**********002X", "name": "张三"},
        {"row": 7, "student_number": "404", "citizen_id": "11010119900307002X", "name": "张三"},
        {"row": 8, "student_number": "2020001", "citizen_id": "110101199003070038", "name": "张三"},
    ]
    body = {"school_code": school, "cohort": 2024, "rows": rows}
    assert (await client("school_officer", school=school).post("/v1/graduates/resolve", json=body)).status_code == 403
    answered = (await client("system").post("/v1/graduates/resolve", json=body)).json()["rows"]
    assert (answered[0]["graduate_id"], answered[0]["sequence"], answered[0]["status"]) == (
        graduate["id"],
        1,
        "registered",
    )
    assert answered[3] == {**answered[0], "row": 5}
    # the last ones: a mask, an unknown number beside a known one, a citizen id that is not the person's
    problems = [None, "name_mismatch", "not_found", None, "not_found", "not_found", "ambiguous"]
    assert [row.get("problem") for row in answered] == problems


async def test_an_examinee_number_that_two_people_share_since_long_is_ambiguous(
    client: Client, officer: httpx.AsyncClient, school: str, share_exam_number: Share
) -> None:
    for number in ("1", "2"):
        body = {"school_code": school, "cohort": 2024, "student_number": number, "name": "李四", "exam_number": number}
        await officer.post("/v1/graduates", json=body)
    await share_exam_number(school, "1", "2")
    rows = [{"row": 2, "exam_number": "E1", "name": "李四"}]
    asked = {"school_code": school, "cohort": 2024, "rows": rows}
    answered = (await client("system").post("/v1/graduates/resolve", json=asked)).json()["rows"]
    assert answered == [{"row": 2, "problem": "ambiguous"}]
