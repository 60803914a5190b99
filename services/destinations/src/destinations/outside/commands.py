"""Authorising the use of a source; who may do what."""

from common.approvals.domain import must_not_identify
from common.auth import Principal, Role
from common.database import UnitOfWork
from common.errors import NotFound
from destinations.outside import storage
from destinations.outside.domain import Authorisation, AuthorisationPlan


async def authorise(unit: UnitOfWork, *, caller: Principal, plan: AuthorisationPlan) -> Authorisation:
    """Notes that the school may use a source; raises NotFound, Forbidden, Invalid, IdentifyingText."""
    if not caller.sees_school(plan.school_code):
        raise NotFound
    caller.must_be(Role.SCHOOL_OFFICER)
    plan.must_end_after_it_begins()
    must_not_identify("/basis", plan.basis)
    authorisation = await storage.add(unit.connection, plan, unit.actor)
    detail = {"source": plan.source.value, "valid_to": f"{plan.valid_to}"}
    await unit.audit(
        "source.authorise", "source_authorisation", authorisation.id, school_code=plan.school_code, detail=detail
    )
    return authorisation
