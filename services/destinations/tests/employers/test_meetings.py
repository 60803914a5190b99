"""Workers, corrections and merges that meet on one employer: one result, and nobody waits in a circle."""

import asyncio
import os
from dataclasses import replace
from functools import partial
from uuid import UUID

import pytest
from acting import CIPHER, SCHOOL, UNIT, edit, registered, rows, stored

from common.auth import SYSTEM, Principal, Role
from common.database import Database
from common.errors import Versions
from destinations.employers import commands, storage
from destinations.employers.domain import AlreadyMerged, Due, EmployerId
from destinations.employers.operations import link_due, mend
from testing.collisions import Act, meet

ROUNDS = 200 if os.environ.get("QUXIANG_SOAK") else 6
ADMIN = Principal("admin", Role.ADMIN)
ANY = Versions(any=True)


async def named(database: Database, name: str, uscc: str | None = None) -> EmployerId:
    recorded = await registered(database, replace(UNIT, employer_name=name, employer_uscc=uscc))
    await link_due(database)
    found = await stored(database, SCHOOL, recorded.id)
    assert found.employer is not None
    return found.employer.id


async def due_of(database: Database) -> list[Due]:
    async with database.reading() as connection:
        return await storage.due_part(connection, 100)


def merging(employer_id: UUID, into: UUID) -> Act:
    merge = partial(commands.merge, caller=ADMIN, cipher=CIPHER, expected=ANY, reason="同一单位")
    return partial(merge, employer_id=EmployerId(employer_id), into=EmployerId(into))


async def unlinked(database: Database) -> int:
    query = """
        SELECT 1 FROM registrations record
          LEFT JOIN employer_namings naming
            ON naming.school_code = record.school_code AND naming.employer_name = record.employer_name
           AND naming.employer_uscc = coalesce(record.employer_uscc, '')
          LEFT JOIN employers employer ON employer.id = naming.employer_id AND employer.merged_into IS NULL
         WHERE record.employer_name IS NOT NULL AND employer.id IS NULL
    """
    return len(await rows(database, query))


async def test_two_workers_make_and_link_once(database: Database) -> None:
    for n in range(ROUNDS):
        for at in range(4):
            await registered(database, replace(UNIT, employer_name=f"云海{n}号{at % 2}", employer_uscc=None))
        await registered(database, replace(UNIT, employer_name=f"天桥{n}"))
        await registered(database, replace(UNIT, employer_name=f"天桥{n}"), school_code="10002")
        linked = await asyncio.gather(*(link_due(database.patient, part=2) for _ in range(3)))
        assert sum(linked) >= 4
        await link_due(database)
    counts = "SELECT count(*), count(DISTINCT coalesce(uscc, school_code || normalised_name)) FROM employers"
    assert [tuple(row) for row in await rows(database, counts)] == [(2 * ROUNDS + 1, 2 * ROUNDS + 1)]
    assert (await unlinked(database), await rows(database, "SELECT 1 FROM employers_due")) == (0, [])


async def test_a_record_that_is_edited_meanwhile_is_linked_to_what_it_says(database: Database) -> None:
    for n in range(ROUNDS):
        recorded = await registered(database, replace(UNIT, employer_name=f"云海{n}", employer_uscc=None))
        edited, *_ = await asyncio.gather(
            edit(database, recorded, SCHOOL, employer_name=f"天桥{n}"), link_due(database), link_due(database.patient)
        )
        await link_due(database)
        found = await stored(database, SCHOOL, edited.id)
        assert found.employer is not None
        assert (found.employer.name, found.version) == (f"天桥{n}", 2)


async def test_what_is_named_while_its_employer_is_merged_names_the_other(database: Database) -> None:
    for n in range(ROUNDS):
        employer, into = await named(database, f"云海{n}"), await named(database, f"天桥{n}")
        # another spelling of the one that goes
        await registered(database, replace(UNIT, employer_name=f"云 海{n}", employer_uscc=None))
        await asyncio.gather(database.act(ADMIN.actor, merging(employer, into)), link_due(database.patient))
        await link_due(database)
        names = await rows(
            database, "SELECT employer_name FROM employer_namings WHERE employer_id = :id ORDER BY 1", id=into
        )
        assert {row[0] for row in names} == {f"云海{n}", f"云 海{n}", f"天桥{n}"}
    assert await unlinked(database) == 0


async def test_what_is_merged_before_anything_is_linked_with_it_names_the_other(database: Database) -> None:
    into = await named(database, "天桥")
    recorded = await registered(database, replace(UNIT, employer_name="云海", employer_uscc=None))
    await database.act(SYSTEM, partial(commands.make, due=await due_of(database)))
    ((employer,),) = [tuple(row) for row in await rows(database, "SELECT id FROM employers WHERE name = '云海'")]
    await database.act(ADMIN.actor, merging(employer, into))
    assert await link_due(database) == 1
    found = await stored(database, SCHOOL, recorded.id)
    assert found.employer is not None
    assert found.employer.id == into
    assert len(await rows(database, "SELECT 1 FROM employers")) == 2


async def test_what_is_named_while_its_employer_goes_is_made_again(database: Database) -> None:
    for n in range(ROUNDS):
        recorded = await registered(database, replace(UNIT, employer_name=f"云海{n}", employer_uscc=None))
        await link_due(database)
        await edit(database, recorded, SCHOOL, employer_name=None)
        await registered(database, replace(UNIT, employer_name=f"云 海{n}", employer_uscc=None))
        await asyncio.gather(mend(database.patient), link_due(database.patient))
        await mend(database)
        await link_due(database)
    assert await unlinked(database) == 0


@pytest.mark.parametrize("name", ["merge", "merge back", "correct", "link"])
async def test_a_merge_never_waits_in_a_circle(database: Database, name: str) -> None:
    employer, into = await named(database, "云海"), await named(database, "天桥")
    await registered(database, replace(UNIT, employer_name="云 海", employer_uscc=None))
    await registered(database, replace(UNIT, employer_name="天 桥", employer_uscc=None))
    due = await due_of(database)
    correct = partial(commands.change, caller=SCHOOL, employer_id=into, expected=ANY, patch={"name": "新桥"})
    others: dict[str, Act] = {
        "merge": merging(employer, into),
        "merge back": merging(into, employer),
        "correct": correct,
        "link": partial(commands.link, due=due),
    }
    await meet(database, merging(employer, into), others[name])


async def test_a_link_and_a_correction_never_wait_in_a_circle(database: Database) -> None:
    employer = await named(database, "云海")
    await registered(database, replace(UNIT, employer_name="云 海", employer_uscc=None))
    due = await due_of(database)
    correct = partial(commands.change, caller=SCHOOL, employer_id=employer, expected=ANY, patch={"name": "新海"})
    await meet(database, partial(commands.link, due=due), correct)


async def test_of_two_merges_that_meet_the_second_learns_of_the_first(database: Database) -> None:
    for n in range(ROUNDS):
        employer, other = await named(database, f"云海{n}"), await named(database, f"天桥{n}")
        acts = [merging(employer, other), merging(other, employer)]
        outcomes = await asyncio.gather(
            *(database.patient.act(ADMIN.actor, each) for each in acts), return_exceptions=True
        )
        assert sorted(type(each).__name__ for each in outcomes) == [AlreadyMerged.__name__, "Employer"], outcomes
