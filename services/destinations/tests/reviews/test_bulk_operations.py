"""Bulk decisions as work: killed, cancelled, asked for twice, met by single acts."""

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable, Mapping
from functools import partial
from typing import Any
from uuid import UUID

from acting import COLLEGE, SCHOOL, act, edit, graduate_role, registered, rows, stored
from bulk import PATH, Bulk
from desks import Desk, Seat, code_of

from common.database import Database, UnitOfWork
from common.errors import PreconditionFailed, TransientError
from common.operations import OperationContext, OperationRunner, Outcome
from destinations.registrations.commands import Recorded
from destinations.registrations.domain.lifecycle import Action
from destinations.registrations.domain.refusals import ActNotPossible
from destinations.reviews import operations, storage
from destinations.reviews.commands import decide_part
from destinations.reviews.domain import APPLYING, SEALING, BulkDecisionId
from testing.waiting import eventually

Handler = Callable[[OperationContext], Awaitable[Outcome]]


async def submitted(database: Database, count: int) -> list[Recorded]:
    return [await act(database, await registered(database), Action.SUBMIT) for _ in range(count)]


def stopped_at(part: int, stop: Callable[[OperationContext], Awaitable[None]], *, later: bool = False) -> Handler:
    """The work in parts of two rows, stopped when it has noted this part, or a later one, before its commit."""

    async def handler(context: OperationContext) -> Outcome:
        note = context.chunk_done

        async def chunk_done(unit: UnitOfWork, number: int, outcome: Mapping[str, Any] | None = None) -> None:
            await note(unit, number, outcome)
            if number == part or (later and number > part):
                await stop(context)

        context.chunk_done = chunk_done  # type: ignore[method-assign]
        return await (operations.seal if part < 0 else operations.apply)(context, 2)

    return handler


async def kill(_context: OperationContext) -> None:
    raise TransientError


async def test_work_that_was_killed_decides_each_row_once(database: Database, bulk: Bulk, college: Desk) -> None:
    """Killed while it seals, and while it decides: what is not committed is done again, what is committed is not."""
    before = await submitted(database, 5)
    accepted = await college.post(PATH, {"act": "college-approve"})
    assert await OperationRunner(database.patient, {SEALING: stopped_at(-1, kill)}).run_once()
    assert await rows(database, "SELECT 1 FROM bulk_decision_items") == []
    assert (await college.get(PATH)).json()["items"] == []
    await eventually(bulk.runner.run_once, describe="the second attempt")
    sealing = (await college.get(accepted.headers["location"])).json()
    decision = sealing["result"]["id"]
    assert (sealing["result"]["selected"], sealing["result"]["ready"]) == (5, 5)

    accepted = await college.post(f"{PATH}/{decision}/apply", {})
    assert await OperationRunner(database.patient, {APPLYING: stopped_at(1, kill)}).run_once()
    seen = await bulk.read(college, decision)
    # of the three parts the second is undone, the third may have come beside it
    assert (seen["state"], seen["done"], seen["ready"]) in [("applied", 2, 3), ("applied", 3, 2)]
    in_twos = OperationRunner(database.patient, {APPLYING: partial(operations.apply, part=2)})
    await eventually(in_twos.run_once, describe="the second attempt")
    operation = (await college.get(accepted.headers["location"])).json()
    assert (operation["state"], operation["result"]["done"]) == ("succeeded", 5)
    for each in before:
        assert (await stored(database, SCHOOL, each.id)).version == each.version + 1
    audited = "SELECT object_id FROM audit_entries WHERE action = 'college-approve'"
    assert Counter(each["object_id"] for each in await rows(database, audited)) == Counter(
        str(each.id) for each in before
    )
    assert [each["outcome"] for each in await rows(database, "SELECT outcome FROM bulk_decision_items")] == ["done"] * 5


