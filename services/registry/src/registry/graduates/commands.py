"""Entering, changing and withdrawing one graduate."""

from collections.abc import Awaitable, Mapping
from dataclasses import replace
from typing import Any
from uuid import uuid4

from sqlalchemy.exc import IntegrityError

from common.auth import Owners, Principal, Role
from common.codes import CodeLists
from common.crypto import FieldCipher
from common.database import Database, UnitOfWork
from common.database.failures import constraint
from common.errors import Conflict, Invalid, Malformed, NotFound
from common.http import IfMatch, LazyBody, Once
from common.http.refusals import UnsupportedMediaType
from common.identifiers import Cohort, GraduateId, SchoolCode
from registry.graduates.announcements import graduate_changed
from registry.graduates.domain.checks import checked, require_consistent
from registry.graduates.domain.entry import Entry, StoredGraduate, changed_fields
from registry.graduates.domain.population import (
    first_day,
    leaves_population,
    status_after,
    status_of_level,
    withdrawal,
)
from registry.graduates.domain.refusals import CitizenIdInUse, StudentNumberInUse, UnknownUnit
from registry.graduates.storage import locks, roster
from registry.graduates.storage.sealing import opened_entry, sealed_values
from registry.graduates.wire import GraduatePatch, NewGraduate, Withdrawal
from registry.organisation import storage as organisation
from registry.organisation.domain import Kind, Place

EDITORS = (Role.ADMIN, Role.SCHOOL_OFFICER, Role.COLLEGE_OFFICER)
WITHDRAWERS = (Role.ADMIN, Role.SCHOOL_OFFICER)

_NUMBER = "uq_graduates_school_code_cohort_student_number"

_TAKEN: Mapping[str, type[Conflict]] = {
    _NUMBER: StudentNumberInUse,
    "uq_graduates_school_code_cohort_citizen_id_index": CitizenIdInUse,
}


class Graduates:
    """The acts on one graduate, with the key ring they need. Each is one transaction."""

    def __init__(self, database: Database, cipher: FieldCipher) -> None:
        self._database = database
        self._cipher = cipher

    async def create(self, caller: Principal, body: LazyBody[NewGraduate], once: Once) -> StoredGraduate:
        """Enters a graduate. The first version counts from the start of the cohort's season."""
        async with self._database.transaction(caller.actor) as unit:
            await once.claim(unit)
            new = await _permitted(unit, caller, body)
            given = checked(new.given(), new.cohort)
            given.setdefault("status", status_of_level(given.get("education_level_code")).value)
            entry = Entry(**given)
            require_consistent(entry)
            await locks.share_roster(unit.connection, new.school_code, new.cohort)
            await _require_units(unit, new.school_code, given)
            row = await self._add(unit, new.school_code, new.cohort, entry)
            await once.remember(unit, row.id, row.version, 201, f"/v1/graduates/{row.id}")
            await unit.commit()
            return row

    async def change(
        self, caller: Principal, graduate_id: GraduateId, if_match: IfMatch, body: LazyBody[GraduatePatch]
    ) -> StoredGraduate:
        """Changes the fields that the patch names; the status follows the level until somebody decides another."""
        async with self._database.transaction(caller.actor) as unit:
            row = await self._locked(unit, caller, graduate_id)
            before = opened_entry(self._cipher, row)
            caller.must_be(*_changers(before, body, row.cohort))
            if_match.must_equal(row.version)
            after = _patched(before, body, row.cohort)
            require_consistent(after)
            await _require_units(unit, row.school_code, body.parse().given())
            _require_scope(caller, row, after)
            stored = await self._save(unit, row, before, after, "change")
            await unit.commit()
            return stored

    async def withdraw(
        self, caller: Principal, graduate_id: GraduateId, if_match: IfMatch, body: LazyBody[Withdrawal], once: Once
    ) -> StoredGraduate:
        """Takes a graduate out of the population from today, with a reason that only the school reads."""
        async with self._database.transaction(caller.actor) as unit:
            await once.claim(unit)
            row = await self._locked(unit, caller, graduate_id)
            caller.must_be(*WITHDRAWERS)
            if_match.must_equal(row.version)
            withdrawal(row.status, "")
            reason = body.parse().reason
            before = opened_entry(self._cipher, row)
            after = replace(before, status=withdrawal(row.status, reason).value)
            stored = await self._save(unit, row, before, after, "withdraw", reason)
            await once.remember(unit, graduate_id, stored.version)
            await unit.commit()
            return stored

    async def _locked(self, unit: UnitOfWork, caller: Principal, graduate_id: GraduateId) -> StoredGraduate:
        """The row in scope, with its cohort's roster kept free of imports; the roster is locked before the row."""
        scope = caller.row_scope()
        row = await roster.get(unit.connection, scope, graduate_id)
        await locks.share_roster(unit.connection, row.school_code, row.cohort)
        return await roster.get(unit.connection, scope, graduate_id, lock=True)

    async def _add(self, unit: UnitOfWork, school_code: SchoolCode, cohort: Cohort, entry: Entry) -> StoredGraduate:
        graduate_id = GraduateId(uuid4())
        values = {
            "id": graduate_id,
            "school_code": school_code,
            "cohort": cohort,
            **sealed_values(self._cipher, school_code, graduate_id, vars(entry)),
            "version": 1,
            "sequence": 1,
            "decided_on": first_day(cohort),
            "code_lists_version": CodeLists.load().version,
        }
        row = await _written(unit, values, roster.add(unit.connection, values))
        await _record(unit, row, None, changed_fields(None, entry), "create")
        return row

    async def _save(
        self, unit: UnitOfWork, row: StoredGraduate, before: Entry, after: Entry, act: str, reason: str | None = None
    ) -> StoredGraduate:
        changed = changed_fields(before, after)
        values = sealed_values(
            self._cipher, row.school_code, row.id, {field: getattr(after, field) for field in changed}
        )
        values |= {"code_lists_version": CodeLists.load().version}
        stored = await _written(unit, {**vars(row), **values}, roster.save(unit.connection, row.id, values))
        sealed_reason = reason and self._cipher.encrypt("reason", row.id, reason)
        await _record(unit, stored, row.status, changed, act, sealed_reason)
        return stored


