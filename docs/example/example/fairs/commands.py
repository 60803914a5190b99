"""Acts on fairs."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import date

from common import history
from common.auth import Principal, Role
from common.contracts import OutgoingEvent
from common.contracts.fair import CHANGED, TOPIC, FairData
from common.database import UnitOfWork
from common.errors import ExpectedVersion, NotFound, must_equal
from example.fairs import storage
from example.fairs.domain import Fair, FairId, FairPlan
from example.fairs.tables import fairs

WRITERS = frozenset({Role.SCHOOL_OFFICER, Role.ADMIN})


async def create(unit: UnitOfWork, *, caller: Principal, plan: FairPlan) -> Fair:
    """Announces a fair; raises NotFound for a school outside the caller's scope, Forbidden."""
    if not caller.sees_school(plan.school_code):
        raise NotFound
    caller.must_be_in(WRITERS)
    fair, sequence = await storage.save(unit, plan, (), "create")
    return await _recorded(unit, fair, sequence, (), "create")


async def change(
    unit: UnitOfWork,
    *,
    caller: Principal,
    fair_id: FairId,
    expected: ExpectedVersion,
    changes: Mapping[str, object],
    day: date,
) -> Fair:
    """Changes a fair; raises NotFound, Forbidden, PreconditionRequired, PreconditionFailed or FairOver."""
    scope = caller.row_scope()
    # a caller who may not see the fair does not wait for its lock
    await storage.get(unit.connection, scope, fair_id)
    caller.must_be_in(WRITERS)
    await history.lock(unit, fairs, fair_id)
    before = await storage.get(unit.connection, scope, fair_id)
    must_equal(expected, before.version)
    after, changed = before.changed_by(changes, day)
    fair, sequence = await storage.save(unit, after, changed, "change", fair_id)
    return await _recorded(unit, fair, sequence, changed, "change")


async def _recorded(unit: UnitOfWork, fair: Fair, sequence: int, changed: Sequence[str], action: str) -> Fair:
    """Announces what was stored and keeps who did it."""
    facts = {name: value for name, value in asdict(fair).items() if name in FairData.model_fields}
    data = FairData(fair_id=fair.id, changed_fields=tuple(changed), **facts)
    await unit.announce(OutgoingEvent(TOPIC, str(fair.id), sequence, CHANGED, fair.school_code, fair.decided_on, data))
    await unit.audit(f"fair.{action}", "fair", fair.id, school_code=fair.school_code, detail={"version": fair.version})
    return fair
