"""A bulk decision from its sealing to its end: looked at, overtaken by single acts, applied once."""

from typing import Any
from uuid import uuid4

import asyncpg
import pytest
from acting import COLLEGE, SCHOOL, UNIT, act, registered, rows, stored
from bulk import PATH, Bulk
from desks import Desk, Seat, code_of
from enrolling import roster_entry

from common import clock
from common.auth import Principal, Role
from common.database import Database
from destinations.registrations.commands import Recorded
from destinations.registrations.domain.lifecycle import Action
from testing.databases import ServiceDatabase

CHIEF = Principal("chief", Role.COLLEGE_OFFICER, school_code="10001", college_code="C01")
PROXY = Principal("chief", Role.SCHOOL_OFFICER, school_code="10001")


async def waiting(
    database: Database, reviewer: Principal = COLLEGE, submitter: Principal | None = None, **given: Any
) -> Recorded:
    """A registration that waits for the school."""
    submitted = await act(database, await registered(database, **given), Action.SUBMIT, submitter)
    return await act(database, submitted, Action.COLLEGE_APPROVE, reviewer)


async def test_a_bulk_decision_decides_what_was_sealed_and_nothing_else(
    database: Database, bulk: Bulk, seat: Seat, enrol: Any
) -> None:
    chief = seat("school_officer", school="10001", subject="chief")
    clean, edited, own, spared, left = [
        await waiting(database, reviewer) for reviewer in (COLLEGE, COLLEGE, CHIEF, COLLEGE, COLLEGE)
    ]
    proxied = await waiting(database, submitter=PROXY)
    others = [await waiting(database, cohort=2023), await act(database, await registered(database), Action.SUBMIT)]
    decision = await bulk.prepare(chief, filter={"cohort": 2024}, note="材料齐全")
    late = await waiting(database)

    seen = await bulk.read(chief, decision)
    assert (seen["state"], seen["selected"], seen["ready"], seen["done"]) == ("prepared", 6, 4, 0)
    assert (seen["skipped"], seen["allowed_transitions"]) == ({"same_reviewer": 1, "own_record": 1}, ["apply"])
    assert seen["filter"]["school_code"] == "10001"
    assert (await stored(database, SCHOOL, clean.id)).version == clean.version
    assert await all_items(chief, decision) == {str(each.id): "ready" for each in (clean, edited, spared, left)} | {
        str(own.id): "same_reviewer",
        str(proxied.id): "own_record",
    }

    await act(database, edited, Action.RETURN, SCHOOL)
    await enrol.keep(roster_entry(left.registration.graduate.id, sequence=2, status="withdrawn"))
    seen = await bulk.read(chief, decision)
    assert (seen["ready"], seen["skipped"]) == (3, {"changed_since": 1, "same_reviewer": 1, "own_record": 1})
    operation = await bulk.apply(chief, decision, str(spared.id))
    expected = {"changed_since": 2, "same_reviewer": 1, "own_record": 1, "excepted": 1}
    assert (operation["state"], operation["result"]["done"]) == ("succeeded", 1)
    assert (operation["result"]["skipped"], operation["progress"]) == (expected, {"done": 6, "total": 6})
    seen = await bulk.read(chief, decision)
    assert (seen["state"], seen["version"], seen["ready"], seen["done"]) == ("applied", 2, 0, 1)
    assert (seen["skipped"], seen["allowed_transitions"]) == (expected, [])
    assert seen["done"] + sum(seen["skipped"].values()) == seen["selected"]

    await check_decided(database, clean, decision, operation["result"]["change_token"])
    for kept in (own, proxied, spared, left, late, *others):
        assert (await stored(database, SCHOOL, kept.id)).version == kept.version
    again = await chief.post(f"{PATH}/{decision}/apply", {"except": []})
    assert (code_of(again), again.json()["state"]) == ((409, "transition_not_allowed"), "applied")


