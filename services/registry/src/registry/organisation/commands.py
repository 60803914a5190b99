"""Creating and changing schools and their units."""

from collections.abc import Awaitable, Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any, Protocol, TypeVar

from common.auth import EVERYTHING, Principal, Role, RowScope
from common.contracts import ChangeToken
from common.database import UnitOfWork
from common.errors import ExpectedVersion, Forbidden, NotFound, must_equal
from common.identifiers import SchoolCode
from common.sql import Connection
from registry.organisation import storage
from registry.organisation.announcements import unit_changed
from registry.organisation.domain import (
    Kind,
    LineageCycle,
    OrganisationUnit,
    Place,
    UnitExists,
    UnknownParent,
    UnknownPredecessor,
    changed_fields,
    in_roster,
    on_cycles,
    patched,
    require_consistent,
)

EDITORS = (Role.ADMIN, Role.SCHOOL_OFFICER)
"""Roles that may change the units of a school; a school itself is changed by the administrator only."""


class OfSchool(Protocol):
    """What belongs to a school."""

    @property
    def school_code(self) -> SchoolCode:
        """The code of the school."""
        ...


Request = TypeVar("Request", bound=OfSchool)


@dataclass(frozen=True)
class WrittenUnit:
    """A unit after a write, with the change that it published, if events say anything of what was changed."""

    stored: OrganisationUnit
    change_token: ChangeToken | None

    @property
    def id(self) -> str:
        """The code, by which the unit is found in its school."""
        return self.stored.code

    @property
    def version(self) -> int:
        """The stored version."""
        return self.stored.version


async def create(unit: UnitOfWork, *, caller: Principal, new: OrganisationUnit) -> WrittenUnit:
    """Creates a school, or a college, major or class of a school.

    Raises NotFound for a school out of scope, Forbidden, UnitExists, UnknownParent, UnknownPredecessor, LineageCycle,
    Invalid for an identifier or a city that cannot be the school's.
    """
    if new.kind is Kind.SCHOOL:
        caller.must_be(Role.ADMIN)
    else:
        await storage.require_school(unit.connection, caller, new.school_code)
        caller.must_be(*EDITORS)
    return await add(unit, new)


async def change(
    unit: UnitOfWork, *, caller: Principal, place: Place, expected: ExpectedVersion, given: Mapping[str, Any]
) -> WrittenUnit:
    """Changes the given fields of a unit; None clears.

    Raises NotFound, Forbidden, PreconditionRequired, PreconditionFailed, UnknownParent, UnknownPredecessor,
    LineageCycle, Invalid for an identifier or a city that cannot be the school's.
    """
    await storage.require_school(unit.connection, caller, place.school_code)
    # the school before its unit: imports lock in this order, too
    await storage.lock_school(unit.connection, place.school_code)
    before = await storage.find(unit.connection, place, lock=True)
    if before is None:
        raise NotFound
    caller.must_be(*((Role.ADMIN,) if place.kind is Kind.SCHOOL else EDITORS))
    must_equal(expected, before.version)
    return await save(unit, before, patched(before, given))


async def add(unit: UnitOfWork, new: OrganisationUnit) -> WrittenUnit:
    """Stores a new unit with its event and audit entry, for a caller who is known to be allowed to.

    Raises UnitExists if the code is taken, UnknownParent if the school lacks the college or major, and for lineage and
    schools as `create`.
    """
    if new.kind is not Kind.SCHOOL:
        await storage.lock_school(unit.connection, new.school_code)
    # asked before anything else is: a taken code is the refusal, whatever else is wrong
    if await storage.find(unit.connection, new.place):
        raise UnitExists(new.kind)
    await _require_fitting(unit, None, new)
    stored = await storage.add(unit.connection, new)
    if stored is None:
        raise UnitExists(new.kind)
    return await _announced(unit, None, stored, "create")


async def save(unit: UnitOfWork, before: OrganisationUnit, after: OrganisationUnit) -> WrittenUnit:
    """Stores new values of a unit that this transaction has locked, with its event and audit entry.

    Raises UnknownParent if the school lacks the college or major, and for lineage and schools as `change`.
    """
    await _require_fitting(unit, before, after)
    return await _announced(unit, before, await storage.save(unit.connection, after), "change")


