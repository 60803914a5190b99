import asyncio
from collections.abc import Awaitable, Callable
from typing import Any
from uuid import uuid4

import asyncpg
import httpx
import pytest

from common.crypto import FieldCipher
from testing.databases import ServiceDatabase

Json = dict[str, Any]
Client = Callable[..., httpx.AsyncClient]
Rows = Callable[..., Awaitable[list[Json]]]

REVEAL = "/v1/graduates/reveal"
NOTE = "张三来电询问 13800138000"


def asked(graduate: Json, *fields: str, purpose: str | None = "review", **more: object) -> Json:
    return {"graduate_ids": [graduate["id"]], "fields": fields or ("name",), "purpose": purpose, **more}


async def test_a_reveal_is_noted_and_the_graduate_sees_it(
    client: Client, officer: httpx.AsyncClient, school: str, graduate: Json, rows: Rows, cipher: FieldCipher
) -> None:
    missing = str(uuid4())
    body = asked(graduate, "name", "citizen_id", "name", note=NOTE, purpose="registration")
    body["graduate_ids"] = [missing, graduate["id"], graduate["id"]]
    answer = await officer.post(REVEAL, json=body, headers={"X-Purpose": "review"})
    shown = {"graduate_id": graduate["id"], "values": {"name": "张三", "citizen_id": "11010119900307002X"}}
    assert (answer.status_code, answer.headers["cache-control"]) == (200, "no-store")
    assert answer.json()["items"] == [{"graduate_id": missing, "problem": "not_found"}, shown, shown]

    later = await officer.post(REVEAL, json=asked(graduate, "phone", "exam_number", purpose="incident"))
    assert later.json()["items"][0]["values"] == {"phone": "13800138000", "exam_number": None}

    own, path = client("graduate", graduate=graduate["id"]), f"/v1/graduates/{graduate['id']}/accesses"
    items = (await own.get("/v1/accesses")).json()["items"]
    stated = {"kind": "reveal", "role": "school_officer", "unit": school}
    assert [{name: value for name, value in item.items() if name != "recorded_at"} for item in items] == [
        stated | {"purpose": "incident", "fields": ["phone", "exam_number"]},
        stated | {"purpose": "review", "fields": ["name", "citizen_id"]},
    ]
    for reader in (officer, client("auditor", school=school), client("auditor")):
        assert (await reader.get(path)).json()["items"] == items
    first = (await own.get("/v1/accesses", params={"limit": 1})).json()
    rest = await own.get("/v1/accesses", params={"limit": 1, "cursor": first["next_cursor"]})
    assert (first["items"] + rest.json()["items"], rest.json()["next_cursor"]) == (items, None)

    audits = "SELECT object_id, detail FROM audit_entries WHERE action = 'graduate.reveal' AND school_code = :school"
    entry = (await rows(f"{audits} ORDER BY id", school=school))[0]
    assert entry["detail"] == {"purpose": "review", "fields": ["name", "citizen_id"], "people": 2}
    kept = (await rows("SELECT id, note_cipher FROM reveals WHERE id = CAST(:id AS uuid)", id=entry["object_id"]))[0]
    [key] = await rows("SELECT id, wrapped FROM data_keys WHERE school_code IS NULL")
    data = cipher.data_cipher(key["id"], key["wrapped"])
    assert data.open("note", kept["id"], 1, kept["note_cipher"]).decode() == NOTE
    assert "张三" not in str(await rows("SELECT accesses::text, reveals::text FROM accesses, reveals"))

    # no access would lead an erasure to the note of a reveal that opened nobody
    assert (await officer.post(REVEAL, json=asked({"id": missing}, note=NOTE))).status_code == 200
    assert await rows("SELECT id FROM reveals WHERE people = 0 AND note_cipher IS NOT NULL") == []


async def test_what_is_not_noted_is_not_shown(
    officer: httpx.AsyncClient, graduate: Json, addresses: ServiceDatabase
) -> None:
    owner = await asyncpg.connect(addresses.owner_url)
    async with owner.transaction():
        await owner.execute("LOCK TABLE accesses IN SHARE MODE")
        answer = await officer.post(REVEAL, json=asked(graduate))
    await owner.close()
    assert (answer.status_code, answer.json()["code"], "张三" in answer.text) == (503, "busy", False)


@pytest.mark.parametrize(
    ("header", "change", "status", "code", "pointer"),
    [
        (None, {"purpose": None}, 422, "purpose_required", "X-Purpose"),
        ("", {"purpose": None}, 422, "purpose_required", "X-Purpose"),
        (None, {"purpose": "curiosity"}, 422, "purpose_unknown", "/purpose"),
        ("curiosity", {"purpose": "review"}, 422, "purpose_unknown", "X-Purpose"),
        ("survey_contact", {"purpose": "review"}, 403, "purpose_not_permitted", None),
        ("audit", {}, 403, "purpose_not_permitted", None),
        ("support", {"fields": ["name", "citizen_id"]}, 422, "field_not_for_purpose", "/fields/1"),
        ("tip_off", {"fields": ["shoe_size"]}, 422, "invalid", "/fields/0"),
        ("review", {"fields": []}, 422, "invalid", "/fields"),
        ("review", {"graduate_ids": []}, 422, "invalid", "/graduate_ids"),
        ("review", {"graduate_ids": [str(uuid4())] * 501}, 422, "invalid", "/graduate_ids"),
        ("review", {"graduate_ids": ["x"]}, 422, "invalid", "/graduate_ids/0"),
    ],
)
async def test_a_reveal_is_refused(
    officer: httpx.AsyncClient,
    graduate: Json,
    header: str | None,
    change: Json,
    status: int,
    code: str,
    pointer: str | None,
) -> None:
    headers = {} if header is None else {"X-Purpose": header}
    answer = await officer.post(REVEAL, json=asked(graduate) | change, headers=headers)
    assert (answer.status_code, answer.json()["code"]) == (status, code)
    assert [each["pointer"] for each in answer.json()["errors"][:1]] == ([] if pointer is None else [pointer])


