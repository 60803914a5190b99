"""Employers are made of what committed registrations name, and link them without a version."""

from dataclasses import replace
from datetime import date
from uuid import uuid4

from acting import OTHER_SCHOOL, SCHOOL, UNIT, act, approved, edit, graduate_role, registered, rows, stored
from enrolling import erasure

from common.auth import SYSTEM
from common.consuming import Handle
from common.database import Database
from destinations.employers.operations import link_due, mend
from destinations.registrations.commands import Recorded
from destinations.registrations.domain.lifecycle import Action
from destinations.settings import Settings
from destinations.verification import verify_employers

NAMED = replace(UNIT, employer_uscc=None)


async def employer_of(database: Database, recorded: Recorded) -> object:
    found = await stored(database, SCHOOL, recorded.id)
    return found.employer and found.employer.id


async def made(database: Database) -> list[tuple[object, ...]]:
    return [tuple(row) for row in await rows(database, "SELECT school_code, name, uscc FROM employers ORDER BY id")]


async def test_a_registration_is_linked_and_stays_as_it_is(database: Database) -> None:
    recorded = await registered(database, UNIT)
    before = await rows(database, "SELECT * FROM registrations")
    assert await employer_of(database, recorded) is None
    assert await link_due(database) == 1
    assert await employer_of(database, recorded) is not None
    assert await rows(database, "SELECT * FROM registrations") == before
    assert len(await rows(database, "SELECT 1 FROM registration_versions")) == 1
    assert await made(database) == [(None, UNIT.employer_name, UNIT.employer_uscc)]
    assert await link_due(database) == 0


async def test_one_employer_a_uscc_in_the_deployment_else_a_name_in_a_school(database: Database) -> None:
    elsewhere = {"school_code": "10002"}
    first = await registered(database, UNIT)
    assert await link_due(database) == 1
    same = await registered(database, replace(UNIT, employer_name="郑州新名公司"), **elsewhere)
    unnumbered = [
        await registered(database, replace(NAMED, employer_name="某某（郑州） 公司")),
        await registered(database, replace(NAMED, employer_name="某某(郑州)公司")),
    ]
    other_school = await registered(database, NAMED, **elsewhere)
    await link_due(database)
    scope = replace(SCHOOL, school_code="10002")

    async def of(recorded: Recorded, caller: object = SCHOOL) -> object:
        found = await stored(database, caller, recorded.id)  # type: ignore[arg-type]
        assert found.employer is not None
        return found.employer.id

    assert await of(first) == await of(same, scope)
    assert await of(unnumbered[0]) == await of(unnumbered[1])
    assert len({await of(first), await of(unnumbered[0]), await of(other_school, scope)}) == 3
    assert [(school, uscc) for school, _, uscc in await made(database)] == [
        (None, UNIT.employer_uscc),
        ("10001", None),
        ("10002", None),
    ]


async def test_another_text_is_linked_anew(database: Database) -> None:
    recorded = await registered(database, UNIT)
    await link_due(database)
    first = await employer_of(database, recorded)
    edited = await edit(database, recorded, SCHOOL, employer_name="另一公司", employer_uscc=None)
    assert (edited.registration.employer, await employer_of(database, edited)) == (None, None)
    await link_due(database)
    assert await employer_of(database, edited) not in {None, first}
    back = await edit(database, edited, SCHOOL, employer_name=UNIT.employer_name, employer_uscc=UNIT.employer_uscc)
    assert await employer_of(database, back) == first


async def test_an_act_that_names_none_keeps_the_link(database: Database) -> None:
    recorded = await registered(database, UNIT)
    await link_due(database)
    before = await stored(database, SCHOOL, recorded.id)
    edited = await edit(database, Recorded(before, None), SCHOOL, employer_address="新路 2 号")
    assert edited.registration.employer == before.employer is not None


