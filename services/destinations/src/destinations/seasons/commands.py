"""Reading and setting a season, and giving extensions; who may do what."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from common.approvals.domain import must_not_identify
from common.auth import Owners, Principal, Role
from common.crypto import FieldCipher
from common.database import UnitOfWork, today
from common.errors import ExpectedVersion, NotFound, PreconditionFailed, must_equal
from common.identifiers import Cohort, GraduateId, SchoolCode
from common.sql import Connection
from destinations.roster import storage as roster
from destinations.seasons import storage
from destinations.seasons.domain import (
    MOST_EXTENDED,
    Extension,
    ExtensionId,
    ExtensionPlan,
    Season,
    must_be_consistent,
    must_be_of_cohort,
    must_extend,
    must_keep_passed_days,
)
from destinations.seasons.storage import ExtensionFilters

SEE_PERSONS = frozenset(
    {Role.GRADUATE, Role.COUNSELLOR, Role.COLLEGE_OFFICER, Role.SCHOOL_OFFICER, Role.PROVINCIAL_OFFICER}
)
READERS = SEE_PERSONS | {Role.AUDITOR}


@dataclass(frozen=True)
class Extended:
    """What one act gave: the same to each of the graduates."""

    id: ExtensionId
    given: Sequence[Extension]
    version: None = None


async def read(connection: Connection, caller: Principal, school_code: SchoolCode, cohort: Cohort) -> Season:
    """The season, or the defaults; raises NotFound for a cohort out of scope, Forbidden for a role without it."""
    await _must_see(connection, caller, school_code, cohort)
    caller.must_be_in(READERS)
    return await storage.of(connection, school_code, cohort)


async def put(
    unit: UnitOfWork,
    *,
    caller: Principal,
    school_code: SchoolCode,
    cohort: Cohort,
    expected: ExpectedVersion,
    changes: Mapping[str, Any],
) -> Season:
    """Saves settings: those of `changes`, the others as they stand.

    Raises NotFound, Forbidden, PreconditionRequired, PreconditionFailed, SeasonRefused and DeadlinePassed.
    """
    before = await _of_officer(unit.connection, caller, school_code, cohort)
    must_equal(expected, before.version)
    wanted = replace(before, **changes)
    must_be_consistent(wanted, cohort)
    must_keep_passed_days(before, wanted, await today(unit.connection))
    season = await storage.save(unit.connection, before, wanted, unit.actor)
    if season is None:
        raise PreconditionFailed((await storage.of(unit.connection, school_code, cohort)).version)
    changed = [name for name in changes if getattr(before, name) != getattr(season, name)]
    detail = {"version": season.version, "changed": changed}
    await unit.audit("season.put", "season", f"{school_code}/{cohort}", school_code=school_code, detail=detail)
    return season


async def extend(
    unit: UnitOfWork,
    *,
    caller: Principal,
    cipher: FieldCipher,
    school_code: SchoolCode,
    cohort: Cohort,
    plan: ExtensionPlan,
) -> Extended:
    """Lets graduates of the cohort change as before until a later day.

    Raises NotFound, Forbidden; IdentifyingText for the reason; NoSeason, DeadlinePassed, SeasonRefused.
    """
    season = await _of_officer(unit.connection, caller, school_code, cohort)
    must_not_identify("/reason", plan.reason)
    must_extend(season, plan.until, await today(unit.connection))
    must_be_of_cohort(season, plan, await roster.hold_entries(unit.connection, plan.graduate_ids))
    extension_id = await storage.extend(unit.connection, cipher, season, plan, unit.actor)
    detail = {"cohort": cohort, "until": f"{plan.until}", "graduates": len(plan.graduate_ids)}
    await unit.audit("season.extend", "season_extension", extension_id, school_code=school_code, detail=detail)
    return await extension(unit.connection, cipher, caller, ExtensionFilters(school_code, cohort, extension_id))


async def extension(
    connection: Connection, cipher: FieldCipher, caller: Principal, filters: ExtensionFilters
) -> Extended:
    """What one act gave, as far as the caller sees it; raises NotFound."""
    given = await storage.page(connection, cipher, caller.row_scope(), filters, MOST_EXTENDED)
    if not given:
        raise NotFound
    return Extended(given[0].id, given)


async def extensions(
    connection: Connection, cipher: FieldCipher, caller: Principal, filters: ExtensionFilters, limit: int
) -> list[Extension]:
    """A page of extensions of the caller's graduates; raises NotFound for a cohort out of scope, Forbidden."""
    await _must_see(connection, caller, filters.school_code, filters.cohort)
    caller.must_be_in(SEE_PERSONS)
    return await storage.page(connection, cipher, caller.row_scope(), filters, limit)


async def _of_officer(connection: Connection, caller: Principal, school_code: SchoolCode, cohort: Cohort) -> Season:
    """The season for who sets it; raises NotFound, Forbidden."""
    await _must_see(connection, caller, school_code, cohort)
    caller.must_be(Role.SCHOOL_OFFICER)
    return await storage.of(connection, school_code, cohort)


async def _must_see(connection: Connection, caller: Principal, school_code: SchoolCode, cohort: Cohort) -> None:
    """Raises NotFound for a school out of scope; a graduate sees the own cohort alone."""
    if caller.role is Role.GRADUATE:
        found = await roster.find(connection, GraduateId(caller.graduate_id)) if caller.graduate_id else None
        sees = found is not None and (found[0].school_code, found[0].cohort) == (school_code, cohort)
    elif caller.role is Role.AUDITOR:
        sees = caller.record_scope().allows(Owners(school_code=school_code))
    else:
        sees = caller.sees_school(school_code, await roster.province_of(connection, school_code))
    if not sees:
        raise NotFound
