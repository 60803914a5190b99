"""Entering and changing one graduate."""

from collections.abc import AsyncIterator, Collection, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import date
from typing import Any
from uuid import UUID, uuid4

import asyncpg

from common.approvals.domain import must_not_identify
from common.auth import EVERYTHING, Owners, Principal, Role
from common.contracts import ChangeToken, OutgoingEvent
from common.crypto import FieldCipher
from common.database import UnitOfWork
from common.errors import Conflict, ExpectedVersion, NotFound, must_equal
from common.identifiers import Cohort, GraduateId, SchoolCode
from registry.graduates.announcements import graduate_changed, graduate_erased, is_announced, moves_day
from registry.graduates.domain.checks import new_entry, patched_entry
from registry.graduates.domain.editing import LOCKED, must_be_changeable, must_be_reasoned
from registry.graduates.domain.entry import Entry, Given, Source, Status, StoredGraduate, changed_fields
from registry.graduates.domain.notices import Notice
from registry.graduates.domain.refusals import (
    CitizenIdInUse,
    ExamNumberInUse,
    StudentNumberInUse,
    UnknownUnit,
    must_not_be_erased,
)
from registry.graduates.domain.self_check import SelfCheck, must_be_newest
from registry.graduates.storage import roster, self_checks, versions
from registry.graduates.storage.continuing import continued_by
from registry.graduates.storage.erased_numbers import must_not_return
from registry.graduates.storage.erasing import erase
from registry.graduates.storage.notices import notify
from registry.graduates.storage.sealing import number_indexes
from registry.graduates.storage.versions import Act
from registry.organisation import storage as organisation
from registry.organisation.domain import Kind, Place

ENTERERS = frozenset({Role.ADMIN, Role.SCHOOL_OFFICER, Role.COLLEGE_OFFICER})

STATUS = "status"

_IN_USE: Mapping[str, type[Conflict]] = {
    "student_number": StudentNumberInUse,
    "citizen_id": CitizenIdInUse,
    "exam_number": ExamNumberInUse,
}

_EXAM_NUMBER = "uq_graduates_exam_number_index"
_CITIZEN_ID = "uq_graduates_school_code_cohort_citizen_id_index"


@dataclass(frozen=True)
class ChangedGraduate:
    """A graduate after a change, and the event that announces it: none where no event would show what changed."""

    stored: StoredGraduate
    change_token: ChangeToken | None


async def create(
    unit: UnitOfWork, *, caller: Principal, cipher: FieldCipher, school_code: SchoolCode, cohort: Cohort, given: Given
) -> StoredGraduate:
    """Enters a graduate with the given fields. The first version counts from the start of the cohort's season.

    Raises NotFound for a school or a unit out of scope, Forbidden, Invalid for faults of the fields,
    StudentNumberInUse, CitizenIdInUse, ExamNumberInUse, ErasedPerson for a number that was an erased person's.
    """
    # a foreign school is missing before the role is looked at, a foreign college or class only after
    province = await organisation.require_school(unit.connection, caller, school_code)
    caller.must_be_in(ENTERERS)
    owners: Owners[object] = Owners(
        school_code=school_code,
        college_code=given.get("college_code"),
        class_code=given.get("class_code"),
        province_code=province,
    )
    if not caller.sees_row(owners):
        raise NotFound
    entry = new_entry(given, cohort)
    await _require_units(unit, school_code, given)
    graduate_id = GraduateId(uuid4())
    wanted = {"id": graduate_id, "school_code": school_code, "cohort": cohort, **vars(entry)}
    filled = changed_fields({}, vars(entry))
    act = Act("create", Source.OFFICER, unit.actor)
    continues = await continued_by(unit.connection, cipher, school_code, cohort, vars(entry))
    async with _numbers_taken(unit, caller, cipher, wanted, filled):
        stored = await versions.add(
            unit.connection, cipher, graduate_id, school_code, cohort, entry, act, continues=continues
        )
    await _record(unit, stored, None, filled, act)
    if continues is None:
        return stored
    # the caller may not see the earlier entry
    return await roster.get(unit.connection, cipher, caller.row_scope(), graduate_id)


