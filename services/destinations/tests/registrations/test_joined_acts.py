"""Acts of two areas in one transaction, as a signed agreement will register its graduate."""

from collections.abc import Sequence
from functools import partial

import pytest
from acting import SCHOOL, SEEKING, rows
from enrolling import roster_entry

from common.database import Database, UnitOfWork
from common.once import AlreadyAnswered, Once
from destinations.registrations import commands
from destinations.registrations.commands import Recorded
from destinations.registrations.domain.lifecycle import Action, State
from destinations.registrations.domain.refusals import ActNotPossible
from destinations.roster import storage as roster
from destinations.roster.domain import RosterEntry

TABLES = ("roster_graduates", "destination_streams", "registrations", "registration_versions", "audit_entries")


async def agree(unit: UnitOfWork, *, entry: RosterEntry, acts: Sequence[Action]) -> Recorded:
    """Enrols a graduate, registers the destination and goes on with it."""
    await roster.keep_graduates(unit.connection, [entry])
    recorded = await commands.register(unit, caller=SCHOOL, graduate_id=entry.graduate.id, content=SEEKING)
    for action in acts:
        transition = partial(commands.act, caller=SCHOOL, registration_id=recorded.id, expected=recorded.version)
        recorded = await transition(unit, action=action)
    return recorded


async def counts(database: Database) -> list[int]:
    return [(await rows(database, f"SELECT count(*) FROM {table}"))[0]["count"] for table in TABLES]


async def test_acts_of_two_areas_are_committed_together(database: Database) -> None:
    entry = roster_entry(sequence=0)
    recorded = await database.act(SCHOOL.actor, partial(agree, entry=entry, acts=[Action.SUBMIT]))
    assert (recorded.version, recorded.registration.state) == (2, State.SUBMITTED)
    assert await counts(database) == [1, 1, 1, 2, 2]


async def test_when_one_act_is_refused_nothing_of_the_others_stays(database: Database) -> None:
    with pytest.raises(ActNotPossible):
        await database.act(SCHOOL.actor, partial(agree, entry=roster_entry(), acts=[Action.SUBMIT, Action.SUBMIT]))
    assert await counts(database) == [0, 0, 0, 0, 0]


async def test_one_idempotency_key_stands_for_all_of_them(database: Database) -> None:
    once = Once("POST", "/v1/agreements", "key", b"payload")
    agreed = partial(agree, entry=roster_entry(), acts=[Action.SUBMIT])
    recorded = await database.act(SCHOOL.actor, agreed, once)
    with pytest.raises(AlreadyAnswered) as before:
        await database.act(SCHOOL.actor, agreed, once)
    assert (before.value.answered.object_id, before.value.answered.version) == (str(recorded.id), 2)
    assert await counts(database) == [1, 1, 1, 2, 2]
