"""The answer of a task meets every act that may end it, in both directions: no circle, and one outcome."""

import asyncio
import os
from functools import partial
from typing import Any

import pytest
from acting import CIPHER, COLLEGE, SCHOOL, approved, dispute, graduate_role, rows
from enrolling import erasure

from common.database import Database, UnitOfWork
from common.errors import Conflict, PreconditionFailed, Versions
from destinations.registrations import commands
from destinations.registrations.commands import Recorded
from destinations.registrations.domain.lifecycle import Action
from destinations.registrations.subscriptions import erase_registrations
from destinations.roster.subscriptions import keep_graduates
from destinations.tasks import commands as tasks
from destinations.tasks.domain import DisputeKind, TaskId
from destinations.tasks.subscriptions import erase_tasks
from testing.collisions import Act, meet

ROUNDS = 200 if os.environ.get("QUXIANG_SOAK") else 12


async def erase(registered: Recorded, unit: UnitOfWork) -> None:
    events = [erasure(registered.registration.graduate.id)]
    for follow in (keep_graduates, erase_registrations, erase_tasks):
        await follow(unit, events)


async def answer_of(database: Database) -> Act:
    [task] = await rows(database, "SELECT id FROM tasks WHERE state = 'open'")
    meant = partial(tasks.answer, task_id=TaskId(task.id), expected=Versions(any=True), content="已核对")
    return partial(meant, caller=COLLEGE, cipher=CIPHER)


def other_act(name: str, disputed: Recorded) -> Act:
    own = graduate_role(disputed.registration.graduate.id)
    meant: dict[str, Any] = {"registration_id": disputed.id, "expected": Versions(any=True)}
    acts: dict[str, Act] = {
        "confirm": partial(commands.act, **meant, caller=own, action=Action.CONFIRM),
        "correct": partial(commands.edit, **meant, caller=SCHOOL, patch={"reason": "signing"}, cipher=CIPHER),
        "dispute": partial(commands.dispute, **meant, caller=own, kind=DisputeKind.CHANGED, reason=b"sealed"),
        "erase": partial(erase, disputed),
    }
    return acts[name]


@pytest.mark.parametrize("name", ["another answer", "confirm", "correct", "dispute", "erase"])
async def test_an_answer_never_waits_in_a_circle(database: Database, name: str) -> None:
    disputed = await dispute(database, await approved(database))
    answer = await answer_of(database)
    await meet(database, answer, answer if name == "another answer" else other_act(name, disputed))


@pytest.mark.parametrize(("name", "outcome"), [("confirm", "withdrawn"), ("correct", "corrected")])
async def test_one_of_two_at_once_ends_the_task(database: Database, name: str, outcome: str) -> None:
    for _ in range(ROUNDS):
        disputed, barrier = await dispute(database, await approved(database)), asyncio.Barrier(2)
        acts = [await answer_of(database), other_act(name, disputed)]
        ended = await asyncio.gather(*(begun(database, act, barrier) for act in acts))
        [task] = await rows(
            database,
            "SELECT outcome, version FROM tasks WHERE graduate_id = :id",
            id=disputed.registration.graduate.id,
        )
        # the other act goes on whoever ends the task: it is about the registration
        assert (task.outcome, task.version, ended[1]) == ("kept" if ended[0] else outcome, 2, True)


async def begun(database: Database, act: Act, barrier: asyncio.Barrier) -> bool:
    """False where it was refused."""
    await barrier.wait()
    try:
        async with database.patient.transaction(COLLEGE.actor) as unit:
            await act(unit)
            await unit.commit()
    except (Conflict, PreconditionFailed):
        return False
    return True
