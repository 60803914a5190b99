"""What a source says of a graduate: a fact, beside the registration and never in it. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from types import MappingProxyType
from typing import Any, NewType
from uuid import UUID

from common.codes import normalise
from common.identifiers import GraduateId
from destinations.outside.domain.authorisations import Source
from destinations.registrations.domain.content import Destination

FactId = NewType("FactId", UUID)


class FactKind(StrEnum):
    """What a fact is about: 就业 or 升学."""

    EMPLOYMENT = "employment"
    STUDY = "study"


KINDS: Mapping[Source, FactKind] = MappingProxyType(
    {Source.SOCIAL_INSURANCE: FactKind.EMPLOYMENT, Source.CREDENTIALS: FactKind.STUDY}
)
"""The sources that speak of persons."""

ENROLLED = frozenset({"在籍", "在读", "在校", "在学", "注册学籍", "有学籍", "在籍注册", "在籍（注册学籍）"})
"""状态 of who is studying; any other word says that this has ended, or nothing."""

KEPT_YEARS = 3
"""After the closing day of the cohort, facts are deleted."""

_TEXTS = frozenset({"employer_name", "study_school_name"})


@dataclass(frozen=True)
class Content:
    """What a row says: days, both included, and values by the names of a registration's fields.

    `study_state` (学籍状态) is no such field. An employment without employer is insured by the person alone.
    """

    source: Source
    from_on: date
    to_on: date | None
    values: Mapping[str, str] = field(repr=False)

    @property
    def kind(self) -> FactKind:
        """What it is about."""
        return KINDS[self.source]

    @property
    def thing(self) -> tuple[str, date]:
        """What tells one fact of a graduate from another: employer or school, and the first day.

        Said again with other values it is the same fact in a new version.
        """
        named = map(self.values.get, ("employer_uscc", "employer_name", "study_school_name"))
        return normalise(next(filter(None, named), "")), self.from_on

    @property
    def has_employer(self) -> bool:
        """Whether it names one."""
        return not self.values.keys().isdisjoint({"employer_uscc", "employer_name"})

    def covers_any_day_from(self, day: date) -> bool:
        """Whether it holds on that day or on a later one."""
        return self.to_on is None or self.to_on >= day


@dataclass(frozen=True, kw_only=True)
class Fact(Content):
    """A fact (外部信息) at one version, as it is stored; of an erased person without values."""

    id: FactId
    version: int
    graduate_id: GraduateId
    recorded_at: datetime

    @property
    def content(self) -> Content:
        """What it says."""
        return Content(self.source, self.from_on, self.to_on, self.values)


def differing(values: Mapping[str, str], destination: Destination | None) -> tuple[str, ...]:
    """The fields of a fact of which a destination says something else, or nothing; none without a destination."""
    recorded = vars(destination) if destination else None
    if recorded is None:
        return ()
    return tuple(name for name, said in values.items() if name in recorded and not _is_same(name, said, recorded[name]))


def is_same_employer(content: Content, destination: Destination | None) -> bool | None:
    """Whether the employer is the destination's: by the codes where both have one, else by the names.

    None for a fact without an employer; a destination without one, or none at all, is another employer.
    """
    if not content.has_employer:
        return None
    if destination is None:
        return False
    said, recorded = content.values.get("employer_uscc"), destination.employer_uscc
    if said and recorded:
        return said == recorded
    return _is_same("employer_name", content.values.get("employer_name", ""), destination.employer_name)


def _is_same(name: str, said: str, recorded: Any) -> bool:
    if name in _TEXTS and recorded:
        return normalise(said) == normalise(recorded)
    return bool(said == recorded)


def kept_until(closes_on: date) -> date:
    """The last day on which facts about a cohort are kept (保存三年).

    >>> kept_until(date(2024, 2, 29))
    datetime.date(2027, 2, 28)
    """
    is_leap_day = (closes_on.month, closes_on.day) == (2, 29)
    return closes_on.replace(year=closes_on.year + KEPT_YEARS, day=28 if is_leap_day else closes_on.day)
