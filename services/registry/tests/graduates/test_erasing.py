"""What the database holds of an erased entry against any writer, and that everything reads over what is left."""

from collections.abc import Awaitable, Callable
from functools import partial
from typing import Any
from uuid import UUID, uuid4

import asyncpg
import httpx
import pytest

from common.auth import SYSTEM
from common.crypto import FieldCipher
from common.database import Database, UnitOfWork
from common.identifiers import GraduateId
from registry.graduates.announcements import graduate_erased
from registry.graduates.commands import erase_again
from registry.graduates.operations import announce_again
from registry.graduates.storage import locks
from registry.graduates.storage.erasing import erase
from registry.graduates.storage.judging import judge_again
from testing.databases import ServiceDatabase

Json = dict[str, Any]
Rows = Callable[..., Awaitable[list[Json]]]

NUMBERS = ("student_number", "exam_number", "citizen_id")


async def erased(unit: UnitOfWork, *, cipher: FieldCipher, graduate_id: GraduateId) -> None:
    await locks.lock_graduates(unit.connection, [graduate_id])
    await unit.announce(graduate_erased(await erase(unit.connection, cipher, graduate_id, SYSTEM)))


@pytest.fixture
async def gone(database: Database, cipher: FieldCipher, officer: httpx.AsyncClient, graduate: Json) -> UUID:
    """A graduate with a history, erased."""
    path = f"/v1/graduates/{graduate['id']}"
    body = {"phone": "13800138001", "citizen_id": "110101199003074514", "change_reason": "更正录入错误"}
    answer = await officer.patch(path, json=body, headers={"If-Match": '"1"'})
    assert answer.status_code == 200, answer.text
    graduate_id = GraduateId(UUID(graduate["id"]))
    await database.act(SYSTEM, partial(erased, cipher=cipher, graduate_id=graduate_id))
    return graduate_id


async def test_what_is_left_is_read_everywhere(
    addresses: ServiceDatabase,
    database: Database,
    cipher: FieldCipher,
    officer: httpx.AsyncClient,
    school: str,
    gone: UUID,
    rows: Rows,
) -> None:
    read = (await officer.get(f"/v1/graduates/{gone}")).json()
    assert (read["restricted"], read["version"], read["education_level_code"], read["status"]) == (
        *(True, 3, "31"),
        "registered",
    )
    assert read["erased_at"]
    assert {read[name] for name in ("name", "phone", "birth_date", "self_check", *NUMBERS)} == {None, "unconfirmed"}
    listed = (await officer.get("/v1/graduates", params={"school": school})).json()["items"]
    assert [each["id"] for each in listed] == [str(gone)]
    history = (await officer.get(f"/v1/graduates/{gone}/history")).json()["items"]
    assert [(each["source"], [change["field"] for change in each["changes"]]) for each in history] == [
        ("officer", ["education_level_code", "status"]),
        ("officer", []),
        ("erasure", []),
    ]
    assert (await officer.get(f"/v1/graduates/{gone}/provenance")).status_code == 200
    query = {"school": school, "cohort": "2024"}
    report = (await officer.get("/v1/quality-report", params=query)).json()
    assert (report["population"]["registered"], report["coverage"]["phone"]["of"], report["pending"]) == (1, 0, 0)
    body = {"purpose": "verification", "graduate_ids": [str(gone)], "fields": ["name"]}
    answer = (await officer.post("/v1/graduates/reveal", json=body)).json()
    assert answer["items"] == [{"graduate_id": str(gone), "problem": "erased"}]
    # nothing opens it again: neither rules of another version nor events that say less
    owner = await asyncpg.connect(addresses.owner_url)
    await owner.execute("UPDATE graduates SET rules_version = 0 WHERE id = $1", gone)
    await owner.close()
    await judge_again(database, cipher)
    await announce_again(database)
    events = await rows("SELECT type, data FROM outbox WHERE key = :id ORDER BY sequence", id=str(gone))
    assert [(each["type"], each["data"]["erased"]) for each in events] == [
        ("quxiang.graduate.registered", False),
        ("quxiang.graduate.erased", True),
    ]


async def test_lost_events_erase_again_who_is_known_and_was_not(
    database: Database, cipher: FieldCipher, graduate: Json, rows: Rows
) -> None:
    again = partial(erase_again, graduate_ids=[graduate["id"], str(uuid4())], cipher=cipher)
    announced = await database.act(SYSTEM, again)
    assert [(each.key, each.type, each.sequence) for each in announced] == [
        (graduate["id"], "quxiang.graduate.erased", 2)
    ]
    assert await database.act(SYSTEM, again) == []
    [left] = await rows("SELECT erased_at, sealed FROM graduates WHERE id = :id", id=graduate["id"])
    assert (left["erased_at"] is not None, left["sealed"]) == (True, None)


@pytest.mark.usefixtures("gone")
async def test_numbers_of_all_versions_stay_as_hashes_that_lead_nowhere(school: str, rows: Rows) -> None:
    kept = await rows("SELECT * FROM erased_numbers WHERE school_code = :school", school=school)
    assert len(kept) == 3
    assert {*kept[0]} == {"number_hash", "school_code", "cohort"}


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE graduates SET sealed = '\\x00' WHERE id = $1",
        "UPDATE graduates SET name_index = '\\x00' WHERE id = $1",
        "UPDATE graduates SET person_index = '\\x00' WHERE id = $1",
        "UPDATE graduates SET filled = 1 WHERE id = $1",
        "UPDATE graduates SET restricted = false WHERE id = $1",
        "INSERT INTO talent_profiles (graduate_id, profile_id, version, consent_version, skills_cipher, regions,"
        " industries, positions) VALUES ($1, $1, 1, '1', '\\x00', '{}', '{}', '{}')",
        "UPDATE graduate_versions SET sealed_reason = '\\x00' WHERE graduate_id = $1",
    ],
)
async def test_no_writer_fills_an_erased_entry(addresses: ServiceDatabase, gone: UUID, statement: str) -> None:
    owner = await asyncpg.connect(addresses.owner_url)
    try:
        with pytest.raises(asyncpg.CheckViolationError):
            await owner.execute(statement, gone)
    finally:
        await owner.close()


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE graduates SET erased_at = quxiang_now()",
        "UPDATE graduate_versions SET sealed = NULL",
        "DELETE FROM graduate_versions",
        "DELETE FROM erased_numbers",
    ],
)
async def test_the_application_erases_by_the_function_alone(addresses: ServiceDatabase, statement: str) -> None:
    application = await asyncpg.connect(addresses.app_url)
    try:
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await application.execute(statement)
    finally:
        await application.close()
