"""When a snapshot is frozen, what it then holds, and what has changed since."""

import asyncio
from datetime import UTC, date, datetime
from hashlib import sha256
from typing import Any
from uuid import uuid4

import asyncpg
import pytest
from cut_offs import AFTER, BEFORE, JUNE, ask, filled, read, text_of
from sqlalchemy import text

from common.contracts import registration
from common.database import Database
from indicators.settings import Settings
from indicators.snapshots.domain.snapshots import SnapshotId
from indicators.snapshots.operations import add_due, proof_of
from testing.databases import committed
from testing.http import Client


async def test_it_waits_for_what_the_owners_have_and_then_never_changes(
    officer: Any, arrive: Any, apply: Any, freeze: Any, new_school: Any, owners: Any, database: Database
) -> None:
    school, http = filled(new_school), None
    await arrive(school, without=1)
    http = officer(school)
    asked = await ask(http, school, known_at=AFTER.isoformat())
    assert (asked["state"], asked["version"], asked["revision"], asked["of"]) == ("pending", 1, 0, None)
    assert (asked["as_of"], asked["known_at"]) == ("2024-08-31", "2024-08-31T16:00:00Z")
    assert await freeze(Settings(database_url="")) == 0
    assert [each["why"] for each in (await read(http, asked))["waiting_for"]] == ["owner_down", "owner_down"]
    assert await freeze() == 0
    waiting = await read(http, asked)
    assert waiting["waiting_for"] == [{"owner": "destinations", "topic": registration.TOPIC, "why": "versions_missing"}]
    assert (waiting["drift"], waiting["base"], waiting["version"]) == (None, None, 1)
    await apply(school.events[-1:])
    assert await freeze() == 1
    frozen = await read(http, asked)
    expected = text_of(school, 2024, "initial", date(2024, 8, 31), AFTER)
    assert (frozen["state"], frozen["base"], frozen["waiting_for"], frozen["version"]) == ("frozen", 6, [], 2)
    assert frozen["hash"] == sha256(expected.encode().replace(b"K|1", b"K\\|1")).hexdigest()
    assert (frozen["drift"], frozen["differences"]) == (0, [])
    scheme = (await http.get("/v1/definitions/CN-2024")).json()
    assert frozen["definitions"] == [{name: scheme[name] for name in ("id", "version", "hash")}]
    # whatever is recorded from the moment on stands beside it
    school.recorded_at = AFTER
    school.goes(school.people[4], "10", JUNE)
    school.goes(school.people[0], "10", JUNE, state="voided")
    school.is_erased(school.people[1], date(2024, 9, 3))
    school.enters(college_code="C0")
    await arrive(school)
    later = await read(http, asked)
    assert later["drift"] == 3
    assert {**later, "drift": 0, "differences": []} == frozen
    found = {(each["measure"], each["college"]): each for each in later["differences"]}
    assert found["placement_rate", "C0"]["before"] == {"numerator": 2, "denominator": 3, "rate": "66.67"}
    assert found["unit_employment_rate", None]["after"] == {"numerator": 2, "denominator": 7, "rate": "28.57"}
    assert ("placement_rate", None) in found
    rows = await http.get(f"/v1/snapshots/{asked['id']}/rows")
    assert rows.headers["content-type"] == "text/plain; charset=utf-8"
    assert sha256(rows.content).hexdigest() == frozen["hash"]
    proof = await proof_of(database, SnapshotId(asked["id"]))
    assert proof == dict.fromkeys(("stored_hash", "rows_hash", "versions_hash"), frozen["hash"]) | {"agrees": True}


async def test_of_whom_something_was_recorded_since_the_versions_of_before_are_frozen(
    officer: Any, arrive: Any, freeze: Any, new_school: Any
) -> None:
    school = filled(new_school)
    school.recorded_at = AFTER
    school.goes(school.people[0], "801", JUNE)
    school.enters(college_code="C0")
    school.enters(school.people[1], college_code="C9")
    await arrive(school)
    http = officer(school)
    asked = await ask(http, school, known_at=AFTER.isoformat())
    assert await freeze() == 1
    frozen = await read(http, asked)
    expected = text_of(school, 2024, "initial", date(2024, 8, 31), AFTER).replace("K|1", "K\\|1")
    assert frozen["hash"] == sha256(expected.encode()).hexdigest()
    assert (frozen["base"], frozen["drift"]) == (6, 3)