async def test_rows_of_a_file_are_linked(database: Database) -> None:
    """Also those that a release before stores, which knows nothing of employers."""
    columns = ("graduate_id", "school_code", "cohort", "version", "stage", "source", "destination_code", "code_lists")
    said = ("10001", 2024, 1, "school_approved", "import", "10", "{}")
    day = date(2024, 6, 15)
    records: list[tuple[object, ...]] = [(uuid4(), *said, [], day, f"公司{n % 10}") for n in range(250)]
    async with database.transaction(SYSTEM) as unit:
        await unit.driver.copy_records_to_table(
            "registrations", records=records, columns=[*columns, "incomplete", "decided_on", "employer_name"]
        )
        await unit.commit()
    assert await link_due(database, part=3) == 10
    assert len(await made(database)) == 10
    linked = "SELECT count(*) FROM registrations JOIN employer_namings USING (school_code, employer_name)"
    assert [tuple(row) for row in await rows(database, linked)] == [(250,)]
    assert await rows(database, "SELECT 1 FROM employers_due") == []


async def test_a_voided_registration_names_no_employer(database: Database) -> None:
    recorded = await approved(database, UNIT)
    await link_due(database)
    requested = await act(database, recorded, Action.REQUEST_VOID, OTHER_SCHOOL)
    assert await employer_of(database, requested) is not None
    voided = await act(database, requested, Action.VOID, SCHOOL)
    assert (voided.registration.employer, await employer_of(database, voided)) == (None, None)


async def test_of_who_is_erased_no_name_stays_that_nobody_else_has(database: Database, apply: Handle) -> None:
    person = await approved(database, replace(UNIT, employer_name="张三工作室", employer_uscc="92410100MA40ABCD12"))
    other = await registered(database, UNIT)
    await link_due(database)
    await apply([erasure(person.registration.graduate.id)])
    assert await employer_of(database, person) is None
    assert await made(database) == [(None, UNIT.employer_name, UNIT.employer_uscc)]
    assert [row[0] for row in await rows(database, "SELECT employer_name FROM employer_namings")] == [
        UNIT.employer_name
    ]
    assert await employer_of(database, other) is not None


async def test_of_who_is_erased_before_being_linked_no_name_is_made(database: Database, apply: Handle) -> None:
    person = await approved(database, replace(UNIT, employer_name="张三工作室", employer_uscc="92410100MA40ABCD12"))
    await apply([erasure(person.registration.graduate.id)])
    assert await rows(database, "SELECT * FROM employers_due") == []
    assert await link_due(database) == 0
    assert await made(database) == []


async def test_what_is_effective_is_named_as_well_as_what_replaces_it(database: Database) -> None:
    recorded = await approved(database, UNIT)
    requested = await act(database, recorded, Action.REQUEST_VOID, OTHER_SCHOOL)
    returned = await act(database, requested, Action.RETURN, SCHOOL)
    await edit(database, returned, graduate_role(recorded.registration.graduate.id), employer_name="新公司")
    await link_due(database)
    await mend(database)
    names = await rows(database, "SELECT employer_name FROM employer_namings")
    assert {row[0] for row in names} == {UNIT.employer_name, "新公司"}


async def test_what_was_left_unlinked_is_found(database: Database) -> None:
    recorded = await registered(database, UNIT)
    async with database.transaction(SYSTEM) as unit:
        await unit.driver.execute("DELETE FROM employers_due")
        await unit.commit()
    assert await link_due(database) == 0
    await mend(database)
    assert await link_due(database) == 1
    assert await employer_of(database, recorded) is not None


async def test_a_registration_that_stays_without_its_employer_is_found(database: Database, settings: Settings) -> None:
    linked, unlinked = await registered(database, UNIT), await registered(database, NAMED)
    async with database.transaction(SYSTEM) as unit:
        await unit.driver.execute("UPDATE registrations SET recorded_at = recorded_at - interval '2 hours'")
        await unit.driver.execute("DELETE FROM employers_due WHERE employer_uscc = ''")
        await unit.commit()
    await link_due(database)
    verified = await verify_employers(database, settings)
    assert (verified.compared, verified.named) == (2, [f"{unlinked.id}"])
    assert await employer_of(database, linked) is not None
