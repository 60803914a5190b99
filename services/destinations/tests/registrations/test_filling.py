"""What versions of an earlier release do not say is filled as this release would have written it."""

import random
from typing import Any

import asyncpg
import pytest
from acting import COLLEGE, COUNSELLOR, OTHER_SCHOOL, SCHOOL, act, approved, edit, graduate_role, registered, rows
from office import FULL, Office

from common.auth import Principal
from common.database import Database
from destinations.registrations.commands import Recorded, person_of
from destinations.registrations.domain import lifecycle
from destinations.registrations.domain.lifecycle import Action
from destinations.registrations.domain.permitting import allowed_transitions
from destinations.registrations.domain.registration import Registration
from destinations.registrations.storage.filling import fill_landed
from testing.databases import ServiceDatabase

HANDS = ("written_by", "submitted_by", "reviewed_by_class", "reviewed_by_college", "reviewed_by_school")
FILLED = {
    "registrations": ("submitted_at", *HANDS),
    "registration_versions": ("cohort", "effective_version", "submitted_at", *HANDS),
}
BLANK = "; ".join(
    f"UPDATE {table} SET {', '.join(f'{name} = NULL' for name in names)}" for table, names in FILLED.items()
)


async def lived(database: Database, chance: random.Random) -> Recorded:
    """A registration after some of what its people may do, an edit of the school's among it."""
    recorded = await approved(database)
    people = [COLLEGE, COUNSELLOR, SCHOOL, OTHER_SCHOOL, graduate_role(recorded.registration.graduate.id)]
    for _ in range(20):
        person = chance.choice(people)
        possible = allowed_transitions(recorded.registration, person_of(person))
        if possible and chance.random() < 0.7:
            recorded = await act(
                database,
                recorded,
                chance.choice([*possible, *(each for each in possible if each is not Action.RETURN)]),
                person,
            )
        elif may_edit(recorded.registration, person):
            recorded = await edit(database, recorded, person, reason=chance.choice(["signing", "job_seeking"]))
    return recorded


def may_edit(registration: Registration, person: Principal) -> bool:
    """Whether this person may edit it."""
    party = person_of(person)
    assert party is not None
    return lifecycle.next_stage(registration.stage, Action.EDIT, party.party, registration.course) is not None


async def said(database: Database) -> list[list[tuple[Any, ...]]]:
    order = {"registrations": "id", "registration_versions": "registration_id, version"}
    found = [
        await rows(database, f"SELECT {', '.join(names)} FROM {table} ORDER BY {order[table]}")
        for table, names in FILLED.items()
    ]
    return [[tuple(row) for row in each] for each in found]


async def test_what_an_earlier_release_has_written_is_filled_as_this_one_writes_it(
    database: Database, office: Office, addresses: ServiceDatabase
) -> None:
    chance = random.Random(20261130)
    lives = [await lived(database, chance) for _ in range(5)]
    await office.send([office.row(**FULL)])
    written = await said(database)
    done = {row[0] for row in await rows(database, "SELECT DISTINCT action FROM registration_versions")}
    assert done >= {"edit", "import", "submit", "college-approve", "school-approve", "return", "request-void", "void"}
    connection = await asyncpg.connect(addresses.owner_url)
    await connection.execute(BLANK)
    await connection.close()
    # it stays readable, and whose it was is no longer known
    stale = await act(database, await registered(database), Action.SUBMIT)
    owner = Database.connect(addresses.owner_url)
    async with database.transaction(SCHOOL.actor) as held:
        await held.connection.driver.execute(
            "SELECT FROM destination_streams WHERE graduate_id = $1 FOR UPDATE", lives[0].registration.graduate.id
        )
        left = await fill_landed(owner, part=2)
        assert left == lives[0].version, "a writer holds it"
    assert await fill_landed(owner, part=2) == 0
    await owner.dispose()
    assert [each[: len(kept)] for each, kept in zip(await said(database), written, strict=True)] == written
    assert stale.registration.hands.submitted_by is not None


async def test_what_was_found_of_evidence_is_what_the_newest_version_says(
    database: Database, addresses: ServiceDatabase
) -> None:
    known, other = await approved(database), await approved(database)
    ids = sorted([known.id, other.id])
    connection = await asyncpg.connect(addresses.owner_url)
    # the release before has written a version beside this one, and left the row's own as it was
    await connection.execute("UPDATE registrations SET evidence_complete = false")
    await connection.execute(
        "UPDATE registration_versions SET evidence_complete = CASE WHEN registration_id = $1 THEN true END", ids[0]
    )
    await connection.close()
    owner = Database.connect(addresses.owner_url)
    assert await fill_landed(owner, part=1) == 0
    await owner.dispose()
    found = await rows(database, "SELECT evidence_complete FROM registrations ORDER BY id")
    assert [row.evidence_complete for row in found] == [True, None]


async def test_who_reviewed_what_was_their_own_stands_in_the_history_alone(
    database: Database, addresses: ServiceDatabase
) -> None:
    drafted = await registered(database)
    submitted = await act(database, drafted, Action.SUBMIT)
    await act(database, submitted, Action.COLLEGE_APPROVE, COLLEGE)
    connection = await asyncpg.connect(addresses.owner_url)
    await connection.execute(f"{BLANK}; UPDATE registration_versions SET by_subject = 'college'")
    await connection.close()
    with pytest.raises(asyncpg.PostgresError):
        await fill_landed(database)
    owner = Database.connect(addresses.owner_url)
    assert await fill_landed(owner) == 0
    await owner.dispose()
    (row,) = await rows(database, "SELECT written_by, submitted_by, reviewed_by_college FROM registrations")
    assert tuple(row) == ("college", "college", None)
