"""Acts on the directory of employers."""

from collections.abc import Mapping
from typing import Any

from common.auth import EVERYTHING, Owners, Principal, RowScope
from common.auth.principal import UNRESTRICTED
from common.database import UnitOfWork
from common.errors import ExpectedVersion, NotFound, must_equal
from common.identifiers import EmployerId
from surveys.employers import storage
from surveys.employers.domain import Employer, EmployerPlan
from surveys.waves.commands import MANAGERS


def scope_of(caller: Principal) -> RowScope:
    """The employers that a caller reads: those of the school that the token names."""
    if caller.role in UNRESTRICTED:
        return EVERYTHING
    return RowScope() if caller.school_code is None else RowScope(Owners(school_code=frozenset({caller.school_code})))


def found_by(employer: Employer | None) -> Employer:
    """The employer that was looked for in the caller's scope; raises NotFound."""
    if employer is None:
        raise NotFound
    return employer


async def create(unit: UnitOfWork, *, caller: Principal, plan: EmployerPlan) -> Employer:
    """Takes an employer into the directory; raises Forbidden, NotFound for a school out of scope, or EmployerKnown."""
    caller.must_be_in(MANAGERS)
    if not caller.sees_school(plan.school_code):
        raise NotFound
    made = await storage.add(unit.connection, plan)
    await _audit(unit, "create", made)
    return made


async def change(
    unit: UnitOfWork,
    *,
    caller: Principal,
    employer_id: EmployerId,
    expected: ExpectedVersion,
    changes: Mapping[str, Any],
) -> Employer:
    """Changes what people write; from then on no registration changes it.

    Raises NotFound, Forbidden, the refusals of a precondition, or EmployerKnown.
    """
    found_by(await storage.find(unit.connection, scope_of(caller), employer_id))
    caller.must_be_in(MANAGERS)
    employer = await storage.lock(unit.connection, employer_id)
    must_equal(expected, employer.version)
    saved = await storage.save(unit.connection, employer, employer.changed(changes))
    await _audit(unit, "change", saved)
    return saved


async def _audit(unit: UnitOfWork, act: str, employer: Employer) -> None:
    detail = {"version": employer.version}
    await unit.audit(f"employer.{act}", "employer", employer.id, school_code=employer.school_code, detail=detail)
