"""A part of a bulk decision meets every act that locks the same rows, in both directions: no circle."""

from functools import partial
from uuid import uuid4

import pytest
from acting import COLLEGE, SEEKING, act, registered
from enrolling import erasure

from common.database import Database, UnitOfWork
from common.errors import Versions
from common.identifiers import OperationId, SchoolCode
from destinations.registrations import commands
from destinations.registrations.commands import Recorded
from destinations.registrations.domain.lifecycle import Action
from destinations.registrations.subscriptions import erase_registrations
from destinations.reviews import commands as reviews
from destinations.reviews import storage
from destinations.reviews.domain import Asked, BulkAct, BulkDecisionId, Narrowing
from destinations.roster.subscriptions import keep_graduates
from testing.collisions import Act, meet


async def applied(database: Database) -> BulkDecisionId:
    """A bulk approval of all that waits for the college, sealed and applied, with no row decided yet."""
    decision_id = BulkDecisionId(uuid4())
    asked = Asked(BulkAct.COLLEGE_APPROVE, Narrowing(school_code=SchoolCode("10001")), None, None)

    async def seal(unit: UnitOfWork) -> None:
        await reviews.make(unit, caller=COLLEGE, decision_id=decision_id, asked=asked)
        decision = await storage.to_seal(unit.connection, decision_id)
        await reviews.seal_part(unit, maker=COLLEGE, decision=decision, after=None, rows=0, part=10, units={})
        await reviews.seal(unit, decision=decision)
        await reviews.apply(
            unit, caller=COLLEGE, decision_id=decision_id, operation=OperationId(decision_id), excepted=()
        )

    await database.act(COLLEGE.actor, seal)
    return decision_id


def other_act(name: str, decision: Act, waiting: list[Recorded]) -> Act:
    first = waiting[-1]
    meant = partial(commands.act, registration_id=first.id, expected=Versions(any=True), caller=COLLEGE)
    acts: dict[str, Act] = {
        "another part": decision,
        "approve": partial(meant, action=Action.COLLEGE_APPROVE),
        "erase": partial(erase, waiting),
    }
    return acts[name]


async def erase(waiting: list[Recorded], unit: UnitOfWork) -> None:
    events = [erasure(each.registration.graduate.id, sequence=2) for each in reversed(waiting)]
    await keep_graduates(unit, events)
    await erase_registrations(unit, events)


@pytest.mark.parametrize("name", ["another part", "approve", "erase"])
async def test_a_part_never_waits_in_a_circle(database: Database, name: str) -> None:
    waiting = [await act(database, await registered(database, SEEKING), Action.SUBMIT) for _ in range(2)]
    async with database.reading() as connection:
        decision = await storage.to_seal(connection, await applied(database))
    part = partial(reviews.decide_part, maker=COLLEGE, decision=decision, after=0, last=2, units={})
    await meet(database, part, other_act(name, part, waiting))
