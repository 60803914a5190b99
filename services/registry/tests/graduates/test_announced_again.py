"""Events that came to say more: every graduate is announced once more, whoever does it and wherever it breaks off."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import date, timedelta
from functools import partial
from typing import Any
from uuid import UUID

import asyncpg
import httpx
import pytest
from changing import moved

from common import clock
from common.auth import SYSTEM, Principal, Role
from common.contracts.graduate import GraduateData
from common.crypto import FieldCipher
from common.database import Database
from common.errors import Versions
from common.identifiers import GraduateId, SchoolCode
from registry.graduates import commands
from registry.graduates.operations import announce_again
from testing.databases import ServiceDatabase, sessions_at_a_lock
from testing.waiting import eventually

Json = dict[str, Any]
Client = Callable[..., httpx.AsyncClient]
Rows = Callable[..., Awaitable[list[Json]]]

EVENTS = "SELECT * FROM outbox WHERE school_code = :school AND topic LIKE '%.graduate.%' ORDER BY id"
PROGRESS = "SELECT cohort, after, due_at FROM announced_rosters WHERE school_code = :school ORDER BY cohort"
# the newest events as the release before wrote them
FORGET = """
    UPDATE outbox SET data = data - 'urban_rural' - 'erased' WHERE key = ANY($1::text[]) AND sequence =
           (SELECT max(sequence) FROM outbox o WHERE o.topic = outbox.topic AND o.key = outbox.key)
"""
SAID = """
    INSERT INTO outbox (topic, key, sequence, type, school_code, decided_on, data)
    SELECT topic, key, 2, type, school_code, decided_on, data || '{"urban_rural": "rural", "erased": false}'
      FROM outbox WHERE key = $1