async def test_codes_of_whatever_characters_are_hashed_alike_from_rows_and_from_versions(
    officer: Any, arrive: Any, freeze: Any, new_school: Any, database: Database
) -> None:
    school = new_school()
    school.recorded_at = BEFORE
    odd = ("|", "\\", "\\n", "a\nb", "\r\t\b\f\v", "\\.", "班|级\\", " ")
    people = sorted(((school.enters(class_code=code), code) for code in odd), key=lambda each: f"{each[0]}")
    await arrive(school)
    http = officer(school)
    asked = await ask(http, school, known_at=AFTER.isoformat())
    assert await freeze() == 1
    rows = await http.get(f"/v1/snapshots/{asked['id']}/rows")
    head = f"quxiang-snapshot/1|{school.code}|2024|initial|2024-08-31|2024-08-31T16:00:00Z|0\n"
    escaped = [code.replace("\\", "\\\\").replace("|", "\\|").replace("\n", "\\\n") for _, code in people]
    lines = [f"{each}|||{code}{'|' * 17}\n" for (each, _), code in zip(people, escaped, strict=True)]
    assert rows.content.decode() == head + "".join(lines)
    proof = await proof_of(database, SnapshotId(asked["id"]))
    assert proof["agrees"]
    assert proof["stored_hash"] == sha256(rows.content).hexdigest()


async def test_a_revision_stands_beside_it_once_another_person_approves(
    officer: Any, arrive: Any, freeze: Any, new_school: Any, client: Client
) -> None:
    school = filled(new_school)
    await arrive(school)
    one, two = officer(school, "one"), officer(school, "two")
    first = await ask(one, school, known_at=AFTER.isoformat())
    url = f"/v1/snapshots/{first['id']}"
    reason = {"reason": "核查后更正"}
    assert (await post(one, f"{url}/revise", reason, '"1"'))[:2] == (409, "transition_not_allowed")
    await freeze()
    assert (await post(one, f"{url}/revise", reason, None))[:2] == (428, "precondition_required")
    assert (await post(one, f"{url}/revise", reason, '"1"'))[:2] == (412, "precondition_failed")
    for known_at, rule in (("2199-01-01T00:00:00Z", "in_the_future"), ("2024-08-31T15:59:59Z", "known_too_early")):
        assert (await post(one, f"{url}/revise", {**reason, "known_at": known_at}, '"2"'))[:2] == (422, rule)
    assert (await post(one, f"{url}/revise", {"reason": "学号 20240001"}, '"2"'))[:2] == (422, "identifying_text")
    status, _, revision = await post(one, f"{url}/revise", reason, '"2"')
    assert status == 201
    assert (revision["state"], revision["revision"], revision["of"]) == ("open", 1, first["id"])
    assert revision["reason"] == reason["reason"]
    assert (await post(two, f"{url}/revise", reason, '"2"'))[:2] == (409, "revision_open")
    opened = f"/v1/snapshots/{revision['id']}"
    assert (await post(one, f"{opened}/approve", None, '"1"'))[:2] == (409, "same_reviewer")
    assert (await post(two, f"{opened}/refuse", reason, '"1"'))[2]["state"] == "refused"
    # the number is free again
    _, _, revision = await post(two, f"{url}/revise", reason, '"2"')
    opened = f"/v1/snapshots/{revision['id']}"
    province = client("provincial_officer", province="410000")
    assert (await post(province, f"{opened}/approve", None, '"1"'))[2]["state"] == "pending"
    assert (await post(one, f"{url}/revise", reason, '"2"'))[:2] == (409, "revision_open")
    assert (await post(one, f"{opened}/refuse", reason, '"2"'))[:2] == (409, "transition_not_allowed")
    await freeze()
    frozen = await read(one, revision)
    assert (frozen["state"], frozen["revision"], frozen["base"]) == ("frozen", 1, 6)
    figures = {"school": school.code, "cohort": 2024, "snapshot": "initial"}
    assert (await one.get("/v1/rates", params=figures)).json()["snapshot"] == revision["id"]
    assert (await read(one, first))["hash"] != frozen["hash"]
    assert (await post(one, f"{url}/revise", reason, '"2"'))[:2] == (409, "not_newest")
    assert (await post(one, f"{opened}/revise", reason, '"3"'))[0] == 201


async def post(client: Any, path: str, body: Any, if_match: str | None) -> tuple[int, str | None, dict[str, Any]]:
    headers = {} if if_match is None else {"If-Match": if_match}
    answered = await client.post(path, json=body, headers=headers)
    found = answered.json()
    return answered.status_code, found.get("code"), found


async def test_each_official_one_stands_once(officer: Any, arrive: Any, new_school: Any) -> None:
    school = filled(new_school)
    await arrive(school)
    http = officer(school)
    body = {"school_code": school.code, "cohort": 2024, "kind": "initial"}
    await ask(http, school)
    again = await http.post("/v1/snapshots", json=body)
    assert (again.status_code, again.json()["code"]) == (409, "already_exists")
    await ask(http, school, "year_end")
    for _ in range(2):
        await ask(http, school, "free", as_of="2024-07-01")
    for said, rule in (
        ({"cohort": 2199}, "in_the_future"),
        ({"kind": "free", "as_of": "2199-01-01"}, "in_the_future"),
        ({"kind": "free"}, "required"),
        ({"as_of": "2024-08-31"}, "must_be_empty"),
        # seconds since 1970, and a day in words of another kind, are no day and no instant
        ({"kind": "free", "as_of": "1756598400"}, "invalid"),
        ({"kind": "free", "as_of": "2024-08-31T00:00:00"}, "invalid"),
        ({"kind": "free", "as_of": "2024-07-01", "known_at": "1796000000"}, "invalid"),
    ):
        refused = await http.post("/v1/snapshots", json={**body, **said})
        assert refused.status_code == 422
        assert refused.json()["code"] == rule
    listed = (await http.get("/v1/snapshots", params={"school": school.code, "state": "pending"})).json()["items"]
    assert [each["kind"] for each in listed] == ["initial", "year_end", "free", "free"]
    assert "drift" not in listed[0]


