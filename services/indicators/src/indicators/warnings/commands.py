"""Putting rules in force, scoring the majors of a cohort, reviewing what is warned of; who may do what."""

from collections.abc import Container, Mapping
from fractions import Fraction
from hashlib import sha256
from typing import Any
from uuid import UUID

from common.approvals.domain import must_not_identify
from common.auth import EVERYTHING, Owners, Principal, Role, RowScope
from common.canonical import canonical
from common.crypto import FieldCipher
from common.database import UnitOfWork, new_id
from common.errors import ExpectedVersion, NotFound, must_equal
from common.identifiers import Cohort, SchoolCode
from common.rounding import percentage
from common.sql import Connection
from indicators.warnings import storage
from indicators.warnings.domain.scoring import DEFAULT, Found, Rule, Standing, found_of
from indicators.warnings.domain.warnings import (
    DEFAULT_RULE,
    MajorWarning,
    RuleId,
    SnapshotsMissing,
    WarningId,
    WarningOutcome,
    WarningRule,
    must_add_up,
    must_be_closed_by_another,
    must_be_draft,
    must_be_suggested,
)

OFFICERS = frozenset({Role.SCHOOL_OFFICER})
READERS = OFFICERS | {Role.COLLEGE_OFFICER, Role.AUDITOR}
READ_RULES = OFFICERS | {Role.AUDITOR}


def scope_of(caller: Principal, roles: Container[Role]) -> RowScope:
    """What of the school the caller reads: of a college its own majors; raises Forbidden for another role."""
    caller.must_be_in(roles)
    if caller.school_code is None:
        return EVERYTHING if caller.role is Role.AUDITOR else RowScope()
    school = frozenset({caller.school_code})
    if caller.role is not Role.COLLEGE_OFFICER:
        return RowScope(Owners(school_code=school))
    college = caller.college_code
    return RowScope(Owners(school_code=school, college_code=frozenset({college}))) if college else RowScope()


async def find_rule(connection: Connection, caller: Principal, rule_id: RuleId) -> WarningRule:
    """A rule that the caller sees; raises NotFound, Forbidden."""
    return await storage.find_rule(connection, scope_of(caller, READ_RULES), rule_id)


async def draft(unit: UnitOfWork, *, caller: Principal, school_code: SchoolCode, rule: Rule) -> WarningRule:
    """Drafts a rule of a school; raises NotFound, Forbidden or WeightsRefused."""
    _must_be_of(caller, school_code)
    must_add_up(rule)
    rule_id = await storage.add_rule(unit.connection, school_code, rule, unit.actor)
    await unit.audit("warning_rule.draft", "warning_rule", rule_id, school_code=school_code)
    return await find_rule(unit.connection, caller, rule_id)


async def approve(unit: UnitOfWork, *, caller: Principal, rule_id: RuleId, expected: ExpectedVersion) -> WarningRule:
    """Puts a draft of another person in force.

    Raises NotFound, Forbidden, PreconditionRequired, PreconditionFailed, TransitionNotAllowed or SameReviewer.
    """
    drafted = await find_rule(unit.connection, caller, rule_id)  # NotFound without waiting for the lock
    caller.must_be_in(OFFICERS)
    await storage.lock_rules(unit.connection, drafted.school_code)
    rule = await find_rule(unit.connection, caller, rule_id)
    must_equal(expected, rule.version)
    must_be_draft(rule, caller.subject)
    await storage.put_in_force(unit.connection, rule, unit.actor)
    await unit.audit("warning_rule.approve", "warning_rule", rule_id, school_code=rule.school_code)
    return await find_rule(unit.connection, caller, rule_id)


async def must_be_runnable(connection: Connection, caller: Principal, school_code: SchoolCode, cohort: Cohort) -> None:
    """Raises NotFound, Forbidden or SnapshotsMissing."""
    _must_be_of(caller, school_code)
    missing = storage.missing_years(await storage.frozen_years(connection, school_code, cohort), cohort)
    if missing:
        raise SnapshotsMissing(missing)


