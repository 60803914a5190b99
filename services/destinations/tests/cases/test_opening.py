"""Cases are opened once: of one rule and subject one is open, and what was found of the same facts stays so."""

import asyncio
from dataclasses import replace
from functools import partial
from typing import Any

from acting import CIPHER, approved, rows
from enrolling import erasure

from common.auth import SYSTEM
from common.crypto import FieldCipher, KeyRing
from common.database import Database, UnitOfWork
from common.identifiers import SchoolCode
from destinations.cases import commands, storage
from destinations.cases.domain import CaseId, Handler, Kind, Opening, Rule
from destinations.cases.subscriptions import erase_notes
from destinations.registrations import storage as registrations
from destinations.registrations.commands import Recorded
from destinations.settings import Settings
from destinations.verification import verify_cases

SIGNAL = Opening(
    kind=Kind.SIGNAL,
    school_code=SchoolCode("10001"),
    rule=Rule.CODE_TITLE,
    subject="registration:1",
    facts={"words": ["待业"]},
)


async def opened(database: Database, opening: Opening) -> CaseId | None:
    return await database.act(SYSTEM, partial(commands.open_case, opening=opening, cipher=CIPHER))


async def set_state(database: Database, case_id: CaseId | None, state: str, finding: str | None) -> None:
    async with database.transaction(SYSTEM) as unit:
        statement = f"UPDATE cases SET state = '{state}', finding = $1 WHERE id = $2"
        await unit.connection.driver.execute(statement, finding, case_id)
        await unit.commit()


async def test_of_one_rule_and_subject_one_case_is_open_and_takes_the_newest_facts(database: Database) -> None:
    first = await opened(database, SIGNAL)
    again = await opened(database, SIGNAL)
    other = await opened(database, replace(SIGNAL, facts={"words": ["创业"]}))
    assert first is not None
    assert (again, other) == (None, None)
    (found,) = await rows(database, "SELECT facts -> 'words' ->> 0 AS word, version FROM cases")
    assert tuple(found) == ("创业", 2)
    steps = await rows(database, "SELECT act FROM case_events ORDER BY version")
    assert [each.act for each in steps] == ["open", "renew"]


async def test_what_was_found_of_the_same_facts_stays_so_and_other_facts_make_a_new_case(database: Database) -> None:
    first = await opened(database, SIGNAL)
    for state in ("found", "closed"):
        await set_state(database, first, state, "false")
        assert await opened(database, SIGNAL) is None, state
    assert await opened(database, replace(SIGNAL, facts={"words": ["创业"]})) is not None


async def test_facts_that_came_back_after_they_had_gone_make_a_new_case(database: Database) -> None:
    first = await opened(database, SIGNAL)
    async with database.transaction(SYSTEM) as unit:
        cleared = await storage.clear(unit.connection, "10001", [Rule.CODE_TITLE], ["registration:1"])
        await unit.commit()
    assert cleared == [first]
    assert await opened(database, SIGNAL) is not None


async def test_signals_that_are_kept_are_not_cleared(database: Database) -> None:
    await opened(database, SIGNAL)
    kept = [(Rule.CODE_TITLE.value, "registration:1")]
    async with database.transaction(SYSTEM) as unit:
        assert await storage.clear(unit.connection, "10001", [*Rule], ["registration:1"], kept) == []


async def test_a_case_links_registrations_at_their_versions_and_keeps_its_note_sealed(database: Database) -> None:
    record = await approved(database)
    check = Opening(
        kind=Kind.CHECK, school_code=SchoolCode("10001"), registrations=(record.id,), note="电话核实与登记不符"
    )
    case_id = await opened(database, check)
    assert case_id is not None
    async with database.reading() as connection:
        links = await storage.links_of(connection, [case_id])
        steps = await storage.steps_of(connection, CIPHER, [case_id])
    (link,), (step,) = links[case_id], steps[case_id]
    assert (link.registration_id, link.version) == (record.id, record.version)
    assert (step.act, step.note, step.handler) == ("open", "电话核实与登记不符", Handler.SCHOOL)
    (row,) = await rows(database, "SELECT college_code, cohort FROM cases")
    assert tuple(row) == ("C01", 2024)
    assert await opened(database, check) is not None, "without a rule every case is one of its own"


async def test_verify_compares_cases_with_their_histories(database: Database, settings: Settings) -> None:
    first, second = await opened(database, SIGNAL), await opened(database, replace(SIGNAL, subject="registration:2"))
    await opened(database, replace(SIGNAL, facts={"words": ["创业"]}))
    async with database.transaction(SYSTEM) as unit:
        await storage.clear(unit.connection, "10001", [Rule.CODE_TITLE], ["registration:2"])
        await unit.commit()
    clean = await verify_cases(database, settings)
    assert (clean.compared, clean.differences) == (2, 0)
    await set_state(database, first, "assigned", None)
    found = await verify_cases(database, settings)
    assert (found.differences, found.named) == (1, [f"{first}"])
    assert second is not None


async def test_two_who_open_one_case_at_once_open_one(database: Database) -> None:
    record = await approved(database)
    await asyncio.gather(*(_opening(database, record) for _ in range(8)))
    (count,) = await rows(database, "SELECT count(*) AS cases FROM cases")
    assert count.cases == 1


async def _opening(database: Database, record: Recorded) -> Any:
    signal = replace(SIGNAL, registrations=(record.id,))

    async def act(unit: UnitOfWork) -> None:
        await registrations.open_streams(unit.connection, SchoolCode("10001"), [record.registration.graduate.id])
        await commands.open_case(unit, signal)

    return await database.act(SYSTEM, act)


async def test_a_new_key_seals_the_notes_anew(database: Database) -> None:
    old, new = KeyRing.generate("k1"), KeyRing.generate("k2")
    note = Opening(kind=Kind.CHECK, school_code=SchoolCode("10001"), note="须核实")
    case_id = await database.act(SYSTEM, partial(commands.open_case, opening=note, cipher=FieldCipher(old)))
    assert case_id is not None
    both = FieldCipher(replace(new, fields={**old.fields, **new.fields}))
    assert [await storage.reseal_notes(database, both) for _ in range(2)] == [1, 0]
    only_new = FieldCipher(new)
    async with database.reading() as connection:
        (step,) = (await storage.steps_of(connection, only_new, [case_id]))[case_id]
    assert step.note == "须核实"


async def test_nothing_that_was_said_of_an_erased_person_stays(database: Database) -> None:
    record, other = await approved(database), await approved(database)
    about = [
        Opening(kind=Kind.CHECK, school_code=SchoolCode("10001"), registrations=(each.id,), note="须核实")
        for each in (record, other)
    ]
    for each in about:
        await opened(database, each)
    gone = record.registration.graduate.id
    async with database.transaction(SYSTEM) as unit:
        await unit.connection.driver.execute("UPDATE roster_graduates SET erased = true WHERE graduate_id = $1", gone)
        for _ in range(2):
            # an event that the roster has not taken empties nothing
            await erase_notes(unit, [erasure(gone), erasure(other.registration.graduate.id)])
        await unit.commit()
    found = await rows(
        database,
        "SELECT graduate_id, note_cipher IS NULL AS gone FROM case_events JOIN case_registrations USING (case_id)",
    )
    assert {each.graduate_id: each.gone for each in found} == {gone: True, other.registration.graduate.id: False}