async def test_two_workers_add_what_is_due_once_and_nothing_that_nobody_knew(
    officer: Any, arrive: Any, freeze: Any, new_school: Any, owners: Any, database: Database
) -> None:
    known, late = filled(new_school), new_school()
    late.recorded_at = datetime(2025, 3, 1, tzinfo=UTC)
    late.enters()
    for school in (known, late):
        await arrive(school)
    await asyncio.gather(*(add_due(database, owners.settings) for _ in range(2)))
    http = officer(known)
    listed = (await http.get("/v1/snapshots", params={"school": known.code})).json()["items"]
    assert [(each["kind"], each["known_at"], each["requested_by_role"]) for each in listed] == [
        ("initial", "2024-08-31T16:00:00Z", None),
        ("year_end", "2024-12-31T16:00:00Z", None),
    ]
    assert (await officer(late).get("/v1/snapshots")).json()["items"] == []
    # of two workers that freeze at once one is done
    await asyncio.gather(freeze(), freeze())
    listed = (await http.get("/v1/snapshots", params={"school": known.code})).json()["items"]
    assert [each["state"] for each in listed] == ["frozen", "frozen"]
    async with database.reading() as connection:
        told = await connection.execute(
            text("SELECT data FROM outbox WHERE type = 'quxiang.snapshot.frozen' AND school_code = :code ORDER BY id"),
            {"code": known.code},
        )
    assert [row.data["hash"] for row in told] == [each["hash"] for each in listed]


async def test_what_nobody_knew_is_looked_for_once(
    arrive: Any, new_school: Any, owners: Any, database: Database
) -> None:
    school = new_school()
    school.recorded_at = datetime(2025, 3, 1, tzinfo=UTC)
    school.enters()
    await arrive(school)
    counted = text("SELECT count(*) FROM snapshots_dismissed WHERE school_code = :code")
    await add_due(database, owners.settings)
    async with database.reading() as connection:
        assert await connection.scalar(counted, {"code": school.code}) == 0
    async with committed(database) as connection:
        # everything that was published before now has arrived
        await connection.execute(
            text(
                "INSERT INTO applied_partitions (topic, partition, included_until) SELECT topic, part, quxiang_now()"
                " FROM unnest(CAST(:topics AS text[])) AS topic, generate_series(0, 11) AS part"
                " ON CONFLICT (topic, partition) DO UPDATE SET included_until = excluded.included_until"
            ),
            {
                "topics": [
                    "quxiang.registry.organisation.v1",
                    "quxiang.registry.graduate.v1",
                    "quxiang.destinations.registration.v1",
                ]
            },
        )
    await add_due(database, owners.settings)
    async with database.reading() as connection:
        assert await connection.scalar(counted, {"code": school.code}) == 2


async def test_the_database_keeps_what_is_frozen(
    officer: Any, arrive: Any, freeze: Any, new_school: Any, stored: Any
) -> None:
    school = filled(new_school)
    await arrive(school)
    asked = await ask(officer(school), school)
    await freeze()
    connection = await asyncpg.connect(stored.app_url.replace("+asyncpg", ""))
    try:
        for statement in (
            "UPDATE snapshot_rows SET destination_code = '10'",
            "DELETE FROM snapshot_rows",
            "UPDATE snapshot_contents SET base = 0",
            "DELETE FROM snapshots",
            "UPDATE snapshots SET as_of = '2024-08-30'",
        ):
            with pytest.raises(asyncpg.InsufficientPrivilegeError):
                await connection.execute(statement)
        with pytest.raises(asyncpg.CheckViolationError):
            await connection.execute(
                "INSERT INTO snapshot_rows (snapshot_id, graduate_id, school_code, cohort, flexible)"
                " VALUES ($1, $2, $3, 2024, false)",
                asked["id"], uuid4(), school.code,
            )  # fmt: skip
        with pytest.raises(asyncpg.CheckViolationError):
            await connection.execute(
                "INSERT INTO snapshot_contents (snapshot_id, school_code, base, hash, definitions)"
                " VALUES ($1, $2, 7, '', '[]')",
                asked["id"], school.code,
            )  # fmt: skip
    finally:
        await connection.close()
