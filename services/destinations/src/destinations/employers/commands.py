"""Acts on employers: making and linking them, correcting and merging them."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from typing import Any

import asyncpg

from common.approvals.domain import must_not_identify
from common.auth import Principal, Role
from common.crypto import FieldCipher
from common.database import UnitOfWork
from common.errors import ExpectedVersion, Forbidden, must_equal
from common.identifiers import GraduateId, SchoolCode
from common.sql import Connection
from destinations.employers import storage
from destinations.employers.domain import (
    Due,
    Employer,
    EmployerExists,
    EmployerId,
    Found,
    SharedEmployer,
    Sight,
    must_be_editable,
    must_be_mergeable,
)
from destinations.employers.storage import Hires, signals
from destinations.roster import storage as roster

SEARCHERS = frozenset(
    {
        *(Role.GRADUATE, Role.COUNSELLOR, Role.COLLEGE_OFFICER, Role.SCHOOL_OFFICER, Role.PROVINCIAL_OFFICER),
        Role.ADMIN,
    }
)
READERS = frozenset({Role.SCHOOL_OFFICER, Role.ADMIN})
MOST_FOUND = 20
"""Employers that a search gives at most."""


async def make(unit: UnitOfWork, *, due: Sequence[Due]) -> int:
    """Makes the employers that are not known of what names them; how many.

    In an act of its own: who waits for an employer that another worker makes holds no other.
    """
    keys = {each.naming.key: each for each in reversed(due)}
    known = await storage.known(unit.connection, keys)
    wanted = [each for key, each in keys.items() if key not in known]
    made = await storage.make(unit.connection, wanted) if wanted else 0
    if made:
        await unit.audit(
            "employer.make", "employers", wanted[0].naming.school_code, school_code=None, detail={"made": made}
        )
    return made


async def link(unit: UnitOfWork, *, due: Sequence[Due]) -> int:
    """Links what is named to its employer, by which every registration that says the same is linked; how many namings.

    What another worker links, and what names an employer that is merged or deleted at this moment, stays due.
    """
    held = await storage.lock_due(unit.connection, [each.id for each in due])
    mine = [each for each in due if each.id in held]
    known = await storage.known(unit.connection, {each.naming.key for each in mine})
    standing = await storage.share(unit.connection, set(known.values()))
    ends = {each.id: each.naming for each in mine if known.get(each.naming.key) in standing}
    if ends:
        await storage.name(unit.connection, {each: known[each.key] for each in ends.values()}, ends)
    return len(ends)


async def mend(unit: UnitOfWork, *, school_code: str) -> tuple[int, int]:
    """Notes what of a school's registrations is named and not linked, and ends what is named no more; both counted."""
    found = await storage.find_unnamed(unit.connection, school_code)
    return found, await storage.end_unnamed(unit.connection, school_code)


async def index_contacts(unit: UnitOfWork, *, cipher: FieldCipher, part: int) -> int:
    """Indexes contacts' phones that are not yet, and forgets those of who is erased; how many it has indexed."""
    found = await signals.unindexed(unit.connection, cipher, part)
    if found:
        await signals.index(unit.connection, found)
    await signals.forget(unit.connection)
    return len(found)


async def sight_of(connection: Connection, caller: Principal) -> Sight:
    """The employers that the caller sees; a graduate those that an officer of the school sees."""
    if caller.role is Role.GRADUATE and caller.graduate_id is not None:
        found = await roster.find(connection, GraduateId(caller.graduate_id))
        return Sight(found[0].school_code if found else None)
    school_code = None if caller.school_code is None else SchoolCode(caller.school_code)
    return Sight(school_code, everything=caller.role in {Role.ADMIN, Role.SYSTEM})


async def search(connection: Connection, *, caller: Principal, uscc: str | None, name: str | None) -> list[Found]:
    """What the caller sees of this USCC, or by this name or one like it; one of both is given."""
    sight = await sight_of(connection, caller)
    return await storage.search(connection, sight, uscc=uscc, name=name, limit=MOST_FOUND)


async def find(connection: Connection, *, caller: Principal, employer_id: EmployerId) -> Employer:
    """An employer that the caller sees; raises NotFound."""
    return (await storage.get(connection, await sight_of(connection, caller), employer_id))[0]


async def change(
    unit: UnitOfWork,
    *,
    caller: Principal,
    employer_id: EmployerId,
    expected: ExpectedVersion,
    patch: Mapping[str, Any],
) -> Employer:
    """Corrects an employer that no other school names.

    Raises NotFound, PreconditionRequired, PreconditionFailed, AlreadyMerged, LockedByRegister, SharedEmployer,
    EmployerExists, and Busy.
    """
    await find(unit.connection, caller=caller, employer_id=employer_id)
    (before,) = await storage.lock(unit.connection, employer_id)
    must_equal(expected, before.version)
    changed = must_be_editable(before, patch)
    school_code = SchoolCode(caller.school_code or "")
    if await storage.is_named_elsewhere(unit.connection, employer_id, school_code):
        raise SharedEmployer
    if changed.get("uscc"):
        await _must_be_free(unit.connection, changed["uscc"], school_code)
    wanted = replace(before, **changed)
    wanted = replace(wanted, school_code=school_code if wanted.uscc is None else None)
    try:
        after = await storage.change(unit.connection, wanted)
    except asyncpg.UniqueViolationError:
        raise EmployerExists from None
    detail = {"version": after.version, "changed": sorted(changed)}
    await unit.audit("employer.change", "employer", after.id, school_code=school_code, detail=detail)
    return after


async def _must_be_free(connection: Connection, uscc: str, school_code: SchoolCode) -> None:
    other = await storage.of_uscc(connection, uscc)
    if other is not None:
        is_shared = await storage.is_named_elsewhere(connection, other, school_code)
        raise SharedEmployer if is_shared else EmployerExists


async def merge(
    unit: UnitOfWork,
    *,
    caller: Principal,
    cipher: FieldCipher,
    employer_id: EmployerId,
    expected: ExpectedVersion,
    into: EmployerId,
    reason: str,
) -> Employer:
    """Merges an employer into another one: what names it names that one, and keeps its words.

    Raises NotFound for either, Forbidden, PreconditionRequired, PreconditionFailed, IdentifyingText,
    MergedIntoItself, AlreadyMerged, DifferentUscc, and Busy.
    """
    sight = await sight_of(unit.connection, caller)
    both = {employer_id: None, into: None}
    await storage.get(unit.connection, sight, *both)
    locked = {each.id: each for each in await storage.lock(unit.connection, *both)}
    before = locked[employer_id]
    if caller.role is Role.SCHOOL_OFFICER and before.uscc is not None:
        raise Forbidden
    must_equal(expected, before.version)
    must_not_identify("/reason", reason)
    must_be_mergeable(before, locked[into])
    after = await storage.merge(unit.connection, cipher, before, into, reason, unit.actor)
    detail = {"version": after.version, "into": str(into)}
    await unit.audit("employer.merge", "employer", after.id, school_code=before.school_code, detail=detail)
    return after


async def hires(
    unit: UnitOfWork,
    *,
    cipher: FieldCipher,
    school_code: SchoolCode,
    cohorts: Collection[int],
    after: EmployerId | None,
    limit: int,
) -> list[Hires]:
    """Employers with their hires of a school's cohorts, and contacts in clear; a reading that the audit trail names."""
    found = await storage.hires(unit.connection, cipher, school_code, cohorts, after, limit)
    detail = {"cohorts": sorted(cohorts), "employers": len(found)}
    await unit.audit("employer.hires", "school", school_code, school_code=school_code, detail=detail)
    return found
