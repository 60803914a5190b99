"""Reading movements of persons, which is audited."""

from uuid import UUID

from common.auth import Principal, Role
from common.database import UnitOfWork
from indicators.movements import storage
from indicators.movements.domain import Asked, Movement

READERS = frozenset({Role.COUNSELLOR, Role.COLLEGE_OFFICER, Role.SCHOOL_OFFICER})
"""Roles that look after single graduates; figures are for all others."""


async def read(unit: UnitOfWork, *, caller: Principal, asked: Asked, after: UUID | None, limit: int) -> list[Movement]:
    """A page of movements and one more; the audit names how many were shown, and no person."""
    found = await storage.page(unit.connection, caller.row_scope(), asked, after, limit + 1)
    selection = asked.selection
    detail = {
        "cohort": selection.cohort,
        "from": asked.first.isoformat(),
        "to": asked.last.isoformat(),
        "shown": min(len(found), limit),
    }
    school = selection.scope.code
    await unit.audit("movements.read", "school", school, school_code=school, detail=detail)
    return found