async def check_decided(database: Database, before: Recorded, decision: str, token: str) -> None:
    """A version, an audit entry and an event, as of a single act."""
    after = await stored(database, SCHOOL, before.id)
    assert (after.version, after.state, after.hands.reviewed_by_school) == (4, "school_approved", "chief")
    (version,) = await rows(
        database, "SELECT * FROM registration_versions WHERE registration_id = :id AND version = 4", id=before.id
    )
    said = (version["action"], version["by_subject"], version["by_role"], version["note"])
    assert said == ("school-approve", "chief", "school_officer", "材料齐全")
    entries = await rows(
        database, "SELECT * FROM audit_entries WHERE object_id = :id AND action = 'school-approve'", id=str(before.id)
    )
    detail = {"version": 4, "state": "school_approved", "bulk_decision": decision}
    assert [(each["subject"], each["detail"]) for each in entries] == [("chief", detail)]
    (event,) = await rows(database, "SELECT * FROM outbox")
    assert (event["key"], event["sequence"], event["type"]) == (
        str(after.graduate.id),
        1,
        "quxiang.destination.decided",
    )
    assert token is not None


async def all_items(desk: Desk, decision: str) -> dict[str, str]:
    """What becomes of each sealed registration, read page by page."""
    found: dict[str, str] = {}
    query: dict[str, Any] = {"limit": 2}
    while True:
        page = (await desk.get(f"{PATH}/{decision}/items", **query)).json()
        assert found.keys().isdisjoint(each["registration_id"] for each in page["items"])
        found |= {each["registration_id"]: each["reason"] or each["state"] for each in page["items"]}
        if page["next_cursor"] is None:
            break
        query["cursor"] = page["next_cursor"]
    for state in ("ready", "done", "skipped"):
        some = (await desk.get(f"{PATH}/{decision}/items", state=state)).json()["items"]
        assert {each["state"] for each in some} <= {state}
        assert len(some) == sum((each if each in {"ready", "done"} else "skipped") == state for each in found.values())
    return found


async def test_only_its_maker_applies_it_and_only_in_time(
    database: Database, bulk: Bulk, seat: Seat, school: Desk, college: Desk, addresses: ServiceDatabase
) -> None:
    first = await waiting(database)
    mine, colleague = school, seat("school_officer", school="10001", subject="colleague")
    decision = await bulk.prepare(mine)
    foreign = seat("school_officer", school="10002")
    path = f"{PATH}/{decision}"
    assert [each["id"] for each in (await colleague.get(PATH)).json()["items"]] == [decision]
    assert (await bulk.read(colleague, decision))["allowed_transitions"] == []
    assert code_of(await colleague.post(f"{path}/apply", {})) == (403, "forbidden")
    for stranger in (foreign, college, seat("counsellor", school="10001", class_="K1")):
        assert (await stranger.get(PATH)).json()["items"] == []
        for answer in (await stranger.get(path), await stranger.get(f"{path}/items")):
            assert code_of(answer) == (404, "not_found")
        assert code_of(await stranger.post(f"{path}/apply", {})) == (404, "not_found")
    unknown = await mine.post(f"{path}/apply", {"except": [str(first.id), str(uuid4())]})
    assert (code_of(unknown), [each["pointer"] for each in unknown.json()["errors"]]) == (
        (422, "not_sealed"),
        ["/except/1"],
    )
    assert (await mine.post(f"{path}/apply", {}, **{"If-Match": '"2"'})).status_code == 412

    owner = await asyncpg.connect(addresses.owner_url)
    await owner.execute("UPDATE bulk_decisions SET sealed_at = sealed_at - interval '24 hours'")
    with pytest.raises(asyncpg.CheckViolationError):
        await owner.execute(
            "UPDATE bulk_decisions SET applied_at = sealed_at + interval '24 hours', operation_id = id, excepted = '{}'"
        )
    await owner.close()
    assert (await bulk.read(mine, decision))["state"] == "expired"
    late = await mine.post(f"{path}/apply", {})
    assert (code_of(late), late.json()["state"]) == ((409, "transition_not_allowed"), "expired")
    assert (await stored(database, SCHOOL, first.id)).version == first.version


REFUSED: dict[str, tuple[dict[str, Any], int, str, str | None]] = {
    "a return without a reason": ({"act": "return"}, 422, "required", "/reason"),
    "a reason of an approval": ({"act": "school-approve", "reason": "同意"}, 422, "must_be_empty", "/reason"),
    "a note of a return": ({"act": "return", "reason": "不全", "note": "同批"}, 422, "must_be_empty", "/note"),
    "a number in a note": ({"act": "school-approve", "note": "学号20201234"}, 422, "identifying_text", "/note"),
    "a filter that matches nothing": (
        {"act": "school-approve", "filter": {"destination_codes": ["10"], "cohort": 2024}},
        422,
        "nothing_selected",
        "/filter",
    ),
    "another resource": (
        {"resource": "agreements", "act": "return", "reason": "不全"},
        422,
        "not_allowed",
        "/resource",
    ),
    "a bulk confirmation": ({"act": "confirm"}, 422, "not_allowed", "/act"),
    "another level": ({"act": "college-approve"}, 403, "forbidden", None),
    "another school": ({"act": "school-approve", "filter": {"school_code": "10002"}}, 404, "not_found", None),
}


