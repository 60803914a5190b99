"""Acts on many registrations leave what each of them by itself would leave."""

from datetime import date
from typing import Any

from acting import COLLEGE, SCHOOL, SEEKING, act, approved, edit, graduate_role, registered, stored

from common.auth import Principal
from common.codes import CodeLists
from common.contracts.registration import DestinationData
from common.database import Database
from common.identifiers import SchoolCode
from destinations.registrations import announcements, storage
from destinations.registrations.commands import Recorded, person_of, record_many
from destinations.registrations.domain import deciding
from destinations.registrations.domain.lifecycle import Action
from destinations.registrations.domain.registration import Registration, Stamp, after
from destinations.registrations.storage import Stamped, Unsaved


async def act_on_all(
    database: Database, before: list[Registration], action: Action, caller: Principal, asked_on: date | None = None
) -> list[Stamped]:
    person = person_of(caller)
    assert person is not None
    ids = [each.graduate.id for each in before]
    async with database.transaction(caller.actor) as unit:
        await storage.open_streams(unit.connection, SchoolCode("10001"), ids)
        days = await storage.last_days(unit.connection, ids)
        changes = [
            Unsaved(each.graduate, each, deciding.act(each, action, person, "同批"), days.get(each.graduate.id))
            for each in before
        ]
        stamped, _ = await record_many(unit, changes, CodeLists.load(), asked_on=asked_on)
        await unit.commit()
    return stamped


async def pending(database: Database) -> Recorded:
    """A registration with effective content, and other content under review."""
    effective = await approved(database)
    author = graduate_role(effective.registration.graduate.id)
    return await act(database, await edit(database, effective, author, reason="signing"), Action.SUBMIT)


async def test_approvals_of_many_end_as_the_pure_rules_say(database: Database, enrol: Any) -> None:
    fresh = await act(database, await registered(database, SEEKING), Action.SUBMIT)
    waiting = [fresh.registration, (await pending(database)).registration]
    for action, caller in ((Action.COLLEGE_APPROVE, COLLEGE), (Action.SCHOOL_APPROVE, SCHOOL)):
        stamped = await act_on_all(database, waiting, action, caller)
        by_id = {each.id: each for each in waiting}
        waiting = [await stored(database, SCHOOL, each.id) for each in stamped]
        for row, found in zip(stamped, waiting, strict=True):
            before, change = by_id[row.id], row.unsaved.change
            assert found == after(before.graduate, before, change, Stamp(row.id, row.day, found.recorded_at))
            await compare_history(database, before, row, found)


async def compare_history(database: Database, before: Registration, row: Stamped, found: Registration) -> None:
    async with database.reading() as connection:
        (version,) = await storage.versions(connection, found.id, found.version - 1, 1)
        token = await storage.change_token_of(connection, found, found.version)
        events = await connection.driver.fetch(
            "SELECT data FROM outbox WHERE key = $1 AND sequence = $2", str(found.graduate.id), row.sequence
        )
    said = (version.action, version.state, version.note, version.changed_fields)
    assert said == (row.unsaved.change.action, found.state, "同批", row.unsaved.change.changed)
    assert (token is None) == (row.sequence is None) == (row.unsaved.change.announcement is None)
    assert [DestinationData.read(each["data"]) for each in events] == (
        [announcements.to_data(before, found)] if token else []
    )


async def test_acts_of_work_count_from_the_day_on_which_it_was_asked_for(database: Database, enrol: Any) -> None:
    submitted = await act(database, await registered(database), Action.SUBMIT)
    today = submitted.registration.decided_on
    (row,) = await act_on_all(database, [submitted.registration], Action.COLLEGE_APPROVE, COLLEGE, date(2020, 1, 1))
    assert row.day == today, "never before the version before"
    (row,) = await act_on_all(
        database, [await stored(database, SCHOOL, row.id)], Action.SCHOOL_APPROVE, SCHOOL, date(2199, 1, 1)
    )
    assert row.day == date(2199, 1, 1)
