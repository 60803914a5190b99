"""Which values a purpose opens to a role, how many people a day, and why a reveal is refused. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Literal, NamedTuple, TypeAlias

from common.errors import FieldProblem, Invalid, Message, TooManyRequests
from common.identifiers import GraduateId
from common.purposes import PurposeNotPermitted
from registry.graduates.domain.entry import FIELDS, StoredGraduate

MAX_PEOPLE = 500
"""In one request."""

DAILY_LIMIT = 10_000
"""People for one subject on one day of Shanghai; a person who is opened again counts again."""

KIND = "reveal"
"""The kind of access."""

Unopened: TypeAlias = Literal["not_found", "restricted", "erased"]
"""Why a graduate of a reveal is not opened."""


class Opening(NamedTuple):
    """What purposes open to roles."""

    purposes: tuple[str, ...]
    roles: tuple[str, ...]
    fields: tuple[str, ...]


_OFFICERS = ("college_officer", "school_officer")
_PHONES = ("phone", "home_phone")
_FILE = (
    "name",
    "student_number",
    "residence_address",
    "household_address",
    "household_place_code",
    "household_kind",
    "household_moved_in",
    "prior_police_station",
    "prior_file_unit",
    "commissioning_unit",
)

OPENINGS = (
    Opening(("registration", "support"), ("counsellor", *_OFFICERS), ("name", *_PHONES, "email")),
    Opening(("review", "verification", "correction"), _OFFICERS, ("name", *_PHONES, "citizen_id", "birth_date")),
    Opening(("review",), ("system",), ("commissioning_unit",)),
    Opening(("verification",), ("system",), ("name", *_PHONES)),
    Opening(("agreement",), ("system",), ("name", "commissioning_unit")),
    Opening(("look_up",), ("system",), ("name", "graduated_on")),
    Opening(("file_transfer",), (*_OFFICERS, "system"), _FILE),
    Opening(("household_list",), (*_OFFICERS, "system"), (*_FILE, "citizen_id", "birth_date", "graduated_on")),
    Opening(("survey_contact",), ("system",), ("name", "phone", "email")),
    Opening(("filing",), ("school_officer", "system"), FIELDS),
    Opening(("tip_off", "incident", "data_subject_request"), ("school_officer",), FIELDS),
)

_OPENED = {
    (purpose, role): opening.fields for opening in OPENINGS for purpose in opening.purposes for role in opening.roles
}


class FieldNotForPurpose(Invalid):
    """The purpose does not open these fields to this role."""

    code = "field_not_for_purpose"
    title = Message("该用途不能查看此字段", "The purpose does not open this field")


class RevealLimit(TooManyRequests):
    """The subject would open more people today than one may; nothing was opened. `retry_after` leads to tomorrow."""

    code = "reveal_limit"
    title = Message(
        f"一人一天最多查看 {DAILY_LIMIT} 人次的明文信息，本次未查看任何人",
        f"At most {DAILY_LIMIT} people a day may be opened; of this request none was",
    )


@dataclass(frozen=True)
class Asked:
    """Whose values are asked for, which, what for, and what the reader notes about it."""

    purpose: str
    graduate_ids: Sequence[GraduateId]
    fields: Sequence[str]
    note: str | None = field(default=None, repr=False)


def unopened(stored: StoredGraduate) -> Unopened | None:
    """Why nothing of a graduate in scope is opened; None of one who is."""
    if stored.erased_at is not None:
        return "erased"
    return "restricted" if stored.restricted else None


def opened_to(purpose: str, role: str) -> Sequence[str]:
    """The fields that a purpose opens to a role; raises PurposeNotPermitted."""
    opened = _OPENED.get((purpose, role))
    if opened is None:
        raise PurposeNotPermitted
    return opened


def must_open(purpose: str, role: str, fields: Sequence[str]) -> None:
    """Raises PurposeNotPermitted, Invalid for a field that entries do not have, or FieldNotForPurpose."""
    opened = opened_to(purpose, role)
    if unknown := [at for at, name in enumerate(fields) if name not in FIELDS]:
        message = Message("没有该字段，可选：" + "、".join(FIELDS), "There is no such field: " + ", ".join(FIELDS))
        raise Invalid([FieldProblem(f"/fields/{at}", "unknown_field", message) for at in unknown])
    if closed := [at for at, name in enumerate(fields) if name not in opened]:
        message = Message("该用途可查看：" + "、".join(opened), "This purpose opens: " + ", ".join(opened))
        raise FieldNotForPurpose([FieldProblem(f"/fields/{at}", FieldNotForPurpose.code, message) for at in closed])
