"""What a report is on, by which figures, and what cannot be asked for; pure."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from types import MappingProxyType
from typing import Any, NewType, Self
from uuid import UUID

from common.codes.rules import rule
from common.errors import FieldProblem, Message, RulesBroken
from common.identifiers import Cohort, SchoolCode
from indicators.schemes.groupings import DIMENSIONS

ReportId = NewType("ReportId", UUID)

KIND = "report_making"
"""Kind of the operation that makes reports."""

MOST_REPORTS = 300
"""Of one operation (contract of indicators, 11)."""

EACH = "*"
"""As a code: a report on each college, or on each major, that has graduates."""


class SubjectKind(StrEnum):
    """What a report is on."""

    SCHOOL = "school"
    COLLEGE = "college"
    MAJOR = "major"
    GROUP = "group"


class FileFormat(StrEnum):
    """The files of a report."""

    PDF = "pdf"
    XLSX = "xlsx"


@dataclass(frozen=True)
class Subject:
    """The graduates of a school, or of the units of a kind by their code; of a group by filters."""

    kind: SubjectKind
    code: str | None
    filters: Mapping[str, str]

    @property
    def is_each(self) -> bool:
        """Whether a report on each unit of the kind is asked for."""
        return self.code == EACH and self.dimension is not None

    @property
    def dimension(self) -> str | None:
        """The dimension whose value the code is."""
        return self.kind.value if self.kind in {SubjectKind.COLLEGE, SubjectKind.MAJOR} else None

    def filtered(self, code: str | None, college: str | None) -> dict[str, str]:
        """What keeps the graduates of one report, of an officer of a college within it; `code` None: of all."""
        own = {} if college is None or self.kind is SubjectKind.SCHOOL else {"college": college}
        if self.kind is SubjectKind.GROUP:
            return dict(self.filters)
        named = {} if self.dimension is None or code is None else {self.dimension: code}
        return own | named


@dataclass(frozen=True, kw_only=True)
class Asked:
    """Which figures reports are made of, and in which language: a cohort's, of a snapshot, live or as published."""

    school_code: SchoolCode
    cohort: Cohort
    snapshot_id: UUID | None
    as_of: date | None
    publication_id: UUID | None
    language: str

    def to_json(self) -> dict[str, Any]:
        """As parameters of an operation."""
        return {
            **vars(self),
            "snapshot_id": self.snapshot_id and f"{self.snapshot_id}",
            "publication_id": self.publication_id and f"{self.publication_id}",
            "as_of": self.as_of and self.as_of.isoformat(),
        }

    @classmethod
    def of(cls, stored: Mapping[str, Any]) -> Self:
        """The same out of them; those of the image before name no publication."""
        snapshot, day, publication = stored["snapshot_id"], stored["as_of"], stored.get("publication_id")
        return cls(
            school_code=SchoolCode(stored["school_code"]),
            cohort=Cohort(stored["cohort"]),
            snapshot_id=snapshot and UUID(snapshot),
            as_of=day and date.fromisoformat(day),
            publication_id=publication and UUID(publication),
            language=stored["language"],
        )


@dataclass(frozen=True, kw_only=True)
class Report:
    """就业质量报告: made once, with the SHA-256 of its files."""

    id: ReportId
    school_code: SchoolCode
    cohort: Cohort
    kind: SubjectKind
    filters: Mapping[str, str]
    snapshot_id: UUID | None
    as_of: date
    publication_id: UUID | None
    language: str
    base: int
    pdf_sha256: bytes
    xlsx_sha256: bytes
    by_role: str
    recorded_at: datetime

    @property
    def code(self) -> str | None:
        """The code of its subject; None of a group."""
        if self.kind is SubjectKind.SCHOOL:
            return self.school_code
        return self.filters.get(self.kind.value)


_SOURCES = ("snapshot_id", "as_of", "publication_id")
_ONE_SOURCE = Message(
    "snapshot_id、as_of、publication_id 须且只能给出一个", "Give exactly one of snapshot_id, as_of and publication_id"
)
_NOT_PUBLISHED = Message(
    "该发布没有这一对象的表；只有对象自身的比率（或 destination_class 结构）已发布时才能生成报告",
    "The publication has no table of this subject: rates, or the structure of destination_class, of just it are needed",
)
_GONE = Message("该发布已撤回或被取代", "The publication was withdrawn or superseded")
_OWN_CODE = Message("院校报告的代码须为本校院校代码", "The code of a report on a school is that of the school")
_UNKNOWN = Message(
    "未知的筛选维度，或其取值不可用；见 /v1/dimensions", "There is no such dimension, or it has no such value"
)
_NO_FILTERS = Message("群体报告须给出筛选条件", "A report on a group needs filters")
_NOBODY = Message("该对象没有毕业生，不能生成报告", "There are no graduates to report on")
_TOO_MANY = Message(f"一次最多生成 {MOST_REPORTS} 份报告", f"At most {MOST_REPORTS} reports at once")
_AFTER_TODAY = Message("日期不得晚于今天", "The day must not be after today")


