"""Storing the units of a file with their events and audit entries, in few statements."""

from itertools import groupby

from common.database import UnitOfWork
from common.identifiers import SchoolCode
from common.imports import Written
from registry.organisation import storage
from registry.organisation.announcements import unit_changed
from registry.organisation.domain import OrganisationUnit
from registry.organisation.imports.plan import UnitPlan


async def store(unit: UnitOfWork, school_code: SchoolCode, plan: UnitPlan) -> Written:
    """Stores a plan that was made while this transaction has held the school; never commits."""
    changes: list[tuple[OrganisationUnit | None, OrganisationUnit]] = [
        *((None, new) for new in plan.added),
        *plan.changed,
    ]
    if not changes:
        return Written(plan.counts)
    await storage.add_all(unit.connection, plan.added)
    await storage.save_all(unit.connection, [after for _, after in plan.changed])
    last, instant = await storage.next_sequences(unit.connection, school_code, len(changes))
    numbered = enumerate(changes, last - len(changes) + 1)
    token = await unit.announce_all([unit_changed(*change, number, instant) for number, change in numbered])
    for (kind, act), done in groupby(changes, lambda change: (change[1].kind, "change" if change[0] else "create")):
        await unit.audit_all(f"{kind}.{act}", kind, [after.code for _, after in done], school_code=school_code)
    return Written(plan.counts, token)