async def store_all(
    unit: UnitOfWork,
    school_code: SchoolCode,
    added: Sequence[OrganisationUnit],
    changed: Sequence[tuple[OrganisationUnit, OrganisationUnit]],
) -> ChangeToken | None:
    """Stores units of a file with their events and audit entries, in few statements; never commits.

    This transaction has held the school since they were checked. Colleges come before what refers to them, and what is
    changed, before and after, differs in something that events say. The token is that of the last event.
    """
    changes: list[tuple[OrganisationUnit | None, OrganisationUnit]] = [*((None, new) for new in added), *changed]
    if not changes:
        return None
    await storage.add_all(unit.connection, added)
    await storage.save_all(unit.connection, [after for _, after in changed])
    last, instant = await storage.next_sequences(unit.connection, school_code, len(changes))
    numbered = enumerate(changes, last - len(changes) + 1)
    token = await unit.announce_all([unit_changed(*change, number, instant) for number, change in numbered])
    for (kind, act), done in groupby(changes, lambda change: (change[1].kind, "change" if change[0] else "create")):
        await unit.audit_all(f"{kind}.{act}", kind, [after.code for _, after in done], school_code=school_code)
    return token


async def take_national_codes(unit: UnitOfWork, *, school_code: SchoolCode) -> int:
    """Takes the national codes of a school's majors that stood before rosters brought any; how many it took."""
    await storage.lock_school(unit.connection, school_code)
    due = [each for each in await storage.units_of(unit.connection, school_code) if each.national_code_due]
    changed = [(before, after) for before in due if changed_fields(before, after := in_roster(before, None))]
    await store_all(unit, school_code, [], changed)
    return len(changed)


async def _require_fitting(unit: UnitOfWork, before: OrganisationUnit | None, after: OrganisationUnit) -> None:
    """Raises for values that contradict the school or what else it has."""
    if after.kind is Kind.SCHOOL:
        require_consistent(after)
    for field, kind in (("college_code", Kind.COLLEGE), ("major_code", Kind.MAJOR)):
        code = getattr(after, field)
        if code is not None and not await storage.find(unit.connection, Place(kind, after.school_code, code)):
            raise UnknownParent(field)
    if set(after.predecessors) - set(before.predecessors if before else ()):
        await _require_lineage(unit, after)


async def _require_lineage(unit: UnitOfWork, major: OrganisationUnit) -> None:
    """Raises UnknownPredecessor or LineageCycle. The school is locked, so that no other lineage is stored meanwhile."""
    known = {major.code} | await storage.known_codes(unit.connection, Kind.MAJOR, major.school_code, major.predecessors)
    if unknown := [place for place, code in enumerate(major.predecessors) if code not in known]:
        raise UnknownPredecessor(unknown[0])
    lineage = await storage.lineage(unit.connection, major.school_code)
    if on_cycles(lineage | {major.code: set(major.predecessors)}):
        raise LineageCycle


async def _announced(
    unit: UnitOfWork, before: OrganisationUnit | None, after: OrganisationUnit, act: str
) -> WrittenUnit:
    await unit.audit(f"{after.kind}.{act}", after.kind, after.code, school_code=after.school_code)
    if not changed_fields(before, after):
        return WrittenUnit(after, None)
    sequence, instant = await storage.next_sequences(unit.connection, after.school_code)
    return WrittenUnit(after, await unit.announce(unit_changed(before, after, sequence, instant)))


async def request_for(
    connection: Connection,
    caller: Principal,
    readers: Collection[Role],
    find: Callable[[RowScope], Awaitable[Request | None]],
) -> Request:
    """A request that takes two people, for the roles that read its kind; `find` looks for it within a scope.

    Raises NotFound, and Forbidden for other roles of its school.
    """
    reads = caller.role in readers
    found = await find(caller.record_scope() if reads else EVERYTHING)
    if found is None:
        raise NotFound
    if not reads:
        await storage.require_school(connection, caller, found.school_code)
        raise Forbidden
    return found
