"""Whose figures are asked for: scope, cohort, groupings and filters; and who may ask for them."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from uuid import UUID

from common.auth import Principal, Role
from common.errors import BadQuery, FieldProblem, Message, NotFound
from common.identifiers import Cohort
from indicators.schemes.groupings import DIMENSIONS, Dimension, Filter, filter_of

READERS = frozenset(
    {
        Role.COUNSELLOR,
        Role.COLLEGE_OFFICER,
        Role.SCHOOL_OFFICER,
        Role.PROVINCIAL_OFFICER,
        Role.MINISTRY,
        Role.SURVEY_MANAGER,
        Role.INTEGRATOR,
        Role.SYSTEM,
        Role.ADMIN,
        Role.AUDITOR,
    }
)
"""Roles that may read figures at all, each within its scope."""

NATION = "CN"

_ONE_SCOPE = Message("须且只能给出 school、province、nation 之一", "Give exactly one of school, province and nation")
_UNKNOWN = Message(f"可用的维度为 {' '.join(DIMENSIONS)}；未知：", f"There are {' '.join(DIMENSIONS)}; unknown: ")
_REPEATED_DIMENSION = Message("分组维度重复", "The dimension is given twice")


class Level(StrEnum):
    """How wide a scope is."""

    SCHOOL = "school"
    PROVINCE = "province"
    NATION = "nation"


@dataclass(frozen=True)
class Scope:
    """One school, one province, or the nation."""

    level: Level
    code: str


@dataclass(frozen=True)
class Frozen:
    """Snapshots that figures are of, one a school; `schools`, of a wider scope: how many have one, and could."""

    ids: tuple[UUID, ...]
    as_of: date
    watermark: datetime | None
    schools: tuple[int, int] | None


@dataclass(frozen=True)
class Selection:
    """The graduates whose figures are asked for, and how they are grouped; `frozen` as in snapshots, else live."""

    scope: Scope
    cohort: Cohort
    by: tuple[str, ...] = ()
    filters: Mapping[str, str] = field(default_factory=dict)
    frozen: Frozen | None = None

    @property
    def frozen_on(self) -> date | None:
        """The day that is frozen; none of live figures."""
        return None if self.frozen is None else self.frozen.as_of

    @property
    def columns(self) -> tuple[str, ...]:
        """The groupings as expressions over a span, in their order."""
        return tuple(DIMENSIONS[dimension].sql for dimension in self.by)

    @property
    def dimensions(self) -> tuple[Dimension, ...]:
        """All that it groups and filters by."""
        return tuple(DIMENSIONS[dimension] for dimension in (*self.by, *self.filters))

    @property
    def conditions(self) -> tuple[Filter, ...]:
        """What the filters keep."""
        return tuple(filter_of(dimension, value) for dimension, value in self.filters.items())


@dataclass(frozen=True)
class Graduates:
    """The same without a cohort."""

    scope: Scope
    by: tuple[str, ...] = ()
    filters: Mapping[str, str] = field(default_factory=dict)

    def of(self, cohort: Cohort) -> Selection:
        """Those of a cohort."""
        return Selection(self.scope, cohort, self.by, self.filters)


@dataclass(frozen=True)
class Moment:
    """The day asked for, and whether today's cells answer it."""

    as_of: date
    live: bool


def scope_of(school: str | None, province: str | None, nation: str | None) -> Scope:
    """The one scope that was given; raises BadQuery for none and for several."""
    given = [
        Scope(level, code)
        for level, code in ((Level.SCHOOL, school), (Level.PROVINCE, province), (Level.NATION, nation))
        if code is not None
    ]
    if len(given) != 1:
        names = [scope.level.value for scope in given] or ["school"]
        raise BadQuery([FieldProblem(name, "exactly_one_scope", _ONE_SCOPE) for name in names])
    return given[0]


def dimensions_of(by: str | None) -> tuple[str, ...]:
    """Groupings out of `by=college,major`; raises BadQuery for an unknown or repeated one."""
    names = tuple(by.split(",")) if by is not None else ()
    problems = list(_dimension_problems(names))
    if problems:
        raise BadQuery(problems)
    return names


def _dimension_problems(names: tuple[str, ...]) -> Iterable[FieldProblem]:
    for index, name in enumerate(names):
        if name not in DIMENSIONS:
            yield FieldProblem(
                "by", "unknown_dimension", Message(f"{_UNKNOWN.zh}{name[:40]}", f"{_UNKNOWN.en}{name[:40]}")
            )
        elif name in names[:index]:
            yield FieldProblem("by", "repeated_dimension", _REPEATED_DIMENSION)


def require_readable(principal: Principal, selection: Selection, province_code: str | None) -> None:
    """Raises NotFound for figures wider than the caller's scope, then Forbidden for a role that reads none."""
    if not _in_scope(principal, selection, province_code):
        raise NotFound
    principal.must_be_in(READERS)


def _in_scope(principal: Principal, selection: Selection, province_code: str | None) -> bool:
    match selection.scope.level:
        case Level.NATION:
            return _sees_everything(principal)
        case Level.PROVINCE:
            own = principal.role is Role.PROVINCIAL_OFFICER and principal.province_code == selection.scope.code
            return own or _sees_everything(principal)
        case Level.SCHOOL:
            sees_school = principal.sees_school(selection.scope.code, province_code)
            return _sees_everything(principal) or (sees_school and _within_school(principal, selection.filters))


def _sees_everything(principal: Principal) -> bool:
    unlimited = principal.role in {Role.INTEGRATOR, Role.AUDITOR} and principal.school_code is None
    return unlimited or principal.role in {Role.MINISTRY, Role.SYSTEM, Role.ADMIN}


def _within_school(principal: Principal, filters: Mapping[str, str]) -> bool:
    if principal.role is Role.COLLEGE_OFFICER:
        return principal.college_code is not None and filters.get("college") == principal.college_code
    if principal.role is Role.COUNSELLOR:
        # a class lies in one college, so its figures are asked for without naming that
        in_college = principal.college_code in {None, filters.get("college", principal.college_code)}
        return in_college and filters.get("class") in principal.class_codes
    return True
