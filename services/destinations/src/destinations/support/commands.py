"""Acts on support plans: each holds the graduate's roster entry, so that an erasure comes before it or after it."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from common.auth import Owners, Principal, Role
from common.crypto import FieldCipher
from common.database import UnitOfWork, new_id
from common.errors import ExpectedVersion, must_equal
from common.identifiers import GraduateId
from common.sql import Connection
from destinations.registrations.domain.refusals import ErasedPerson, UnknownGraduate
from destinations.roster import storage as roster
from destinations.support import storage
from destinations.support.domain import (
    Content,
    PlanId,
    Step,
    SupportPlan,
    must_be_listed,
    must_be_open,
    next_state,
)

HELPERS = frozenset({Role.COUNSELLOR, Role.COLLEGE_OFFICER, Role.SCHOOL_OFFICER})
READERS = HELPERS | {Role.GRADUATE}


async def begin(
    unit: UnitOfWork, *, caller: Principal, cipher: FieldCipher, graduate_id: GraduateId, content: Content
) -> SupportPlan:
    """Begins a plan; raises UnknownGraduate for one outside the scope, ErasedPerson, Invalid, PlanOpen."""
    await _must_see(unit.connection, caller, graduate_id)
    graduate = (await roster.hold_entries(unit.connection, [graduate_id]))[graduate_id]
    if graduate.erased:
        raise ErasedPerson(None)
    must_be_listed(content)
    plan_id = PlanId(await new_id(unit.connection))
    await storage.add(unit.connection, cipher, plan_id, graduate, content)
    return await _recorded(unit, caller, cipher, plan_id, "begin")


async def find(connection: Connection, *, caller: Principal, cipher: FieldCipher, plan_id: PlanId) -> SupportPlan:
    """A plan of a graduate in the caller's scope; raises NotFound, Forbidden."""
    plan = await storage.get(connection, cipher, caller.row_scope(), plan_id)
    caller.must_be_in(READERS)
    return plan


async def change(
    unit: UnitOfWork,
    *,
    caller: Principal,
    cipher: FieldCipher,
    plan_id: PlanId,
    expected: ExpectedVersion,
    patch: Mapping[str, Any],
) -> SupportPlan:
    """Changes what an open plan says, by a merge patch.

    Raises NotFound, Forbidden, PreconditionRequired, PreconditionFailed, TransitionNotAllowed, Invalid.
    """
    plan = await _locked(unit, caller, cipher, plan_id, expected)
    must_be_open(plan)
    content = plan.content.with_changes(patch)
    must_be_listed(replace(content, causes=patch.get("causes") or (), measures=patch.get("measures") or ()))
    await storage.save(unit.connection, cipher, plan_id, content, plan.state)
    return await _recorded(unit, caller, cipher, plan_id, "change")


async def step(
    unit: UnitOfWork,
    *,
    caller: Principal,
    cipher: FieldCipher,
    plan_id: PlanId,
    expected: ExpectedVersion,
    step: Step,
) -> SupportPlan:
    """Closes an open plan, or reopens a closed one.

    Raises NotFound, Forbidden, PreconditionRequired, PreconditionFailed, TransitionNotAllowed, PlanOpen.
    """
    plan = await _locked(unit, caller, cipher, plan_id, expected)
    await storage.save(unit.connection, cipher, plan_id, plan.content, next_state(plan, step))
    return await _recorded(unit, caller, cipher, plan_id, step.value)


async def end_part(unit: UnitOfWork, *, part: int) -> int:
    """Deletes up to so many plans that are past their day; how many that were."""
    ended = await storage.end(unit.connection, part)
    for school_code, count in sorted(Counter(ended).items()):
        await unit.audit("retention.end", "retention", "support_plan", school_code=school_code, detail={"count": count})
    return len(ended)


async def _must_see(connection: Connection, caller: Principal, graduate_id: GraduateId) -> None:
    found = await roster.find(connection, graduate_id)
    if found is None:
        raise UnknownGraduate
    graduate, province_code = found
    owners = Owners[object](
        school_code=graduate.school_code,
        college_code=graduate.college_code,
        class_code=graduate.class_code,
        graduate_id=graduate.id,
        province_code=province_code,
    )
    if not caller.sees_row(owners):
        raise UnknownGraduate


async def _locked(
    unit: UnitOfWork, caller: Principal, cipher: FieldCipher, plan_id: PlanId, expected: ExpectedVersion
) -> SupportPlan:
    scope = caller.row_scope()
    unlocked = await storage.get(unit.connection, cipher, scope, plan_id)
    caller.must_be_in(HELPERS)
    await roster.hold_entries(unit.connection, [unlocked.graduate_id])
    await storage.lock(unit.connection, plan_id)
    # an erasure may have deleted it meanwhile
    plan = await storage.get(unit.connection, cipher, scope, plan_id)
    must_equal(expected, plan.version)
    return plan


async def _recorded(unit: UnitOfWork, caller: Principal, cipher: FieldCipher, plan_id: PlanId, act: str) -> SupportPlan:
    plan = await storage.get(unit.connection, cipher, caller.row_scope(), plan_id)
    detail = {"version": plan.version, "state": plan.state.value}
    await unit.audit(f"support_plan.{act}", "support_plan", plan_id, school_code=plan.school_code, detail=detail)
    return plan
