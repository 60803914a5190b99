"""What becomes of the rows of a file of units: which are new, which change something, which cannot be. CPU work only.

A unit may name a college or major that a later row brings, so all rows of a file are planned together.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from re import fullmatch

from common.identifiers import SchoolCode
from common.imports import Fault, SeenKeys
from registry.organisation.domain import (
    UNIT_CODE,
    Kind,
    OrganisationUnit,
    changed_fields,
    on_cycles,
    patched,
)
from registry.organisation.imports.rows import UnitRow

Key = tuple[Kind, str]

_PARENTS: Mapping[str, Kind] = {"college_code": Kind.COLLEGE, "major_code": Kind.MAJOR}


@dataclass
class UnitPlan:
    """New units, changed ones before and after, and how many stay as they are; colleges before what refers to them."""

    added: list[OrganisationUnit] = field(default_factory=list)
    changed: list[tuple[OrganisationUnit, OrganisationUnit]] = field(default_factory=list)
    unchanged: int = 0

    @property
    def counts(self) -> Mapping[str, int]:
        """The counts of the result."""
        return {"created": len(self.added), "updated": len(self.changed), "unchanged": self.unchanged}


@dataclass(frozen=True)
class Draft:
    """A row that may be stored so far, with its unit before and after."""

    row: UnitRow
    before: OrganisationUnit | None
    after: OrganisationUnit


class UnitPlanner:
    """Plans the rows of one file against the units that the school has."""

    def __init__(self, school_code: SchoolCode, stored: Iterable[OrganisationUnit]) -> None:
        self._school_code = school_code
        self._stored: Mapping[Key, OrganisationUnit] = {(unit.kind, unit.code): unit for unit in stored}
        self._drafts: dict[Key, Draft] = {}

    def plan(self, rows: Sequence[UnitRow]) -> UnitPlan:
        """The good rows as a plan; the others get their faults."""
        seen = SeenKeys()
        for row in rows:
            self._draft(row, seen)
        self._refuse_orphans()
        if on_cycles(self._lineage()):
            self._refuse_cycles()
            self._refuse_orphans()
        return self._planned()

    def _draft(self, row: UnitRow, seen: SeenKeys) -> None:
        if row.kind is None or not row.code:
            return
        if seen.take(row.kind, row.code, row.number):
            row.faults.append(Fault("code", "duplicate_unit"))
        before = self._stored.get((row.kind, row.code))
        at_fault = {fault.column for fault in row.faults}
        if before is None and "code" not in at_fault:
            # a roster may have brought codes that could not be part of an address
            if not fullmatch(UNIT_CODE, row.code) or row.code in {".", ".."}:
                row.faults.append(Fault("code", "unit_code_format"))
            if "name" not in row.given and "name" not in at_fault:
                row.faults.append(Fault("name", "required"))
        if row.faults:
            return
        if before:
            after = patched(before, row.given)
        else:
            new = OrganisationUnit(kind=row.kind, school_code=self._school_code, code=row.code, name="")
            after = patched(new, row.given)
        self._drafts[row.kind, row.code] = Draft(row, before, after)

    def _refuse_orphans(self) -> None:
        """Refuses rows that name what neither the school has nor a good row brings."""
        for kind in (Kind.MAJOR, Kind.CLASS):
            for key, draft in [(key, draft) for key, draft in self._drafts.items() if key[0] is kind]:
                named = ((column, of, draft.row.given.get(column)) for column, of in _PARENTS.items())
                unknown = [column for column, of, code in named if code and not self._is_there((of, code))]
                if unknown:
                    self._refuse(key, "unknown_unit", *unknown)
            if kind is Kind.MAJOR:
                self._refuse_majors_without_predecessor()

    def _refuse_majors_without_predecessor(self) -> None:
        successors: defaultdict[str, list[str]] = defaultdict(list)
        for (kind, code), draft in self._drafts.items():
            if kind is Kind.MAJOR:
                for predecessor in draft.row.given.get("predecessors", ()):
                    successors[predecessor].append(code)
        lacking = [code for code in successors if not self._is_there((Kind.MAJOR, code))]
        while lacking:
            for code in successors[lacking.pop()]:
                key = Kind.MAJOR, code
                if key in self._drafts:
                    self._refuse(key, "unknown_unit", "predecessors")
                    # a stored major stays, whatever becomes of its row
                    lacking += [] if key in self._stored else [code]

    def _refuse_cycles(self) -> None:
        """Refuses rows that close a circle with what is stored or with other rows, also with what these would mend."""
        lineage: dict[str, set[str]] = {code: set(of) for code, of in self._lineage().items()}
        for (kind, code), unit in self._stored.items():
            if kind is Kind.MAJOR:
                lineage[code].update(unit.predecessors)
        for code in on_cycles(lineage):
            draft = self._drafts.get((Kind.MAJOR, code))
            if draft and "predecessors" in draft.row.given:
                self._refuse((Kind.MAJOR, code), "lineage_cycle", "predecessors")

    def _lineage(self) -> dict[str, Sequence[str]]:
        """What each major comes from once all drafts are stored."""
        after = {**self._stored, **{key: draft.after for key, draft in self._drafts.items()}}
        return {code: unit.predecessors for (kind, code), unit in after.items() if kind is Kind.MAJOR}

    def _is_there(self, key: Key) -> bool:
        return key in self._stored or key in self._drafts

    def _refuse(self, key: Key, rule: str, *columns: str) -> None:
        self._drafts.pop(key).row.faults.extend(Fault(column, rule) for column in columns)

    def _planned(self) -> UnitPlan:
        plan = UnitPlan()
        order = list(Kind)
        for _, draft in sorted(self._drafts.items(), key=lambda item: order.index(item[0][0])):
            if draft.before is None:
                plan.added.append(draft.after)
            elif changed_fields(draft.before, draft.after):
                plan.changed.append((draft.before, draft.after))
            else:
                plan.unchanged += 1
        return plan
