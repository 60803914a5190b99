"""All that registry holds about a graduate, in clear, and nothing of another person."""

import json
from collections.abc import Awaitable, Callable
from typing import Any
from uuid import uuid4

import httpx
from living import ASKED, CANARY, Life

Json = dict[str, Any]
Client = Callable[..., httpx.AsyncClient]
Rows = Callable[..., Awaitable[list[Json]]]


async def test_a_life_is_collected_in_clear(client: Client, life: Life, rows: Rows) -> None:
    path = f"/v1/graduates/{life.id}/data"
    answer = await life.own.get(path)
    assert answer.status_code == 200, answer.text
    held = answer.json()
    assert (held["service"], held["graduate_id"]) == ("registry", life.id)
    records: dict[str, list[Json]] = held["records"]
    assert {name for name, items in records.items() if not items} == {"data_copies"}

    [entry] = records["entry"]
    assert (entry["name"], entry["citizen_id"], entry["phone"], entry["email"], entry["campus"]) == (
        "欧阳珣", "11010119900307002X", "13812345678", "o@example.cn", None,
    )  # fmt: skip
    assert (entry["status"], entry["self_check"], entry["self_checked_version"], entry["photo_state"]) == (
        "extended", "outdated", 3, "refused",
    )  # fmt: skip
    versions = records["versions"]
    assert [(each["version"], each["source"], each["role"]) for each in versions] == [
        (1, "import", "school_officer"),
        (2, "graduate", "graduate"),
        (3, "officer", "school_officer"),
        (4, "population_change", "school_officer"),
    ]
    assert [each["content"]["name"] for each in versions] == ["欧阳询", "欧阳询", "欧阳珣", "欧阳珣"]
    assert [each["reason"] for each in versions] == [None, None, f"户口簿为准 {CANARY}", None]
    named = {each["field"]: each["source_name"] for each in records["provenance"]}
    assert (named["phone"], named["name"]) == ("教务系统", None)
    [findings] = records["findings"]
    assert {"phone", "email"} <= set(findings["filled"])
    assert "source_fields_missing" in findings["broken"]
    assert {each["kind"] for each in records["notices"]} >= {
        "photo_refused", "correction_decided", "contact_requested", "locked_field_changed",
    }  # fmt: skip
    [photo] = records["photo"]
    assert (photo["state"], photo["rule"], photo["reason"]) == ("refused", "photo_tilt", "头部明显倾斜")
    assert {each["rule"]: each["state"] for each in photo["checks"]}["photo_tilt"] == "failed"
    [correction] = records["corrections"]
    assert [correction[name] for name in ("field", "before", "value", "state", "reason", "decision_reason")] == [
        "campus", None, "西校区", "refused", f"校区有误 {CANARY}", "材料不符",
    ]  # fmt: skip
    assert [(each["kind"], each["media_type"]) for each in correction["proofs"]] == [
        ("school_document", "application/pdf")
    ]
    [change] = records["population_changes"]
    assert (change["change"], change["state"], change["reason"], change["status"]) == (
        "extend", "approved", "因病休学", "registered",
    )  # fmt: skip
    assert change["document"]["number"] == "校教〔2024〕18号"
    assert [(each["rule_id"], each["state"]) for each in records["waivers"]] == [("origin_place_coarse", "approved")]
    assert records["talent_profile"][0]["skills"] == [CANARY[:20]]
    [contact] = records["contact_requests"]
    assert (contact["message"], contact["shared"]["email"]) == (ASKED["message"], "o@example.cn")
    assert [each["act"] for each in records["consents"]] == ["given"]
    # the graduate's own reading is no access
    assert records["accesses"] == (await life.own.get("/v1/accesses")).json()["items"]

    whole = answer.text
    people = await rows("SELECT id FROM graduates WHERE school_code = :school", school=life.school)
    assert [life.id] == [f"{each['id']}" for each in people if f"{each['id']}" in whole]
    subjects = await rows("SELECT DISTINCT subject FROM audit_entries WHERE length(subject) > 8")
    assert [each["subject"] for each in subjects if json.dumps(each["subject"]) in whole] == []


async def test_a_service_reads_it_and_the_graduate_sees_that(client: Client, graduate: Json, school: str) -> None:
    path, own = f"/v1/graduates/{graduate['id']}/data", client("graduate", graduate=graduate["id"])
    read = await client("system").get(path)
    assert (read.status_code, read.json()["records"]["entry"][0]["name"]) == (200, "张三")
    [access] = (await own.get("/v1/accesses")).json()["items"]
    assert (access["kind"], access["role"], access["unit"], access["purpose"]) == ("data_copy", "system", None, None)
    assert set(access["fields"]) == {"entry", "versions", "provenance", "findings"}
    assert (await client("graduate", graduate=uuid4()).get(path)).status_code == 404
    assert (await client("system").get(f"/v1/graduates/{uuid4()}/data")).status_code == 404
    for role in ("school_officer", "auditor", "admin", "counsellor"):
        assert (await client(role, school=school).get(path)).status_code == 403
