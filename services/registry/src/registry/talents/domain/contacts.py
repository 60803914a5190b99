"""An employer's wish to contact a graduate, and the graduate's answer."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import NewType
from uuid import UUID

from common.approvals.domain import TransitionNotAllowed
from common.codes.rules import rule
from common.errors import Conflict, Invalid, Message, TooManyRequests
from common.identifiers import GraduateId, SchoolCode
from registry.talents.domain.profiles import ProfileId

ContactId = NewType("ContactId", UUID)

OPEN_FOR = timedelta(days=14)
SHOWN_FOR = timedelta(days=30)
DAILY_LIMIT = 50
"""Requests of one employer on one day of Shanghai."""

SHARED = ("name", "phone", "email")
"""What a graduate may share."""


class ContactState(StrEnum):
    """Where a request stands; all but `open` are its end."""

    OPEN = "open"
    ACCEPTED = "accepted"
    DECLINED = "declined"
    EXPIRED = "expired"
    CLOSED = "closed"


@dataclass(frozen=True, kw_only=True)
class ContactPlan:
    """Who asks, and what for."""

    employer_name: str
    employer_uscc: str
    message: str
    reply_to: str


@dataclass(frozen=True, kw_only=True)
class Contact(ContactPlan):
    """A request; `shared` is what the graduate gave, while it may be read."""

    id: ContactId
    profile_id: ProfileId
    graduate_id: GraduateId
    school_code: SchoolCode
    employer_id: UUID
    state: ContactState
    requested_at: datetime
    expires_at: datetime
    decided_at: datetime | None
    shared_until: datetime | None
    shared: Mapping[str, str | None] | None
    version: int | None = None


class ContactOpen(Conflict):
    """The employer has asked for this profile already, and has no answer yet."""

    code = "contact_open"
    title = Message("已有一项待答复的联系请求", "A request for this profile is open already")


class ContactLimit(TooManyRequests):
    """The employer has asked as often as it may in one day."""

    code = "contact_limit"
    title = Message(f"每天最多提出 {DAILY_LIMIT} 次联系请求", f"An employer may ask {DAILY_LIMIT} times a day")


def must_be_employer(plan: ContactPlan) -> None:
    """Raises Invalid for a credit code (统一社会信用代码, GB 32100) that cannot be one."""
    # a megabyte that a process which judges no code never needs
    from stdnum.cn import uscc

    if not uscc.is_valid(plan.employer_uscc):
        raise Invalid([rule("uscc_format").problem("/employer_uscc")])


def must_be_open(contact: Contact) -> None:
    """Raises TransitionNotAllowed for a request that has ended."""
    if contact.state is not ContactState.OPEN:
        raise TransitionNotAllowed(contact.state, ())


def allowed_answers(contact: Contact) -> Sequence[str]:
    """What the graduate may do."""
    return ("accept", "decline") if contact.state is ContactState.OPEN else ()


def shared_values(entry: object, wanted: Collection[str]) -> Mapping[str, str | None]:
    """What is given of an entry: all names, null for what is not shared or not there."""
    return {name: getattr(entry, name) if name in wanted else None for name in SHARED}
