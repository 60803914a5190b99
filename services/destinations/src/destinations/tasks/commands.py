"""Acts on disputes and tasks: each under the lock of the graduate's stream."""

from collections.abc import Mapping, Sequence

from common.auth import Principal, Role
from common.crypto import FieldCipher
from common.database import UnitOfWork, today
from common.errors import ExpectedVersion, must_equal
from common.identifiers import RegistrationId
from common.reference_tables.storage import working_days
from common.sql import Connection
from destinations.cases.commands import open_case
from destinations.cases.domain import Kind, Maker, Opening
from destinations.registrations import storage as registrations
from destinations.registrations.domain.registration import Change, Registration
from destinations.tasks import storage
from destinations.tasks.domain import (
    PAST_COLLEGE,
    WORKING_DAYS_TO_ANSWER,
    DisputeKind,
    Holder,
    Outcome,
    Task,
    TaskId,
    TaskKind,
    TaskState,
    holder_of,
    must_be_answerable,
    outcome_of,
)

READERS = frozenset({Role.GRADUATE, Role.COUNSELLOR, Role.COLLEGE_OFFICER, Role.SCHOOL_OFFICER})

HOLDERS: Mapping[Role, Holder] = {Role.COLLEGE_OFFICER: Holder.COLLEGE, Role.SCHOOL_OFFICER: Holder.SCHOOL}
"""Who does what a level holds."""


async def disputed(unit: UnitOfWork, registration: Registration, kind: DisputeKind, reason: bytes) -> None:
    """Keeps the sealed reason of the dispute that has made this version, and lets a level answer it.

    Of several disputes one task is open, about the newest of them. What passes the college by opens a case instead.
    """
    await storage.keep(unit.connection, registration, kind, reason)
    if kind in PAST_COLLEGE:
        await open_case(unit, _passing_college(unit, registration, kind))
        return
    last = await storage.last_of(unit.connection, registration)
    if last is not None and last.state is TaskState.OPEN:
        await storage.ask_again(unit.connection, last.id, registration.version)
        return
    held_by = holder_of(registration.graduate.college_code, Outcome(last.outcome) if last and last.outcome else None)
    calendar = await working_days(unit.connection)
    due_on = calendar.due_in(await today(unit.connection), WORKING_DAYS_TO_ANSWER)
    task_id = await storage.add(unit.connection, registration, held_by, due_on)
    detail = {"kind": TaskKind.ANSWER_DISPUTE.value, "held_by": held_by.value, "due_on": f"{due_on}"}
    await unit.audit("task.open", "task", task_id, school_code=registration.graduate.school_code, detail=detail)


def _passing_college(unit: UnitOfWork, registration: Registration, kind: DisputeKind) -> Opening:
    """The case for the school, which reads in the history what the graduate said."""
    return Opening(
        kind=Kind.DISPUTE,
        school_code=registration.graduate.school_code,
        cohort=registration.graduate.cohort,
        rule=kind.value,
        subject=f"{registration.id}",
        facts={"disputed_version": registration.version},
        registrations=(registration.id,),
        by=Maker(subject=unit.actor.subject, role=unit.actor.role),
    )


async def follow(connection: Connection, changes: Sequence[tuple[RegistrationId, Registration | None, Change]]) -> None:
    """Ends the tasks about disputes that these changes settle; the streams of their graduates are locked."""
    ended: dict[Outcome, list[RegistrationId]] = {}
    for registration_id, before, change in changes:
        if outcome := outcome_of(before, change):
            ended.setdefault(outcome, []).append(registration_id)
    for outcome, registration_ids in ended.items():
        await storage.end(connection, registration_ids, outcome)


async def find(connection: Connection, *, caller: Principal, cipher: FieldCipher, task_id: TaskId) -> Task:
    """A task about a graduate in the caller's scope; raises NotFound, Forbidden."""
    task = await storage.get(connection, cipher, caller.row_scope(), task_id)
    caller.must_be_in(READERS)
    return task


async def answer(
    unit: UnitOfWork,
    *,
    caller: Principal,
    cipher: FieldCipher,
    task_id: TaskId,
    expected: ExpectedVersion,
    content: str,
) -> Task:
    """Ends a task as who holds it: what is registered stays, and the graduate reads why.

    Raises NotFound, Forbidden, PreconditionRequired, PreconditionFailed, TransitionNotAllowed.
    """
    scope = caller.row_scope()
    unlocked = await storage.get(unit.connection, cipher, scope, task_id)
    caller.must_be_in(HOLDERS)
    await registrations.lock_stream(unit.connection, scope, unlocked.registration_id)
    task = await storage.get(unit.connection, cipher, scope, task_id)
    must_equal(expected, task.version)
    must_be_answerable(task, HOLDERS[caller.role])
    await storage.answer(unit.connection, cipher, task_id, content)
    answered = await storage.get(unit.connection, cipher, scope, task_id)
    detail = {"version": answered.version, "outcome": Outcome.KEPT.value}
    await unit.audit("task.answer", "task", task_id, school_code=task.school_code, detail=detail)
    return answered
