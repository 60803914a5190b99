"""One reading of clear data about a person."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from common.auth import Principal, Role


@dataclass(frozen=True, kw_only=True)
class Access:
    """Who read what of a person, as the person may know it: role and unit, never another person.

    `purpose` is None where none was asked for.
    """

    id: UUID
    recorded_at: datetime
    kind: str
    role: str
    unit: str | None
    purpose: str | None
    fields: tuple[str, ...]


_NARROWER: Mapping[Role, str] = {
    Role.COUNSELLOR: "college_code",
    Role.COLLEGE_OFFICER: "college_code",
    Role.OFFICE: "office_id",
    Role.EMPLOYER: "employer_id",
}
"""The claim that names the unit of a role, where it is not the school."""


def unit_of(reader: Principal) -> str | None:
    """Code of the reader's college or school, id of its office or employer; None for a reader without any."""
    unit = getattr(reader, _NARROWER.get(reader.role, "school_code")) or reader.school_code
    return None if unit is None else str(unit)
