"""Entering and changing one graduate."""

from collections.abc import AsyncIterator, Collection, Mapping
from contextlib import asynccontextmanager
from datetime import date
from typing import Any
from uuid import uuid4

import asyncpg

from common.auth import Owners, Principal, Role
from common.codes import CodeLists
from common.crypto import FieldCipher
from common.database import UnitOfWork
from common.errors import ExpectedVersion, NotFound, must_equal
from common.identifiers import Cohort, GraduateId, SchoolCode
from common.season import SeasonDay, season_day
from registry.graduates.announcements import graduate_changed
from registry.graduates.domain.checks import new_entry, patched_entry
from registry.graduates.domain.entry import Entry, Given, Status, StoredGraduate, changed_fields
from registry.graduates.domain.refusals import CitizenIdInUse, ExamNumberInUse, StudentNumberInUse, UnknownUnit
from registry.graduates.storage import locks, roster
from registry.graduates.storage.sealing import opened_entry, sealed_values
from registry.organisation import storage as organisation
from registry.organisation.domain import Kind, Place

EDITORS = (Role.ADMIN, Role.SCHOOL_OFFICER, Role.COLLEGE_OFFICER)

_EXAM_NUMBER = "uq_graduates_exam_number"
_CITIZEN_ID = "uq_graduates_school_code_cohort_citizen_id_index"


async def create(
    unit: UnitOfWork, *, caller: Principal, cipher: FieldCipher, school_code: SchoolCode, cohort: Cohort, given: Given
) -> StoredGraduate:
    """Enters a graduate with the given fields. The first version counts from the start of the cohort's season.

    Raises NotFound for a school or a unit out of scope, Forbidden, Invalid for faults of the fields,
    StudentNumberInUse, CitizenIdInUse, ExamNumberInUse.
    """
    # a foreign school is missing before the role is looked at, a foreign college or class only after
    province = await organisation.require_school(unit.connection, caller, school_code)
    caller.must_be(*EDITORS)
    owners: Owners[object] = Owners(
        school_code=school_code,
        college_code=given.get("college_code"),
        class_code=given.get("class_code"),
        province_code=province,
    )
    if not caller.sees_row(owners):
        raise NotFound
    # imports of the cohort wait from the lock on, so what needs no roster comes before it
    entry = new_entry(given, cohort)
    await locks.share_roster(unit.connection, school_code, cohort)
    await _require_units(unit, school_code, given)
    graduate_id = GraduateId(uuid4())
    values = {
        "id": graduate_id,
        "school_code": school_code,
        "cohort": cohort,
        **sealed_values(cipher, school_code, graduate_id, vars(entry)),
        "version": 1,
        "sequence": 1,
        "decided_on": season_day(SeasonDay.BEGINS, cohort),
        "code_lists_version": CodeLists.load().version,
    }
    filled = changed_fields(None, entry)
    async with _numbers_taken(unit, caller, values, filled):
        stored = await roster.add(unit.connection, values)
    await _record(unit, stored, None, filled, "create")
    return stored


async def change(
    unit: UnitOfWork,
    *,
    caller: Principal,
    cipher: FieldCipher,
    graduate_id: GraduateId,
    expected: ExpectedVersion,
    given: Given,
) -> StoredGraduate:
    """Changes the given fields.

    Raises NotFound, Forbidden, PreconditionRequired, PreconditionFailed, StudentNumberInUse, CitizenIdInUse,
    ExamNumberInUse, NeedsPopulationChange, and Invalid for faults of the fields.
    """
    stored = await _locked(unit, caller, graduate_id)
    caller.must_be(*EDITORS)
    must_equal(expected, stored.version)
    before = opened_entry(cipher, stored)
    after = patched_entry(before, given, stored.cohort)
    await _require_units(unit, stored.school_code, given)
    # a graduate moved to another college would leave the officer's own scope
    if caller.role is Role.COLLEGE_OFFICER and after.college_code != before.college_code:
        raise UnknownUnit("college_code")
    return await _save(unit, caller, cipher, stored, before, after, "change")