"""
DUE = "UPDATE announced_rosters SET due_at = $2 WHERE school_code = $1"


@pytest.fixture
async def people(officer: httpx.AsyncClient, client: Client, school: str, database: Database) -> list[Json]:
    """Three graduates of 2024 and one of 2023; one has left, one has a version without an event since the last one."""
    made = []
    for number, cohort in enumerate((2024, 2024, 2024, 2023)):
        body = {"school_code": school, "cohort": cohort, "student_number": f"{number}", "name": "李四"}
        made.append((await officer.post("/v1/graduates", json=body | {"urban_rural": "rural"})).json())
    await moved(client, school, [made[0]["id"]], "transfer")
    patched = await officer.patch(
        f"/v1/graduates/{made[1]['id']}", json={"phone": "13800138000"}, headers={"If-Match": '"1"'}
    )
    assert patched.status_code == 200
    await announce_again(database)
    return [(await officer.get(f"/v1/graduates/{each['id']}")).json() for each in made]


async def owner_says(addresses: ServiceDatabase, statement: str, *values: object) -> None:
    owner = await asyncpg.connect(addresses.owner_url)
    await owner.execute(statement, *values)
    await owner.close()


async def test_each_graduate_is_announced_once_more_with_the_day_of_before(
    people: list[Json],
    officer: httpx.AsyncClient,
    school: str,
    addresses: ServiceDatabase,
    database: Database,
    rows: Rows,
) -> None:
    before = await rows(EVENTS, school=school)
    assert await announce_again(database) == 0
    ids = [each["id"] for each in people]
    await owner_says(addresses, FORGET, ids)
    await owner_says(addresses, "DELETE FROM announced_rosters WHERE school_code = $1", school)
    assert await announce_again(database, part=2) == len(ids)
    events = (await rows(EVENTS, school=school))[len(before) :]
    assert {event["key"] for event in events} == set(ids)
    for person in people:
        (event,) = (each for each in events if each["key"] == person["id"])
        said = GraduateData.model_validate(event["data"])
        assert (event["sequence"], event["type"]) == (person["sequence"] + 1, "quxiang.graduate.changed")
        assert event["decided_on"] == said.decided_on == date.fromisoformat(person["decided_on"])
        assert (said.urban_rural, said.erased, said.changed_fields) == ("rural", False, ())
        assert (said.version, said.status, said.counted) == (
            person["version"],
            person["status"],
            person["status"] == "registered",
        )
        assert event["recorded_at"] == said.recorded_at > max(each["recorded_at"] for each in before)
        # nobody who is writing is refused because of it
        read = await officer.get(f"/v1/graduates/{person['id']}")
        assert read.json() == person | {"sequence": person["sequence"] + 1}
    # the release before may write beside this one: the next pass is not before an hour
    progress = await rows(PROGRESS, school=school)
    assert [(each["cohort"], each["after"]) for each in progress] == [(2023, None), (2024, None)]
    assert all(each["due_at"] > clock.now() + timedelta(minutes=50) for each in progress)
    await owner_says(addresses, FORGET, ids[1:2])
    assert await announce_again(database) == 0
    for found, ended in ((1, [True, False]), (0, [True, True])):
        await owner_says(addresses, DUE, school, clock.now())
        assert await announce_again(database) == found
        assert [each["due_at"] is None for each in await rows(PROGRESS, school=school)] == ended
    patched = await officer.patch(
        f"/v1/graduates/{ids[1]}", json={"sex_code": "1"}, headers={"If-Match": f'"{people[1]["version"]}"'}
    )
    assert (patched.status_code, patched.json()["sequence"]) == (200, people[1]["sequence"] + 3)


async def test_two_workers_and_one_that_breaks_off_announce_each_graduate_once(
    people: list[Json], school: SchoolCode, addresses: ServiceDatabase, database: Database, rows: Rows
) -> None:
    before = len(await rows(EVENTS, school=school))
    ids = [each["id"] for each in people]
    await owner_says(addresses, FORGET, ids)
    await owner_says(addresses, "DELETE FROM announced_rosters WHERE school_code = $1", school)
    breaking = asyncio.create_task(announce_again(database, part=1))

    async def has_begun() -> bool:
        return len(await rows(EVENTS, school=school)) > before

    await eventually(has_begun)
    breaking.cancel()
    await asyncio.gather(breaking, return_exceptions=True)
    await asyncio.gather(*(announce_again(database, part=1) for _ in range(3)))
    await announce_again(database)
    events = await rows(EVENTS, school=school)
    assert sorted(event["key"] for event in events[before:]) == sorted(ids)
    for person in ids:
        sequences = [event["sequence"] for event in events if event["key"] == person]
        assert sequences == list(range(1, len(sequences) + 1))


async def test_who_is_written_at_the_moment_is_left_to_that_act_or_to_the_next_pass(
    people: list[Json],
    school: SchoolCode,
    addresses: ServiceDatabase,
    database: Database,
    cipher: FieldCipher,
    rows: Rows,
) -> None:
    await owner_says(addresses, FORGET, [people[2]["id"]])
    await owner_says(addresses, "DELETE FROM announced_rosters WHERE school_code = $1", school)
    change = partial(
        commands.change,
        caller=Principal(subject="officer", role=Role.SCHOOL_OFFICER, school_code=school),
        cipher=cipher,
        graduate_id=GraduateId(UUID(people[2]["id"])),
        expected=Versions(any=True),
    )
    async with database.transaction(SYSTEM) as unit:
        await change(unit, given={"phone": "13900139000"})
        assert await announce_again(database) == 0
        await unit.commit()
    # that change was none that an event shows
    assert [each["due_at"] is None for each in await rows(PROGRESS, school=school)] == [True, False]
    for found in (1, 0):
        await owner_says(addresses, DUE, school, clock.now())
        assert await announce_again(database) == found
    events = [event for event in await rows(EVENTS, school=school) if event["key"] == people[2]["id"]]
    assert [(event["sequence"], event["data"]["version"]) for event in events] == [(1, 1), (2, 2)]


async def test_who_was_announced_since_it_was_looked_at_is_not_announced_again(
    people: list[Json], school: SchoolCode, addresses: ServiceDatabase, database: Database, rows: Rows
) -> None:
    person = people[3]["id"]
    await owner_says(addresses, FORGET, [person])
    await owner_says(addresses, "DELETE FROM announced_rosters WHERE school_code = $1", school)
    owner = await asyncpg.connect(addresses.owner_url)
    async with owner.transaction():
        # it is read, and waits before it locks
        await owner.execute("LOCK TABLE graduates IN EXCLUSIVE MODE")
        announcing = asyncio.create_task(announce_again(database))
        await sessions_at_a_lock(addresses, 1)
        await owner.execute("UPDATE graduates SET sequence = 2 WHERE id = $1", person)
        await owner.execute(SAID, person)
    await owner.close()
    assert await announcing == 0
    assert [event["sequence"] for event in await rows(EVENTS, school=school) if event["key"] == person] == [1, 2]