async def run(unit: UnitOfWork, *, school_code: SchoolCode, cohort: Cohort) -> Mapping[str, int]:
    """Scores the majors of a cohort and keeps what was found; how many were scored, warned of and exempt."""
    await storage.in_turn(unit.connection, school_code, cohort)
    frozen = await storage.frozen_years(unit.connection, school_code, cohort)
    missing = storage.missing_years(frozen, cohort)
    if missing:
        raise SnapshotsMissing(missing)
    inputs = await storage.inputs_of(unit.connection, school_code, frozen)
    own = await storage.rule_in_force(unit.connection, school_code)
    rule: Rule = own or DEFAULT
    found = found_of(inputs.cohorts, inputs.predecessors, rule)
    said = {"id": f"{own.id}" if own else DEFAULT_RULE} | {
        name: getattr(rule, name) for name in ("weights", "min_base", "min_majors", "share")
    }
    sources = {"cohorts": list(inputs.sources), "rule": said}
    run_id = await new_id(unit.connection)
    digest = sha256(canonical(sources)).digest()
    await storage.add_run(unit.connection, run_id, school_code, cohort, said, sources, digest)
    kept = [_kept(each, list(frozen), inputs.colleges) for each in found]
    await storage.keep(unit.connection, run_id, school_code, cohort, kept)
    counted = {
        "majors": len(found),
        "warned": sum(each.warned for each in found),
        "exempt": sum(each.exempt is not None for each in found),
    }
    await unit.audit(
        "warning.run", "warning_run", run_id, school_code=school_code, detail={"cohort": cohort, **counted}
    )
    return counted


async def find(connection: Connection, cipher: FieldCipher, caller: Principal, warning_id: WarningId) -> MajorWarning:
    """A warning that the caller sees; raises NotFound, Forbidden."""
    return await storage.find(connection, cipher, scope_of(caller, READERS), warning_id)


async def page(
    connection: Connection,
    cipher: FieldCipher,
    caller: Principal,
    filters: storage.Filters,
    after: UUID | None,
    limit: int,
) -> list[MajorWarning]:
    """A page of the warnings that the caller sees."""
    return await storage.page(connection, cipher, scope_of(caller, READERS), filters, after, limit)


async def open_review(
    unit: UnitOfWork, *, caller: Principal, cipher: FieldCipher, warning_id: WarningId, expected: ExpectedVersion
) -> MajorWarning:
    """Opens the review of what is suggested.

    Raises NotFound, Forbidden, PreconditionRequired, PreconditionFailed or TransitionNotAllowed.
    """
    warning = await _locked(unit, caller, cipher, warning_id, expected)
    must_be_suggested(warning)
    await storage.open_review(unit.connection, warning_id, unit.actor)
    return await _recorded(unit, caller, cipher, warning, "open_review")


async def close(
    unit: UnitOfWork,
    *,
    caller: Principal,
    cipher: FieldCipher,
    warning_id: WarningId,
    expected: ExpectedVersion,
    outcome: WarningOutcome,
    note: str,
) -> MajorWarning:
    """Closes a review that another person has opened.

    Raises what `open_review` raises, SameReviewer or IdentifyingText.
    """
    warning = await _locked(unit, caller, cipher, warning_id, expected)
    must_be_closed_by_another(warning, caller.subject)
    must_not_identify("/note", note)
    await storage.close(unit.connection, cipher, warning_id, outcome, note, unit.actor)
    return await _recorded(unit, caller, cipher, warning, "close")


async def _locked(
    unit: UnitOfWork, caller: Principal, cipher: FieldCipher, warning_id: WarningId, expected: ExpectedVersion
) -> MajorWarning:
    await find(unit.connection, cipher, caller, warning_id)  # NotFound without waiting for the lock
    caller.must_be_in(OFFICERS)
    await storage.lock(unit.connection, warning_id)
    warning = await find(unit.connection, cipher, caller, warning_id)
    must_equal(expected, warning.version)
    return warning


async def _recorded(
    unit: UnitOfWork, caller: Principal, cipher: FieldCipher, warning: MajorWarning, action: str
) -> MajorWarning:
    await unit.audit(f"warning.{action}", "warning", warning.id, school_code=warning.school_code)
    return await find(unit.connection, cipher, caller, warning.id)


def _must_be_of(caller: Principal, school_code: SchoolCode) -> None:
    """Raises Forbidden, then NotFound for another school than the caller's."""
    caller.must_be_in(OFFICERS)
    if not caller.sees_school(school_code):
        raise NotFound


def _kept(found: Found, cohorts: list[int], colleges: Mapping[str, str | None]) -> dict[str, Any]:
    said = [{"cohort": cohort, **_said(each)} for cohort, each in zip(sorted(cohorts), found.cohorts, strict=True)]
    content = {"cohorts": said, "exempt": found.exempt and found.exempt.value}
    return {
        "level": found.level,
        "major": found.major,
        "college": colleges.get(found.major),
        "content": content,
        "warned": found.warned,
    }


def _said(standing: Standing) -> dict[str, Any]:
    return {
        "base": standing.base,
        "components": {name: _two_places(value) for name, value in standing.components.items()},
        "score": None if standing.score is None else _two_places(standing.score),
        "standing": standing.standing,
        "of": standing.of,
        "flagged": standing.flagged,
    }


def _two_places(value: Fraction) -> str:
    return percentage(value.numerator, 100 * value.denominator) or ""