async def move(
    unit: UnitOfWork, stored: StoredGraduate, *, status: Status, ground: str | None, since: date
) -> StoredGraduate:
    """Gives a locked graduate another status from a day on, or from that of a later event: what two people decided."""
    values = {"status": status.value, "exclusion_ground": ground, "code_lists_version": CodeLists.load().version}
    saved = await roster.save(unit.connection, stored.id, values, since)
    await _record(unit, saved, stored.status, ("status",), "population_change")
    return saved


async def _locked(unit: UnitOfWork, caller: Principal, graduate_id: GraduateId) -> StoredGraduate:
    """The graduate in scope, locked after the roster it belongs to: an import locks in this order, too."""
    scope = caller.row_scope()
    found = await roster.get(unit.connection, scope, graduate_id)
    await locks.share_roster(unit.connection, found.school_code, found.cohort)
    return await roster.get(unit.connection, scope, graduate_id, lock=True)


async def _save(
    unit: UnitOfWork,
    caller: Principal,
    cipher: FieldCipher,
    stored: StoredGraduate,
    before: Entry,
    after: Entry,
    act: str,
) -> StoredGraduate:
    """Stores what differs."""
    changed = changed_fields(before, after)
    values = sealed_values(cipher, stored.school_code, stored.id, {field: getattr(after, field) for field in changed})
    values |= {"code_lists_version": CodeLists.load().version}
    if "exam_number" in changed:
        # who gives a shared number up may not take it back
        values["shared_exam_number"] = None
    async with _numbers_taken(unit, caller, {**vars(stored), **values}, changed):
        saved = await roster.save(unit.connection, stored.id, values)
    await _record(unit, saved, stored.status, changed, act)
    return saved


async def _record(
    unit: UnitOfWork,
    stored: StoredGraduate,
    status_before: str | None,
    changed: tuple[str, ...],
    act: str,
) -> None:
    """Writes history, event and audit entry of a stored graduate."""
    facts: dict[str, Any] = {
        "changed_fields": list(changed),
        "action": act,
        "subject": unit.actor.subject,
        "role": unit.actor.role,
    }
    await roster.keep_version(unit.connection, stored, facts)
    await unit.announce(graduate_changed(stored, status_before, changed))
    detail = {"version": stored.version, "fields": list(changed)}
    await unit.audit(f"graduate.{act}", "graduate", stored.id, school_code=stored.school_code, detail=detail)


async def _require_units(unit: UnitOfWork, school_code: SchoolCode, given: Given) -> None:
    """Raises UnknownUnit for a given college, major or class that the school does not have."""
    for field, kind in (("college_code", Kind.COLLEGE), ("major_code", Kind.MAJOR), ("class_code", Kind.CLASS)):
        code = given.get(field)
        if code is not None and await organisation.find(unit.connection, Place(kind, school_code, code)) is None:
            raise UnknownUnit(field)


@asynccontextmanager
async def _numbers_taken(
    unit: UnitOfWork, caller: Principal, wanted: Mapping[str, Any], changed: Collection[str]
) -> AsyncIterator[None]:
    """Names the number that another graduate has; the student number first, whichever index noticed first."""
    try:
        # a savepoint, because a failed statement would end the transaction that is asked below
        async with unit.connection.savepoint():
            yield
    except asyncpg.UniqueViolationError as error:
        if await roster.number_is_taken(unit.connection, "student_number", wanted):
            raise StudentNumberInUse from None
        if error.constraint_name == _CITIZEN_ID:
            raise CitizenIdInUse from None
        if error.constraint_name != _EXAM_NUMBER:
            raise
        raise await _exam_number_in_use(unit, caller, wanted) from None
    # the index leaves out who shares a number since before they were unique
    if "exam_number" in changed and await roster.number_is_taken(unit.connection, "exam_number", wanted):
        raise await _exam_number_in_use(unit, caller, wanted)


async def _exam_number_in_use(unit: UnitOfWork, caller: Principal, wanted: Mapping[str, Any]) -> ExamNumberInUse:
    same = {name: wanted[name] for name in ("school_code", "cohort", "exam_number")}
    found = await roster.found_by_indexes(unit.connection, caller.row_scope(), same, names=(), limit=2)
    holders = [each.id for each in found if each.id != wanted["id"]]
    return ExamNumberInUse(graduate_id=holders[0]) if holders else ExamNumberInUse()