async def change(
    unit: UnitOfWork,
    *,
    caller: Principal,
    cipher: FieldCipher,
    graduate_id: GraduateId,
    expected: ExpectedVersion,
    given: Given,
    reason: str | None = None,
) -> ChangedGraduate:
    """Changes the given fields. Where they say what is stored, nothing is: no version, no event, no audit entry.

    Raises NotFound, NotEditable, Forbidden, PreconditionRequired, PreconditionFailed, ErasedPerson,
    StudentNumberInUse, CitizenIdInUse, ExamNumberInUse, NeedsPopulationChange, ChangeReasonRequired, IdentifyingText,
    and Invalid for faults of the fields.
    """
    stored = await roster.get(unit.connection, cipher, caller.row_scope(), graduate_id, lock=True)
    must_be_changeable(caller.role, given)
    must_equal(expected, stored.version)
    must_not_be_erased(stored)
    if reason is not None:
        must_not_identify("/change_reason", reason)
    after = patched_entry(stored.entry, given, stored.cohort)
    await _require_units(unit, stored.school_code, given)
    source = Source.GRADUATE if caller.role is Role.GRADUATE else Source.OFFICER
    changed = await _save(unit, caller, cipher, stored, after, Act("change", source, unit.actor, reason=reason))
    # a number that is in use is said first: it is a conflict, and this is not
    must_be_reasoned(vars(stored.entry), vars(after), reason)
    return changed


async def corrected(
    unit: UnitOfWork, caller: Principal, cipher: FieldCipher, stored: StoredGraduate, given: Given
) -> Entry:
    """A graduate's entry with the given fields, which is not stored; raises what `correct` raises, ErasedPerson."""
    must_not_be_erased(stored)
    after = patched_entry(stored.entry, given, stored.cohort)
    await _require_units(unit, stored.school_code, given)
    wanted = {**vars(stored), **vars(after)}
    for field, in_use in _IN_USE.items():
        if wanted[field] and field in given and await versions.number_is_taken(unit.connection, cipher, field, wanted):
            raise await _exam_number_in_use(unit, caller, cipher, wanted) if in_use is ExamNumberInUse else in_use
    await must_not_return(unit.connection, cipher, wanted, changed_fields(vars(stored.entry), vars(after)))
    return after


async def correct(
    unit: UnitOfWork,
    caller: Principal,
    cipher: FieldCipher,
    stored: StoredGraduate,
    given: Given,
    *,
    basis: str | None,
) -> ChangedGraduate:
    """Changes the given fields of a locked graduate, as the graduate has asked and another person approved.

    Raises StudentNumberInUse, CitizenIdInUse, ExamNumberInUse, ErasedPerson, NeedsPopulationChange, and Invalid for
    faults of the fields.
    """
    after = await corrected(unit, caller, cipher, stored, given)
    act = Act("change", Source.CORRECTION, unit.actor, reason=basis)
    return await _save(unit, caller, cipher, stored, after, act)


async def confirm(
    unit: UnitOfWork, *, caller: Principal, cipher: FieldCipher, graduate_id: GraduateId, checked: int
) -> StoredGraduate:
    """Stores that the graduate has checked the newest version of the own entry, which stays as it is.

    Raises NotFound, Forbidden, ErasedPerson, and RosterChanged if the version that was checked is not the newest one.
    """
    stored = await roster.get(unit.connection, cipher, caller.row_scope(), graduate_id, lock=True)
    caller.must_be(Role.GRADUATE)
    must_not_be_erased(stored)
    must_be_newest(checked, stored.version, stored.self_check)
    await self_checks.confirm(unit.connection, stored.id)
    detail = {"version": stored.version}
    await unit.audit("graduate.self_check", "graduate", stored.id, school_code=stored.school_code, detail=detail)
    return replace(stored, self_check=SelfCheck.CONFIRMED)


async def erase_again(unit: UnitOfWork, graduate_ids: Sequence[str], *, cipher: FieldCipher) -> list[OutgoingEvent]:
    """Erases those who are known and not erased, as events say that were published beyond this database.

    Gives the events that announce it. Raises UndecryptableError, DataKeyGoneError.
    """
    announced = []
    for graduate_id in sorted(GraduateId(UUID(each)) for each in graduate_ids):
        try:
            stored = await roster.get(unit.connection, cipher, EVERYTHING, graduate_id, lock=True)
        except NotFound:
            # entered in the lost time, and so gone with it
            continue
        if stored.erased_at is None:
            event = graduate_erased(await erase(unit.connection, cipher, graduate_id, unit.actor))
            await unit.announce(event)
            await unit.audit("graduate.erase_again", "graduate", graduate_id, school_code=stored.school_code)
            announced.append(event)
    return announced