class ReportRefused(RulesBroken):
    """There can be no such report; the code is the rule where one alone is broken."""

    codes = MappingProxyType(
        {
            "exactly_one_source": _ONE_SOURCE,
            "not_published": _NOT_PUBLISHED,
            "publication_ended": _GONE,
            "report_on_nobody": _NOBODY,
            "too_many_reports": _TOO_MANY,
            "unknown_filter": _UNKNOWN,
        }
    )


def must_be_possible(subject: Subject, asked: Asked, today: date) -> None:
    """Raises ReportRefused with each fault of what is asked for."""
    problems = [*_faults_of_source(asked, today), *_faults_of_subject(subject, asked.school_code)]
    if problems:
        raise ReportRefused(problems)


def must_be_some(subjects: Sequence[Mapping[str, str]]) -> None:
    """Raises ReportRefused where no graduate is left to report on, and for too many."""
    if not subjects:
        raise ReportRefused([FieldProblem("/subject", "report_on_nobody", _NOBODY)])
    if len(subjects) > MOST_REPORTS:
        raise ReportRefused([FieldProblem("/subject/code", "too_many_reports", _TOO_MANY)])


def must_be_published(subjects: Sequence[Mapping[str, str]]) -> None:
    """Raises ReportRefused where a publication has no table of any of the subjects."""
    if not subjects:
        raise ReportRefused([FieldProblem("/subject", "not_published", _NOT_PUBLISHED)])


def publication_ended() -> ReportRefused:
    """The refusal of a report that is of a publication no longer open."""
    return ReportRefused([FieldProblem("/publication_id", "publication_ended", _GONE)])


Table = Mapping[str, Any]
"""A table of a publication: as its authors want it, or as it was counted."""


def published_rows(filters: Mapping[str, str], counted: Table) -> list[Mapping[str, Any]]:
    """The rows of a published table that are about the graduates of a subject or of groups of them.

    A row is about what it is grouped by and what it lies within. Beside `major`, `college` is not counted: a major
    lies in one college.
    """
    wanted = {name: value for name, value in filters.items() if name != "college" or "major" not in filters}
    return [row for row in counted["observations"] if wanted.items() <= {**row["within"], **row["group"]}.items()]


def published_base(filters: Mapping[str, str], asked: Sequence[Table], counted: Sequence[Table]) -> int:
    """N of a subject where a publication shows it by itself, of a school at least so many as its rows hold; else 0.

    Rates and the structure of destination_class have N as their base, other tables have not.
    """
    names = {name for name in filters if name != "college" or "major" not in filters}
    found = [0]
    for table, each in zip(asked, counted, strict=True):
        of_all = table["kind"] == "rates" or table["dimension"] == "destination_class"
        if of_all and (not names or names == set(table["by"])):
            found.append(sum(row["base"] for row in published_rows(filters, each)))
    return max(found)


def _faults_of_source(asked: Asked, today: date) -> Iterator[FieldProblem]:
    if sum(getattr(asked, name) is not None for name in _SOURCES) != 1:
        for name in _SOURCES:
            yield FieldProblem(f"/{name}", "exactly_one_source", _ONE_SOURCE)
    elif asked.as_of is not None and asked.as_of > today:
        yield FieldProblem("/as_of", "after_today", _AFTER_TODAY)


def _faults_of_subject(subject: Subject, school_code: SchoolCode) -> Iterator[FieldProblem]:
    of_group = subject.kind is SubjectKind.GROUP
    if of_group and subject.code is not None:
        yield rule("must_be_empty").problem("/subject/code")
    elif not of_group and subject.code is None:
        yield rule("required").problem("/subject/code")
    elif subject.kind is SubjectKind.SCHOOL and subject.code not in {school_code, EACH}:
        yield FieldProblem("/subject/code", "other_school", _OWN_CODE)
    if of_group and not subject.filters:
        yield FieldProblem("/subject/filters", "required", _NO_FILTERS)
    elif not of_group and subject.filters:
        yield rule("must_be_empty").problem("/subject/filters")
    for name, value in subject.filters.items():
        words = DIMENSIONS[name].words if name in DIMENSIONS and name != "school" else None
        if words is None or (words and value not in words):
            yield FieldProblem(f"/subject/filters/{name}", "unknown_filter", _UNKNOWN)
