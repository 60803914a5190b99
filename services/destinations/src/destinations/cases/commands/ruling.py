"""Rules of signals: what they find, round by round, and the thresholds that a school sets."""

from collections.abc import Mapping, Sequence
from itertools import groupby
from operator import itemgetter

from sqlalchemy import TextClause

from common.auth import Owners, Principal, Role
from common.database import UnitOfWork
from common.errors import ExpectedVersion, FieldProblem, Message, NotFound, PreconditionFailed, must_equal
from common.identifiers import SchoolCode
from common.sql import Connection
from destinations.cases import storage
from destinations.cases.domain import (
    CaseId,
    NoThreshold,
    Rule,
    SchoolRule,
    Threshold,
    ThresholdRefused,
    rule_data,
)
from destinations.roster import storage as roster

READERS = frozenset({Role.COLLEGE_OFFICER, Role.SCHOOL_OFFICER, Role.PROVINCIAL_OFFICER, Role.AUDITOR})
"""Who reads the rules of a school."""


async def sweep(unit: UnitOfWork, *, rule: Rule, statement: TextClause) -> int:
    """Opens and clears the cases of a rule over committed rows; how many those were. Raises Overtaken."""
    swept = await storage.sweep(unit.connection, rule, statement, rule_data()[rule].threshold)
    await _audit(unit, "case.open", swept.opened)
    await _audit(unit, "case.clear", swept.cleared)
    return len(swept.opened) + len(swept.cleared)


async def clear_evidence(unit: UnitOfWork) -> int:
    """Clears signals about evidence that was deleted, rejected or outdated; how many."""
    swept = await storage.clear_evidence(unit.connection)
    await _audit(unit, "case.clear", swept.cleared)
    return len(swept.cleared)


async def rules(connection: Connection, caller: Principal, school_code: SchoolCode) -> Sequence[SchoolRule]:
    """The rules as they hold for a school; raises NotFound for one out of scope, Forbidden."""
    if not await _sees(connection, caller, school_code):
        raise NotFound
    caller.must_be_in(READERS)
    own = await storage.thresholds_of(connection, school_code)
    return [_of(rule, own) for rule in rule_data()]


async def set_threshold(
    unit: UnitOfWork,
    *,
    caller: Principal,
    rule: Rule,
    school_code: SchoolCode,
    expected: ExpectedVersion,
    threshold: int,
) -> SchoolRule:
    """Sets the threshold of a rule for the own school.

    Raises NotFound, Forbidden, PreconditionRequired, PreconditionFailed, NoThreshold, ThresholdRefused.
    """
    if not await _sees(unit.connection, caller, school_code):
        raise NotFound
    caller.must_be(Role.SCHOOL_OFFICER)
    before = _of(rule, await storage.thresholds_of(unit.connection, school_code))
    must_equal(expected, before.version)
    if before.data.most is None:
        raise NoThreshold([FieldProblem("/threshold", NoThreshold.code, NoThreshold.title)])
    if threshold > before.data.most:
        most = before.data.most
        message = Message(f"应为 1 至 {most} 的整数", f"Must be a whole number from 1 to {most}")
        raise ThresholdRefused([FieldProblem("/threshold", ThresholdRefused.code, message)])
    written = await storage.set_threshold(unit.connection, school_code, rule, before.version, threshold, unit.actor)
    if written is None:
        raise PreconditionFailed(before.version)
    detail = {"threshold": threshold, "version": written.version}
    await unit.audit("signal_rule.set", "signal_rule", f"{school_code}/{rule}", school_code=school_code, detail=detail)
    return _of(rule, {rule: written})


def _of(rule: Rule, own: Mapping[Rule, Threshold]) -> SchoolRule:
    data, kept = rule_data()[rule], own.get(rule)
    return SchoolRule(data, kept.threshold if kept else data.threshold, kept.version if kept else 0)


async def _sees(connection: Connection, caller: Principal, school_code: SchoolCode) -> bool:
    if caller.role is Role.AUDITOR:
        return caller.record_scope().allows(Owners(school_code=school_code))
    return caller.sees_school(school_code, await roster.province_of(connection, school_code))


async def _audit(unit: UnitOfWork, action: str, cases: Sequence[tuple[CaseId, SchoolCode]]) -> None:
    for school_code, found in groupby(sorted(cases, key=itemgetter(1)), key=itemgetter(1)):
        await unit.audit_all(action, "case", [f"{case_id}" for case_id, _ in found], school_code=school_code)