@pytest.mark.parametrize(
    ("role", "scope", "opened"),
    [
        ("school_officer", {"school": "OWN"}, True),
        ("school_officer", {"school": "10001"}, False),
        ("college_officer", {"school": "OWN", "college": "C1"}, True),
        ("college_officer", {"school": "OWN", "college": "C2"}, False),
        ("counsellor", {"school": "OWN", "class_": ["K1", "K9"]}, True),
        ("counsellor", {"school": "OWN", "class_": "K2"}, False),
        ("counsellor", {"school": "OWN"}, False),
    ],
)
async def test_only_graduates_in_scope_are_opened(
    client: Client, officer: httpx.AsyncClient, school: str, role: str, scope: Json, opened: bool
) -> None:
    base = f"/v1/schools/{school}"
    await officer.post(f"{base}/colleges", json={"code": "C1", "name": "理学院"})
    await officer.post(f"{base}/classes", json={"code": "K1", "name": "一班", "college_code": "C1"})
    body = {"school_code": school, "cohort": 2024, "student_number": "1", "name": "李四", "class_code": "K1"}
    member = (await officer.post("/v1/graduates", json=body | {"college_code": "C1"})).json()
    caller = client(role, **{name: school if value == "OWN" else value for name, value in scope.items()})
    items = (await caller.post(REVEAL, json=asked(member, purpose="support"))).json()["items"]
    expected = {"values": {"name": "李四"}} if opened else {"problem": "not_found"}
    assert items == [{"graduate_id": member["id"], **expected}]
    seen = (await client("graduate", graduate=member["id"]).get("/v1/accesses")).json()["items"]
    unit = "C1" if role == "college_officer" else school
    assert [(each["role"], each["unit"]) for each in seen] == ([(role, unit)] if opened else [])


async def test_who_may_read_accesses(client: Client, school: str, graduate: Json) -> None:
    path = f"/v1/graduates/{graduate['id']}/accesses"
    for role, scope, status in [
        ("school_officer", {"school": "10001"}, 404),
        ("auditor", {"school": "10001"}, 404),
        ("graduate", {"graduate": str(uuid4())}, 404),
        ("college_officer", {"school": school, "college": "C1"}, 404),
        ("graduate", {"graduate": graduate["id"]}, 403),
        ("admin", {}, 403),
        ("system", {}, 403),
    ]:
        caller = client(role, **scope)
        assert (await caller.get(path)).status_code == status, role
        assert (await caller.get("/v1/accesses")).status_code == (200 if role == "graduate" else 403)
    assert (await client("auditor").get(f"/v1/graduates/{uuid4()}/accesses")).status_code == 404
    assert (await client("graduate").get("/v1/accesses")).json()["items"] == []


async def test_a_subject_opens_ten_thousand_people_a_day(
    client: Client, school: str, graduate: Json, rows: Rows
) -> None:
    caller = client("school_officer", school=school, subject=f"limit {school}")
    full = asked(graduate) | {"graduate_ids": [graduate["id"]] * 500}
    for _ in range(19):
        assert (await caller.post(REVEAL, json=full)).status_code == 200
    answers = await asyncio.gather(
        *(caller.post(REVEAL, json=full | {"graduate_ids": [graduate["id"]] * 250}) for _ in range(4))
    )
    assert sorted(answer.status_code for answer in answers) == [200, 200, 429, 429]
    refused = next(answer for answer in answers if answer.status_code == 429)
    assert (refused.json()["code"], "张三" in refused.text) == ("reveal_limit", False)
    assert 0 < int(refused.headers["retry-after"]) <= 24 * 3600
    unknown = full | {"graduate_ids": [str(uuid4())]}
    assert (await caller.post(REVEAL, json=unknown)).json()["items"][0]["problem"] == "not_found"
    counted = await rows("SELECT people FROM reveal_days WHERE subject = :subject", subject=f"limit {school}")
    noted = await rows("SELECT 1 FROM accesses WHERE school_code = :school", school=school)
    assert ([each["people"] for each in counted], len(noted)) == ([10_000], 21)
    other = client("school_officer", school=school, subject=f"other {school}")
    assert (await other.post(REVEAL, json=asked(graduate))).status_code == 200


async def test_a_service_has_no_limit(client: Client, graduate: Json, rows: Rows) -> None:
    caller = client("system", subject=f"service {graduate['id']}")
    answer = await caller.post(REVEAL, json=asked(graduate, purpose="agreement"))
    assert answer.json()["items"][0]["values"] == {"name": "张三"}
    assert await rows("SELECT 1 FROM reveal_days WHERE subject = :subject", subject=f"service {graduate['id']}") == []
    seen = (await client("graduate", graduate=graduate["id"]).get("/v1/accesses")).json()["items"]
    assert [(each["role"], each["unit"], each["purpose"]) for each in seen] == [("system", None, "agreement")]