async def test_a_cancelled_one_keeps_what_is_decided_and_leaves_the_rest(
    database: Database, bulk: Bulk, college: Desk
) -> None:
    before = await submitted(database, 5)
    decision = await bulk.prepare(college, "college-approve")
    accepted = await college.post(f"{PATH}/{decision}/apply", {})

    async def cancel(_context: OperationContext) -> None:
        assert (await college.post(f"{accepted.headers['location']}/cancel")).status_code == 200

    assert await OperationRunner(database.patient, {APPLYING: stopped_at(0, cancel, later=True)}).run_once()
    operation = (await college.get(accepted.headers["location"])).json()
    done = operation["result"]["done"]
    # the first part, and the one that was decided beside it
    assert (operation["state"], done in {2, 4}) == ("cancelled", True)
    seen = await bulk.read(college, decision)
    assert (seen["state"], seen["done"], seen["ready"], seen["selected"]) == ("applied", done, 5 - done, 5)
    states = Counter([(await stored(database, SCHOOL, each.id)).state for each in before])
    assert states == {"college_approved": done, "submitted": 5 - done}


async def test_of_several_who_apply_it_at_once_one_does(database: Database, bulk: Bulk, college: Desk) -> None:
    await submitted(database, 1)
    decision = await bulk.prepare(college, "college-approve")
    answers = await asyncio.gather(*(college.post(f"{PATH}/{decision}/apply", {}) for _ in range(6)))
    assert sorted(each.status_code for each in answers) == [202, 409, 409, 409, 409, 409]
    assert {code_of(each) for each in answers if each.status_code == 409} == {(409, "transition_not_allowed")}
    assert len(await rows(database, "SELECT 1 FROM operations WHERE kind = :kind", kind=APPLYING)) == 1


async def test_a_repeated_request_is_the_first_one(database: Database, bulk: Bulk, college: Desk) -> None:
    await submitted(database, 1)
    prepared = [await college.post(PATH, {"act": "college-approve"}, **{"Idempotency-Key": "a"}) for _ in range(2)]
    assert prepared[0].headers["location"] == prepared[1].headers["location"]
    decision = (await bulk.finished(college, prepared[0]))["result"]["id"]
    applied = [await college.post(f"{PATH}/{decision}/apply", {}, **{"Idempotency-Key": "b"}) for _ in range(2)]
    assert [each.status_code for each in applied] == [202, 202]
    assert applied[0].headers["location"] == applied[1].headers["location"]


async def test_bulk_single_approval_and_edit_on_one_record_leave_one(
    database: Database, bulk: Bulk, college: Desk, seat: Seat
) -> None:
    """One wins, and the others learn of it."""
    (before,) = await submitted(database, 1)
    decision = BulkDecisionId(UUID(await bulk.prepare(college, "college-approve")))
    assert (await college.post(f"{PATH}/{decision}/apply", {})).status_code == 202
    async with database.reading() as connection:
        sealed = await storage.to_seal(connection, decision)
    part = partial(decide_part, maker=COLLEGE, decision=sealed, after=0, last=1, units={})

    async def single() -> object:
        return await act(database.patient, before, Action.COLLEGE_APPROVE, COLLEGE)

    async def changed() -> object:
        return await edit(database.patient, before, graduate_role(before.registration.graduate.id), reason="signing")

    async def in_bulk() -> object:
        return await database.patient.act(COLLEGE.actor, part)

    outcomes = await asyncio.gather(in_bulk(), single(), changed(), return_exceptions=True)
    skipped = {"done": 0, "skipped": {"changed_since": 1}, "change_token": None}
    winners = [each for each in outcomes if isinstance(each, Recorded) or (isinstance(each, Mapping) and each["done"])]
    others = [each for each in outcomes if each not in winners]
    assert len(winners) == 1
    assert all(each == skipped or isinstance(each, PreconditionFailed | ActNotPossible) for each in others), others
    assert (await stored(database, SCHOOL, before.id)).version == before.version + 1