async def _record(
    unit: UnitOfWork,
    row: StoredGraduate,
    status_before: str | None,
    changed: tuple[str, ...],
    act: str,
    reason: bytes | str | None = None,
) -> None:
    """History, event and audit entry of a stored row."""
    facts: dict[str, Any] = {
        "changed_fields": list(changed),
        "action": act,
        "subject": unit.actor.subject,
        "role": unit.actor.role,
        "reason_cipher": reason,
    }
    await roster.keep_version(unit.connection, row, facts)
    await unit.announce(graduate_changed(row, status_before, changed))
    detail = {"version": row.version, "fields": list(changed)}
    await unit.audit(f"graduate.{act}", "graduate", row.id, school_code=row.school_code, detail=detail)


def _patched(before: Entry, body: LazyBody[GraduatePatch], cohort: Cohort) -> Entry:
    """The entry after a patch; the status follows the level unless the patch decides it."""
    given = checked(body.parse().given(), cohort)
    after = replace(before, **given)
    return after if "status" in given else replace(after, status=status_after(before, after.education_level_code))


def _changers(before: Entry, body: LazyBody[GraduatePatch], cohort: Cohort) -> tuple[Role, ...]:
    """Who may make the change: one by which a graduate leaves the population is a withdrawal."""
    try:
        after = _patched(before, body, cohort)
    except (Invalid, Malformed, UnsupportedMediaType):
        return EDITORS  # a faulty body is refused in its turn, after 428 and 412
    return WITHDRAWERS if leaves_population(before.status, after.status) else EDITORS


async def _permitted(unit: UnitOfWork, caller: Principal, body: LazyBody[NewGraduate]) -> NewGraduate:
    """What the body says; NotFound for a school out of scope comes first, then Forbidden, then a faulty body."""
    try:
        new = body.parse()
    except (Invalid, Malformed, UnsupportedMediaType):
        caller.must_be(*EDITORS)
        raise
    province = await organisation.require_school(unit.connection, caller, new.school_code)
    caller.must_be(*EDITORS)
    if not caller.sees_row(
        Owners(
            school_code=new.school_code,
            college_code=new.college_code,
            class_code=new.class_code,
            province_code=province,
        )
    ):
        raise NotFound
    return new


async def _require_units(unit: UnitOfWork, school_code: SchoolCode, given: Mapping[str, Any]) -> None:
    for field, kind in (("college_code", Kind.COLLEGE), ("major_code", Kind.MAJOR), ("class_code", Kind.CLASS)):
        code = given.get(field)
        if code is not None and await organisation.find(unit.connection, Place(kind, school_code, code)) is None:
            raise UnknownUnit(field)


def _require_scope(caller: Principal, row: StoredGraduate, after: Entry) -> None:
    """Nobody may move a graduate out of the own scope: a college officer would lose, or gain, a foreign row."""
    if caller.role is Role.COLLEGE_OFFICER and after.college_code != row.college_code:
        raise UnknownUnit("college_code")


async def _written(unit: UnitOfWork, wanted: Mapping[str, Any], writing: Awaitable[StoredGraduate]) -> StoredGraduate:
    """The row as it was stored. Where the number is taken, that is the reason, whichever index noticed first."""
    try:
        async with unit.connection.begin_nested():
            return await writing
    except IntegrityError as error:
        number_taken = await roster.number_is_taken(unit.connection, wanted)
        refusal = _TAKEN.get(_NUMBER if number_taken else constraint(error) or "")
        raise (refusal() if refusal else error) from None
