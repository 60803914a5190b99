"""Who acts, in which role, and which rows that role may see."""

from collections.abc import Collection, Container, Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache
from uuid import UUID

from common.auth.owners import EVERYTHING, Owners, RowScope
from common.errors import Forbidden, Message, NotFound


class Role(StrEnum):
    """Roles of the access model. Each needs the part of the row scope that its meaning names."""

    GRADUATE = "graduate"
    COUNSELLOR = "counsellor"
    COLLEGE_OFFICER = "college_officer"
    SCHOOL_OFFICER = "school_officer"
    PROVINCIAL_OFFICER = "provincial_officer"
    MINISTRY = "ministry"
    EMPLOYER = "employer"
    OFFICE = "office"
    SURVEY_MANAGER = "survey_manager"
    INTERVIEWER = "interviewer"
    INTEGRATOR = "integrator"
    AUDITOR = "auditor"
    SYSTEM = "system"
    ADMIN = "admin"


UNRESTRICTED = frozenset({Role.ADMIN, Role.SYSTEM})
"""Roles that see every row."""


@dataclass(frozen=True)
class Actor:
    """Who an act is recorded for, without what it may see."""

    subject: str
    role: str


class ScopeMissing(Forbidden):
    """The token lacks the OAuth scope that the act asks for beside the role."""

    code = "scope_missing"
    title = Message("访问令牌缺少所需的权限范围", "The token lacks a scope that is needed here")

    def __init__(self, scope: str) -> None:
        super().__init__(Message(f"访问令牌缺少权限范围 {scope}", f"The token lacks the scope {scope}"))


SYSTEM = Actor("system", Role.SYSTEM.value)
"""Actor of consumers and scheduled work."""


@dataclass(frozen=True)
class Principal:
    """The caller as its token describes it. A claim that the role needs and lacks means: sees nothing.

    `scopes` are the OAuth scopes of the token; they are asked for only where a contract names one.
    """

    subject: str
    role: Role
    scopes: frozenset[str] = frozenset()
    school_code: str | None = None
    college_code: str | None = None
    class_codes: frozenset[str] = frozenset()
    graduate_id: UUID | None = None
    employer_id: UUID | None = None
    office_id: str | None = None
    province_code: str | None = None

    @property
    def actor(self) -> Actor:
        """The caller as history and audit name it."""
        return Actor(self.subject, self.role.value)

    def must_be(self, *roles: Role) -> None:
        """Refuses the act to every other role; call it after the row was found in scope (404 comes before 403)."""
        self.must_be_in(roles)

    def must_be_in(self, roles: Container[Role]) -> None:
        """The same for a set of roles."""
        if self.role not in roles:
            raise Forbidden

    def own_college(self) -> str | None:
        """The college that an officer of one is cut to, None of every other role; raises NotFound if it is lacking."""
        if self.role is not Role.COLLEGE_OFFICER:
            return None
        if self.college_code is None:
            raise NotFound
        return self.college_code

    def must_hold(self, scope: str) -> None:
        """Refuses the act to a token without this OAuth scope; raises ScopeMissing."""
        if scope not in self.scopes:
            raise ScopeMissing(scope)

    @lru_cache(maxsize=4096)  # noqa: B019 - callers are values: those with equal claims share their scope
    def row_scope(self) -> RowScope:
        """The rows of persons that this caller sees: none for roles that work with figures, cases or settings only."""
        if self.role in UNRESTRICTED:
            return EVERYTHING
        claims = {part: self._claimed(part) for part in _NEEDED.get(self.role, ())}
        if not all(claims.values()):
            return RowScope()
        narrower = {part: claimed for part in _NARROWING.get(self.role, ()) if (claimed := self._claimed(part))}
        return RowScope(Owners(**claims, **narrower))

    def record_scope(self) -> RowScope:
        """The rows about acts on persons (requests, accesses) that this caller sees: those of the persons in its scope.

        An auditor, who sees no other row of a person, sees those of the school that the token names, or all.
        """
        if self.role is not Role.AUDITOR:
            return self.row_scope()
        school = self._claimed("school_code")
        return RowScope(Owners(school_code=school)) if school else EVERYTHING

    def sees_row(self, owners: Owners[object]) -> bool:
        """True if a row of these owners is in the caller's scope."""
        return self.row_scope().allows(owners)

    def sees_school(self, school_code: str, province_code: str | None = None) -> bool:
        """True if the school as a whole (its units, its figures) is in the caller's scope.

        A provincial officer needs the school's province to be passed. Ministry and integrator see every school,
        an integrator whose contract names one school only that one.
        """
        if self.role in UNRESTRICTED or self.role is Role.MINISTRY:
            return True
        if self.role is Role.PROVINCIAL_OFFICER:
            return self.province_code is not None and self.province_code == province_code
        if self.role is Role.INTEGRATOR:
            return self.school_code in {None, school_code}
        return self.school_code == school_code

    def _claimed(self, part: str) -> Collection[object]:
        """The values that the token names for a part of the owners; a counsellor may have several classes."""
        if part == "class_code":
            return self.class_codes
        claim = getattr(self, part)
        return frozenset() if claim is None else frozenset({claim})


_NEEDED: Mapping[Role, tuple[str, ...]] = {
    Role.GRADUATE: ("graduate_id",),
    Role.COUNSELLOR: ("school_code", "class_code"),
    Role.COLLEGE_OFFICER: ("school_code", "college_code"),
    Role.SCHOOL_OFFICER: ("school_code",),
    Role.SURVEY_MANAGER: ("school_code",),
    Role.PROVINCIAL_OFFICER: ("province_code",),
    Role.EMPLOYER: ("employer_id",),
    Role.OFFICE: ("office_id",),
}
"""Owners that a row must share with the token, by role. A role without any sees no rows: an interviewer works on the
case that was claimed, never on a list."""

_NARROWING: Mapping[Role, tuple[str, ...]] = {Role.COUNSELLOR: ("college_code",)}
"""Owners that narrow the scope where the token has them, and are not needed."""
