"""What is asked for the graduates of a file: the part of an operation's parameters beside its school and cohort."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from common.auth import Owners, RowScope
from common.identifiers import CollegeCode, GraduateId
from common.imports import Task
from registry.population_changes.domain import Change, ChangePlan, Document, FileTexts, Terms


@dataclass(frozen=True, kw_only=True)
class ChangeTask(Task):
    """One file, as its parameters name it in JSON; `college_code` is that of a college officer who sent it."""

    change: str
    ground: str | None = None
    duplicate_of: str | None = None
    document_issued_on: str | None = None
    effective_on: str | None = None
    college_code: CollegeCode | None = None

    @property
    def terms(self) -> Terms:
        """What decides for whom it can be asked."""
        stays = self.duplicate_of and GraduateId(UUID(self.duplicate_of))
        return Terms(Change(self.change), stays or None, _day(self.effective_on))

    @property
    def scope(self) -> RowScope:
        """The graduates whom the sender sees: those of the school, or of the college."""
        college = {"college_code": frozenset({self.college_code})} if self.college_code else {}
        return RowScope(Owners(school_code=frozenset({self.school_code}), **college))

    def plan(self, texts: FileTexts, graduate_ids: Sequence[GraduateId]) -> ChangePlan:
        """The request for some of the graduates."""
        terms, issued_on = self.terms, _day(self.document_issued_on)
        return ChangePlan(
            school_code=self.school_code,
            cohort=self.cohort,
            graduate_ids=tuple(graduate_ids),
            change=terms.change,
            ground=self.ground,
            duplicate_of=terms.duplicate_of,
            document=Document(texts.document_number, issued_on) if texts.document_number and issued_on else None,
            effective_on=terms.effective_on,
            reason=texts.reason,
        )


def _day(text: str | None) -> date | None:
    return date.fromisoformat(text) if text else None
