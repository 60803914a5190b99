"""Checks of the fields that a request gives: the same rules as for a row of a spreadsheet, named by JSON pointer."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from decimal import Decimal
from typing import Any

from common.codes import CodeLists
from common.codes.rules import rule
from common.errors import FieldProblem, Invalid
from common.identifiers import Cohort
from registry.graduates.domain import identity
from registry.graduates.domain.cross_checks import said_by
from registry.graduates.domain.days import COMPARED, Days
from registry.graduates.domain.entry import CODE_LIST_OF, TEXTS, Entry, Given
from registry.graduates.domain.identity import RuleBroken
from registry.graduates.domain.population import moves_by_level, status_after, status_of_level
from registry.graduates.domain.refusals import BirthDateContradictsCitizenId, NeedsPopulationChange

_TENTH = Decimal("0.1")

REQUIRED = ("student_number", "name", "status")

_CHECKS: Mapping[str, Callable[[Any], Any]] = {
    "name": identity.name,
    "student_number": identity.student_number,
    "exam_number": identity.exam_number,
    "phone": identity.phone,
    "home_phone": identity.phone,
    "email": identity.email,
    **dict.fromkeys(TEXTS, identity.shown_text),
    "duration_years": lambda years: years.quantize(_TENTH),
}


def checked(given: Given, cohort: Cohort) -> dict[str, Any]:
    """The given fields as they are stored; raises Invalid with every problem found."""
    values: dict[str, Any] = {}
    problems: list[FieldProblem] = []
    for field, value in given.items():
        try:
            values[field] = _checked(field, value, cohort)
        except RuleBroken as broken:
            problems.append(rule(broken.rule).problem(f"/{field}"))
    if problems:
        raise Invalid(problems)
    return values


def new_entry(given: Given, cohort: Cohort) -> Entry:
    """The entry of a new graduate, whose status is what the education level says.

    Raises NeedsPopulationChange for another one, which takes two people, and Invalid.
    """
    by_level = status_of_level(given.get("education_level_code"))
    if given.get("status", by_level) != by_level:
        raise NeedsPopulationChange("status")
    return _consistent(Entry(**{**checked(given, cohort), "status": by_level.value}), given, cohort)


def patched_entry(before: Entry, given: Given, cohort: Cohort) -> Entry:
    """The entry after a patch; raises NeedsPopulationChange for a status, or a level that would move N, and Invalid."""
    if "status" in given:
        raise NeedsPopulationChange("status")
    level = given.get("education_level_code", before.education_level_code)
    if moves_by_level(vars(before), level):
        raise NeedsPopulationChange("education_level_code")
    after = replace(before, **{**checked(given, cohort), "status": status_after(vars(before), level)})
    return _consistent(after, given, cohort)


def _consistent(entry: Entry, given: Given, cohort: Cohort) -> Entry:
    """The entry, unless given fields, right by themselves, contradict each other or what is stored."""
    days = Days.of(cohort, **{field: getattr(entry, field) for field in COMPARED})
    broken = said_by(given, days.contradictions)
    problems = [rule(name).problem(f"/{field}") for field, name in broken]
    if any(name == BirthDateContradictsCitizenId.code for _, name in broken):
        raise BirthDateContradictsCitizenId(problems)
    if problems:
        raise Invalid(problems)
    return entry


def _checked(field: str, value: Any, cohort: Cohort) -> Any:
    if value is None:
        if field in REQUIRED:
            raise RuleBroken("required")
        return None
    if field in CODE_LIST_OF and value not in CodeLists.load().get(CODE_LIST_OF[field]):
        raise RuleBroken("unknown_code")
    # the only check that looks at the cohort: no graduate is born after it
    if field == "citizen_id":
        return identity.citizen_id(value, cohort)
    check = _CHECKS.get(field)
    return check(value) if check else value
