"""Who acts, in which role, and which rows that role may see."""

from collections.abc import Container
from dataclasses import dataclass
from enum import StrEnum
from uuid import UUID

from common.auth.row_scope import RowScope
from common.errors import Forbidden


class Role(StrEnum):
    """Roles of the access model. Each needs the part of the row scope that its meaning names."""

    GRADUATE = "graduate"
    COUNSELLOR = "counsellor"
    COLLEGE_OFFICER = "college_officer"
    SCHOOL_OFFICER = "school_officer"
    PROVINCIAL_OFFICER = "provincial_officer"
    MINISTRY = "ministry"
    EMPLOYER = "employer"
    SURVEY_MANAGER = "survey_manager"
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


SYSTEM = Actor("system", Role.SYSTEM.value)
"""Actor of consumers and scheduled work."""


@dataclass(frozen=True)
class Principal:
    """The caller as its token describes it. A scope claim that the role needs and lacks means: sees nothing."""

    subject: str
    role: Role
    scopes: frozenset[str] = frozenset()
    school_code: str | None = None
    college_code: str | None = None
    class_code: str | None = None
    graduate_id: UUID | None = None
    employer_id: UUID | None = None
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

    def row_scope(self) -> RowScope:
        """Which rows about graduates this caller may see; ministry, auditor, integrator and employer see none."""
        if self.role in UNRESTRICTED:
            return RowScope(everything=True)
        needed = _NEEDED_CLAIMS.get(self.role, ())
        claims = {name: getattr(self, name) for name in needed}
        if None in claims.values():
            return RowScope()
        return RowScope(**claims, **{name: getattr(self, name) for name in _NARROWING_CLAIMS.get(self.role, ())})

    def sees_row(
        self,
        school_code: str | None,
        college_code: str | None = None,
        class_code: str | None = None,
        graduate_id: UUID | None = None,
        province_code: str | None = None,
    ) -> bool:
        """True if a row with these owners is in the caller's scope."""
        return self.row_scope().allows(school_code, college_code, class_code, graduate_id, province_code)

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


_NEEDED_CLAIMS: dict[Role, tuple[str, ...]] = {
    Role.GRADUATE: ("graduate_id",),
    Role.COUNSELLOR: ("school_code", "class_code"),
    Role.COLLEGE_OFFICER: ("school_code", "college_code"),
    Role.SCHOOL_OFFICER: ("school_code",),
    Role.SURVEY_MANAGER: ("school_code",),
    Role.PROVINCIAL_OFFICER: ("province_code",),
}

_NARROWING_CLAIMS: dict[Role, tuple[str, ...]] = {Role.COUNSELLOR: ("college_code",)}
"""What narrows the scope where the token has it, and is not needed."""