async def test_refusals_name_field_and_rule(database: Database, bulk: Bulk, school: Desk, seat: Seat) -> None:
    await waiting(database)
    for name, (body, status, rule, pointer) in REFUSED.items():
        answer = await school.post(PATH, body)
        assert answer.status_code == status, (name, answer.text)
        if pointer is None:
            assert answer.json()["code"] == rule, name
        else:
            assert [(each["rule"], each["pointer"]) for each in answer.json()["errors"]] == [(rule, pointer)], name
    assert code_of(await seat("graduate", graduate=uuid4()).post(PATH, {"act": "return"})) == (403, "forbidden")
    assert await rows(database, "SELECT 1 FROM bulk_decisions") == []


async def test_filters_and_scopes_cut_what_is_sealed(
    database: Database, bulk: Bulk, school: Desk, college: Desk, seat: Seat, enrol: Any
) -> None:
    """A college seals its own; a filter means what the list shows under it."""
    here = await act(database, await registered(database, UNIT), Action.SUBMIT)
    there = await act(database, await registered(database, college_code="C02", class_code="K2"), Action.SUBMIT)
    second = seat("college_officer", school="10001", college="C02")
    decision = await bulk.prepare(second, "return", reason="材料不全")
    assert list(await all_items(second, decision)) == [str(there.id)]
    assert [each["act"] for each in (await school.get(PATH, school="10001")).json()["items"]] == ["return"]
    assert (await school.get(PATH, cohort=2023)).json()["items"] == []
    assert (await bulk.apply(second, decision))["result"] == {
        "id": decision,
        "done": 1,
        "skipped": {},
        "change_token": None,
    }
    returned = await stored(database, SCHOOL, there.id)
    assert (returned.state, returned.version) == ("returned", 3)
    for narrowing in (
        {"destination_codes": ["10"], "source": "graduate", "class_code": "K1", "submitted_before": "2199-01-01"},
        {"college_code": "C01", "major_code": "M01", "submitted_before": "2199-01-01T00:00:00Z"},
    ):
        first = await bulk.prepare(college, "college-approve", filter=narrowing)
        assert list(await all_items(school, first)) == [str(here.id)]
        given = {name: value for name, value in (await bulk.read(school, first))["filter"].items() if value}
        assert given == narrowing | {"school_code": "10001", "submitted_before": given["submitted_before"]}
        assert given["submitted_before"][:10] in {"2198-12-31", "2199-01-01"}
    nothing = {"act": "college-approve", "filter": {"submitted_before": "2020-01-01"}}
    assert code_of(await college.post(PATH, nothing)) == (422, "nothing_selected")
    await enrol.keep(roster_entry(here.registration.graduate.id, sequence=2, college_code="C02"))
    moved = await bulk.apply(college, first)
    assert (moved["result"]["done"], moved["result"]["skipped"]) == (0, {"changed_since": 1})
    assert (await stored(database, SCHOOL, here.id)).version == here.version


async def test_what_a_season_asks_later_binds_no_bulk_decision_that_was_applied_before(
    database: Database, bulk: Bulk, school: Desk
) -> None:
    cohort = clock.today().year + 1
    first = await waiting(database, cohort=cohort, content=UNIT)
    decision = await bulk.prepare(school)
    accepted = await school.post(f"{PATH}/{decision}/apply", {})
    headers = school.headers | {"If-Match": '"0"'}
    asked = await school.http.put(f"/v1/seasons/10001/{cohort}", json={"evidence": "approve"}, headers=headers)
    assert asked.status_code == 200, asked.text
    second = await waiting(database, cohort=cohort, content=UNIT)
    assert (await bulk.finished(school, accepted))["result"]["done"] == 1
    assert (await stored(database, SCHOOL, first.id)).state == "school_approved"
    operation = await bulk.apply(school, await bulk.prepare(school))
    assert operation["result"]["skipped"] == {"evidence_missing": 1}
    assert (await stored(database, SCHOOL, second.id)).version == second.version
