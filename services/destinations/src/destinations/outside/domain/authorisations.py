"""What a source outside the school may be, who allowed its use, and for which days. Pure."""

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import NewType
from uuid import UUID

from common.codes.rules import rule
from common.errors import Conflict, Invalid, Message
from common.identifiers import SchoolCode

AuthorisationId = NewType("AuthorisationId", UUID)


class Source(StrEnum):
    """Where outside data come from (外部数据来源): 社会保险, 学籍学历, 市场主体登记."""

    SOCIAL_INSURANCE = "social_insurance"
    CREDENTIALS = "credentials"
    BUSINESS_REGISTER = "business_register"


@dataclass(frozen=True, kw_only=True)
class AuthorisationPlan:
    """What a school says about the permission to use a source: on which basis, by which document, for which days."""

    school_code: SchoolCode
    source: Source
    basis: str
    reference: str
    valid_from: date
    valid_to: date

    def must_end_after_it_begins(self) -> None:
        """Raises Invalid for a last day before the first."""
        if self.valid_to < self.valid_from:
            raise Invalid([rule("ends_before").problem("/valid_to")])


@dataclass(frozen=True, kw_only=True)
class Authorisation(AuthorisationPlan):
    """An authorisation (数据使用授权) as it is stored; it never changes."""

    id: AuthorisationId
    by_role: str
    recorded_at: datetime
    version: None = None

    def covers(self, school_code: str, source: Source, day: date) -> bool:
        """Whether a file of the source may be taken for the school on that day."""
        asked = (self.school_code, self.source) == (school_code, source)
        return asked and self.valid_from <= day <= self.valid_to


class NotAuthorised(Conflict):
    """No authorisation of the school covers this source today."""

    code = "not_authorised"
    title = Message(
        "该授权不存在，或不适用于本校、该数据来源或今天", "No such authorisation of the school for this source and day"
    )


def must_be_authorised(authorisation: Authorisation | None, school_code: str, source: Source, day: date) -> None:
    """Raises NotAuthorised."""
    if authorisation is None or not authorisation.covers(school_code, source, day):
        raise NotAuthorised