async def move_all(
    unit: UnitOfWork,
    cipher: FieldCipher,
    stored: Sequence[StoredGraduate],
    *,
    statuses: Sequence[Status],
    ground: str | None,
    since: date,
) -> list[StoredGraduate]:
    """Gives locked graduates of one school other statuses from a day on, what two people decided, in few statements.

    For a graduate with a later event it counts from that event's day.
    """
    act = Act("population_change", Source.POPULATION_CHANGE, unit.actor, since=since, exclusion_ground=ground)
    after = [replace(each.entry, status=status.value) for each, status in zip(stored, statuses, strict=True)]
    saved = await versions.save_all(unit.connection, cipher, list(zip(stored, after, strict=True)), act)
    before = [each.entry.status for each in stored]
    await unit.announce_all([graduate_changed(each, was, (STATUS,)) for each, was in zip(saved, before, strict=True)])
    details = [{"version": each.version, "fields": [STATUS]} for each in saved]
    ids = [str(each.id) for each in saved]
    await unit.audit_all(f"graduate.{act.action}", "graduate", ids, school_code=stored[0].school_code, details=details)
    return saved


async def _save(
    unit: UnitOfWork, caller: Principal, cipher: FieldCipher, stored: StoredGraduate, after: Entry, act: Act
) -> ChangedGraduate:
    """Stores what differs; where nothing does, the version stays."""
    changed = changed_fields(vars(stored.entry), vars(after))
    if not changed:
        return ChangedGraduate(stored, None)
    if not moves_day(changed):
        act = replace(act, since=stored.decided_on)
    wanted = {**vars(stored), **vars(after)}
    async with _numbers_taken(unit, caller, cipher, wanted, changed):
        saved = await versions.save(unit.connection, cipher, stored, after, act, published=is_announced(changed))
    if not set(LOCKED).isdisjoint(changed):
        await notify(unit.connection, saved.id, Notice.LOCKED_FIELD_CHANGED)
    return ChangedGraduate(saved, await _record(unit, saved, stored.entry.status, changed, act))


async def _record(
    unit: UnitOfWork, stored: StoredGraduate, status_before: str | None, changed: tuple[str, ...], act: Act
) -> ChangeToken | None:
    """Writes the audit entry of a stored graduate, and the event unless it would show nothing of what changed."""
    token = await unit.announce(graduate_changed(stored, status_before, changed)) if is_announced(changed) else None
    detail = {"version": stored.version, "fields": list(changed)}
    name = f"graduate.{act.action}"
    await unit.audit(name, "graduate", stored.id, school_code=stored.school_code, detail=detail)
    return token


async def _require_units(unit: UnitOfWork, school_code: SchoolCode, given: Given) -> None:
    """Raises UnknownUnit for a given college, major or class that the school does not have."""
    for field, kind in (("college_code", Kind.COLLEGE), ("major_code", Kind.MAJOR), ("class_code", Kind.CLASS)):
        code = given.get(field)
        if code is not None and await organisation.find(unit.connection, Place(kind, school_code, code)) is None:
            raise UnknownUnit(field)


@asynccontextmanager
async def _numbers_taken(
    unit: UnitOfWork, caller: Principal, cipher: FieldCipher, wanted: Mapping[str, Any], changed: Collection[str]
) -> AsyncIterator[None]:
    """Names the number that another graduate has; the student number first, whichever index noticed first.

    And refuses one that was an erased person's.
    """
    try:
        # a savepoint, because a failed statement would end the transaction that is asked below
        async with unit.connection.savepoint():
            yield
    except asyncpg.UniqueViolationError as error:
        if await versions.number_is_taken(unit.connection, cipher, "student_number", wanted):
            raise StudentNumberInUse from None
        if error.constraint_name == _CITIZEN_ID:
            raise CitizenIdInUse from None
        if error.constraint_name != _EXAM_NUMBER:
            raise
        raise await _exam_number_in_use(unit, caller, cipher, wanted) from None
    # the index leaves out who shares a number since before they were unique
    if "exam_number" in changed and await versions.number_is_taken(unit.connection, cipher, "exam_number", wanted):
        raise await _exam_number_in_use(unit, caller, cipher, wanted)
    # last: what waited for an erasure, or looked for a holder, got through because the number is erased
    await must_not_return(unit.connection, cipher, wanted, changed)


async def _exam_number_in_use(
    unit: UnitOfWork, caller: Principal, cipher: FieldCipher, wanted: Mapping[str, Any]
) -> ExamNumberInUse:
    same = {name: wanted[name] for name in ("school_code", "cohort")} | number_indexes(cipher, wanted, ("exam_number",))
    found = await roster.found_by_indexes(unit.connection, cipher, caller.row_scope(), same, names=(), limit=2)
    holders = [each.id for each in found if each.id != wanted["id"]]
    return ExamNumberInUse(graduate_id=holders[0]) if holders else ExamNumberInUse()
