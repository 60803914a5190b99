"""What is written for many rows at once is what the single act would have written."""

import random
from dataclasses import replace
from datetime import date
from typing import Any

from enrolling import roster_entry
from sqlalchemy import text

from common.auth import SYSTEM, Actor
from common.codes import CodeEntry, CodeLists
from common.contracts.registration import DestinationData
from common.database import Database
from common.identifiers import Cohort, GraduateId, SchoolCode
from destinations.field_rules.domain import asked_by
from destinations.registrations import announcements, storage
from destinations.registrations.domain import deciding, fields
from destinations.registrations.domain.content import CODE_LISTS, FIELDS, SEALED, Destination
from destinations.registrations.domain.lifecycle import Party
from destinations.registrations.domain.registration import Person, Registration, Stamp, Terms, after
from destinations.registrations.imports import load
from destinations.registrations.imports import write as bulk
from destinations.registrations.imports.plan import Plan, Planned
from destinations.registrations.imports.rows import RegistrationRow

COHORT = Cohort(2024)
OFFICER = Actor("officer", "school_officer")
PERSON = Person(Party.SCHOOL_OFFICER, OFFICER.subject)
SPECIAL: dict[str, Any] = {
    "flexible": True,
    "flexible_kind": "certificate",
    "employer_uscc": "91410100MA40ABCD15",
    **dict.fromkeys(("signed_on", "contract_from", "contract_to"), date(2024, 6, 15)),
    **{name: f"{name}\0".encode() for name in SEALED},
}


def generated(chance: random.Random) -> Destination:
    """Any content that the rules allow."""
    lists = CodeLists.load()
    code = chance.choice(lists.get("destination").codes())
    content = Destination(code)
    for name in FIELDS[1:]:
        if name in asked_by(code, COHORT).forbidden or chance.random() < 0.4:
            continue
        listed = CODE_LISTS.get(name)
        value: Any = SPECIAL.get(name) or (chance.choice(lists.get(listed).codes()) if listed else f"{name}, “值”\t1")
        content = replace(content, **{name: value})
    assert fields.contradictions(content, COHORT) == ()
    return content


async def known(database: Database, ids: list[GraduateId]) -> list[Registration]:
    async with database.reading() as connection:
        found = await storage.current(connection, ids)
    return [found[each] for each in ids if each in found]


async def write(
    database: Database,
    ids: list[GraduateId],
    contents: list[Destination],
    day: date | None,
    lists: CodeLists | None = None,
) -> list[Planned]:
    async with database.transaction(OFFICER) as unit:
        entries = [roster_entry(each, sequence=0) for each in sorted(ids)]
        await load.keep_and_lock(unit.connection, SchoolCode("10001"), [entries])
        stored = await load.read_stored(unit.connection, entries)
        rows = [
            Planned(
                RegistrationRow(number),
                stored[each],
                deciding.imported(stored[each].registration, stored[each].graduate, content, PERSON, Terms()),
            )
            for number, (each, content) in enumerate(zip(ids, contents, strict=True))
        ]
        await bulk.write(unit, Plan(rows), bulk.Writing("10001", day, lists or CodeLists.load()))
        await unit.commit()
    return rows


async def test_rows_end_as_the_pure_rules_say(database: Database, enrol: Any) -> None:
    chance = random.Random(20240831)
    ids = [await enrol(college_code=chance.choice(["C01", None])) for _ in range(60)]
    for day in (date(2024, 8, 31), None):
        rows = await write(database, ids, [generated(chance) for _ in ids], day)
        registrations = await known(database, ids)
        for planned, found in zip(rows, registrations, strict=True):
            stamp = Stamp(found.id, found.decided_on, found.recorded_at)
            assert found == after(planned.known.graduate, planned.known.registration, planned.change, stamp)
            assert day is None or found.decided_on == day
        await compare_events(database, rows, registrations)
        await compare_versions(database, rows, registrations)


async def compare_events(database: Database, rows: list[Planned], registrations: list[Registration]) -> None:
    async with database.reading() as connection:
        found = await connection.execute(text("SELECT * FROM outbox"))
    announced = {(row["key"], row["sequence"]): row for row in found}
    for planned, registration in zip(rows, registrations, strict=True):
        row = announced[str(registration.graduate.id), registration.version]
        before = planned.known.registration
        assert planned.change.announcement is not None
        assert row["type"] == announcements.TYPES[planned.change.announcement]
        assert row["decided_on"] == registration.decided_on
        assert DestinationData.read(row["data"]) == announcements.to_data(before, registration)
        assert row["data"].keys() == announcements.to_data(before, registration).model_dump().keys()


async def compare_versions(database: Database, rows: list[Planned], registrations: list[Registration]) -> None:
    async with database.reading() as connection:
        found = await connection.execute(text("SELECT * FROM registration_versions"))
    versions = {(row["registration_id"], row["version"]): row for row in found}
    for planned, registration in zip(rows, registrations, strict=True):
        row = versions[registration.id, registration.version]
        assert Destination(**{name: row[name] for name in FIELDS}) == registration.content
        assert (row["state"], row["action"], row["by_role"]) == ("school_approved", "import", "school_officer")
        assert tuple(row["changed_fields"]) == planned.change.changed
        assert row["decided_on"] == registration.decided_on


async def test_the_versions_of_lists_are_those_that_the_file_was_read_with(database: Database, enrol: Any) -> None:
    read_with = CodeLists.load()
    added = CodeEntry("47", "低空经济", None, date(2024, 9, 1), None, "a notice", False)
    CodeLists.use({"industry": [added]}, CodeLists.turn())
    content, ids = Destination("12", industry_code="34"), [await enrol(), await enrol()]
    stored = {}
    for graduate_id, lists in zip(ids, (read_with, CodeLists.load()), strict=True):
        await write(database, [graduate_id], [content], None, lists)
        async with database.reading() as connection:
            query = text("SELECT code_lists FROM registrations WHERE graduate_id = :id")
            stored[lists] = (await connection.scalar(query, {"id": graduate_id}))["industry"]
    assert stored == {lists: lists.get("industry").version for lists in (read_with, CodeLists.load())}


async def test_a_single_act_goes_on_where_an_import_ended(database: Database, enrol: Any) -> None:
    graduate_id = await enrol()
    await write(database, [graduate_id], [Destination("70", reason="job_seeking")], date(2024, 8, 31))
    async with database.transaction(SYSTEM) as unit:
        await storage.open_streams(unit.connection, SchoolCode("10001"), [graduate_id])
        before = (await storage.current(unit.connection, [graduate_id]))[graduate_id]
        change = deciding.edit(before, {"reason": "signing"}, PERSON)
        found, sequence = await storage.save(unit.connection, before.graduate, before, change, OFFICER)
        await unit.commit()
    assert sequence == 2
    assert found.decided_on > date(2024, 8, 31)
