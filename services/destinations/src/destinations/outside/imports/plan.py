"""What a file makes of the stored facts: pure decisions over many rows."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from common.codes import Cell
from common.identifiers import GraduateId
from common.imports import REPEATED, Fault, SeenKeys
from destinations.employers.domain import Employer
from destinations.outside.domain.facts import Content, Fact
from destinations.outside.domain.register import registered
from destinations.outside.storage import Unsaved
from destinations.registrations.domain.content import Destination
from destinations.roster.domain import Graduate

NUMBER = "citizen_id"


@dataclass
class FactRow:
    """What a row says, and what is wrong with it."""

    number: int
    cells: Sequence[Cell]
    content: Content | None = None
    faults: list[Fault] = field(default_factory=list)
    warnings: list[Fault] = field(default_factory=list)


@dataclass(frozen=True)
class Loaded:
    """What is stored about the graduates of a chunk's rows; `effective` are the destinations in the figures."""

    graduates: Mapping[GraduateId, Graduate]
    facts: Mapping[GraduateId, Sequence[Fact]]
    effective: Mapping[GraduateId, Destination]


@dataclass
class Plan:
    """What becomes of the rows of a chunk."""

    unsaved: list[Unsaved] = field(default_factory=list)
    effective: Mapping[GraduateId, Destination] = field(default_factory=dict)
    unchanged: int = 0
    frozen: int = 0
    nobody: Counter[str] = field(default_factory=Counter)

    @property
    def counts(self) -> Mapping[str, int]:
        """The counts of the result; those after `not_found` are parts of others."""
        created = sum(each.before is None for each in self.unsaved)
        return {
            "created": created,
            "updated": len(self.unsaved) - created,
            "unchanged": self.unchanged,
            "not_found": self.nobody.total(),
            "name_mismatch": self.nobody["name_mismatch"],
            "unreadable": self.nobody["unreadable"],
            "frozen": self.frozen,
        }


@dataclass
class RegisterRow:
    """What a row says of an employer, and what is wrong with it."""

    number: int
    cells: Sequence[Cell]
    said: Mapping[str, Any] = field(default_factory=dict)
    faults: list[Fault] = field(default_factory=list)
    warnings: list[Fault] = field(default_factory=list)


@dataclass
class RegisterPlan:
    """What becomes of the rows of a chunk: employers that nothing here names are not found."""

    updated: list[Employer] = field(default_factory=list)
    unchanged: int = 0
    not_found: int = 0

    @property
    def counts(self) -> Mapping[str, int]:
        """The counts of the result."""
        return {"updated": len(self.updated), "unchanged": self.unchanged, "not_found": self.not_found}


def plan_registered(rows: Sequence[RegisterRow], known: Mapping[str, Employer], seen: SeenKeys) -> RegisterPlan:
    """What the rows of a register change."""
    plan = RegisterPlan()
    for row in rows:
        if not row.faults and seen.take("uscc", row.said["uscc"], row.number):
            row.faults.append(Fault("uscc", REPEATED))
        if row.faults:
            continue
        if (employer := known.get(row.said["uscc"])) is None:
            plan.not_found += 1
        elif (after := registered(employer, row.said)) == employer:
            plan.unchanged += 1
        else:
            plan.updated.append(after)
    return plan


def plan_nobody(plan: Plan, row: FactRow, problem: str) -> None:
    """Of a row that means no graduate: it is counted, and nothing is said of it."""
    row.faults.clear()
    if problem == "erased":
        plan.unchanged += 1
        row.warnings.append(Fault(NUMBER, "erased_person"))
    else:
        plan.nobody[problem] += 1


def plan_row(plan: Plan, row: FactRow, graduate: Graduate, facts: Sequence[Fact], seen: SeenKeys) -> None:
    """Of a row that means a graduate; of who left the roster or is erased nothing more is recorded."""
    if graduate.frozen:
        row.faults.clear()
        row.warnings.append(Fault(NUMBER, "erased_person" if graduate.erased else "graduate_withdrawn"))
        plan.unchanged += 1
        plan.frozen += not graduate.erased
        return
    if row.content is None:
        return
    if seen.take("fact", (graduate.id.bytes, *row.content.thing), row.number):
        row.faults.append(Fault(NUMBER, REPEATED))
        return
    before = next((each for each in facts if each.thing == row.content.thing), None)
    if before is not None and before.content == row.content:
        plan.unchanged += 1
    else:
        plan.unsaved.append(Unsaved(graduate, row.content, before))
