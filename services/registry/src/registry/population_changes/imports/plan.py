"""What a file asks for, and which of its rows name a graduate for whom it can be asked. Pure."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from common.auth import Owners, RowScope
from common.identifiers import CollegeCode, GraduateId
from common.imports import REPEATED, Fault, SeenKeys, Task
from registry.graduates.domain.population import counts
from registry.graduates.domain.resolving import PeopleNamed, resolved
from registry.population_changes.domain import (
    Change,
    ChangePlan,
    Document,
    FileTexts,
    Member,
    Terms,
    changes_from,
    untrue_of,
)
from registry.population_changes.imports.rows import MemberRow


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


@dataclass(frozen=True)
class Found:
    """Who is known of those whom rows name, in the reach of who sends the file.

    `held` are in another open change; `stays` is the entry that remains of duplicates, if it is known.
    """

    people: PeopleNamed
    members: Mapping[GraduateId, Member]
    held: Collection[GraduateId]
    stays: Member | None


@dataclass(frozen=True)
class MemberPlan:
    """The graduates of the good rows, in the order of the file, and how many rows mean an erased person."""

    members: Sequence[Member]
    erased: int


class MemberPlanner:
    """Checks the rows of one file. Remembers the graduates of earlier chunks to find repeated ones."""

    def __init__(self, terms: Terms) -> None:
        self._terms = terms
        self._seen = SeenKeys()

    def plan(self, rows: Sequence[MemberRow], found: Found) -> MemberPlan:
        """What becomes of the rows; those that are not good get their faults."""
        members = []
        for row in rows:
            member = None if row.faults else self._member(row, found)
            if member and not row.faults:
                members.append(member)
        return MemberPlan(members, sum(bool(row.warnings) for row in rows))

    def _member(self, row: MemberRow, found: Found) -> Member | None:
        person = resolved(row.named, found.people)
        if person == "erased":
            row.warnings.append(Fault(row.column, "erased_person"))
            return None
        if isinstance(person, str):
            row.faults.append(_UNRESOLVED.get(person) or Fault(row.column, "unknown_graduate"))
            return None
        member = found.members[person.id]
        # first: an attempt that goes on after another one must know this graduate, whatever is wrong by now
        repeated = self._seen.take("graduate", member.id, row.number)
        rule = REPEATED if repeated else self._rule_against(member, found)
        if rule:
            row.faults.append(Fault(row.column, rule))
        return member

    def _rule_against(self, member: Member, found: Found) -> str | None:
        terms = self._terms
        lost = found.stays is None or not counts(found.stays.status)
        if terms.duplicate_of and (lost or member.id == terms.duplicate_of):
            return "duplicate_must_stay"
        if terms.change not in changes_from(member.status):
            return "transition_not_allowed"
        if member.id in found.held:
            return "population_change_open"
        return untrue_of(terms.change, terms.effective_on, member)


_UNRESOLVED = {"ambiguous": Fault("exam_number", "ambiguous"), "name_mismatch": Fault("name", "name_mismatch")}


def _day(text: str | None) -> date | None:
    return date.fromisoformat(text) if text else None
