"""What a file makes of the ledger: pure decisions over many rows."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from common.identifiers import GraduateId
from common.imports import REPEATED, Fault, SeenKeys
from destinations.checks.domain.ledger import Entry, Finding, Seen, broken_rules
from destinations.checks.imports.rows import LedgerRow
from destinations.roster.domain import Graduate


@dataclass(frozen=True)
class Standing:
    """What is stored about the graduates of a chunk."""

    graduates: Mapping[GraduateId, Graduate]
    entries: Mapping[GraduateId, Entry]
    seen: Mapping[GraduateId, Seen]
    written: frozenset[GraduateId]


@dataclass
class Plan:
    """Findings to be entered and renewed, each with the content that was looked at."""

    entered: list[tuple[GraduateId, Finding, Seen]] = field(default_factory=list)
    renewed: list[tuple[Entry, Finding, Seen]] = field(default_factory=list)
    unchanged: int = 0

    @property
    def counts(self) -> Mapping[str, int]:
        """How many rows did what."""
        return {"created": len(self.entered), "updated": len(self.renewed), "unchanged": self.unchanged}


def plan_rows(
    rows: Iterable[LedgerRow],
    named: Mapping[int, GraduateId | str],
    standing: Standing,
    college_code: str | None,
    taken: SeenKeys,
) -> Plan:
    """Decides over rows; `named` says whom each means, or why registry found no graduate for it."""
    plan = Plan()
    for row in rows:
        if row.silent and not row.faults:
            plan.unchanged += 1
            continue
        graduate = _graduate_of(row, named.get(row.number), standing, college_code, taken)
        if graduate is None or row.faults:
            continue
        before, seen = standing.entries.get(graduate.id), standing.seen.get(graduate.id, Seen())
        finding = _finding(row, before)
        if finding is None:
            continue
        broken = [*broken_rules(finding, has_version=graduate.id in standing.written)]
        row.faults += [Fault(column, each) for column, each in broken]
        if broken:
            continue
        if before is None:
            plan.entered.append((graduate.id, finding, seen))
        elif finding == before.finding and not before.stale:
            plan.unchanged += 1
        else:
            plan.renewed.append((before, finding, seen))
    return plan


_RULES = {"not_found": "unknown_graduate", "erased": "erased_person"}


def _graduate_of(
    row: LedgerRow, named: GraduateId | str | None, standing: Standing, college_code: str | None, taken: SeenKeys
) -> Graduate | None:
    """The graduate of a row; adds to its faults where there is none, or none of the college that counts."""
    if isinstance(named, str):
        column = "name" if named == "name_mismatch" else row.key_column
        row.faults.append(Fault(column, _RULES.get(named, named)))
        return None
    if named is None:
        return None
    if taken.take("graduate", named.bytes, row.number):
        row.faults.append(Fault(row.key_column, REPEATED))
    graduate = standing.graduates[named]
    if graduate.college_code != college_code:
        # of another college as of no graduate at all
        row.faults.append(Fault(row.key_column, "unknown_graduate"))
    elif graduate.frozen:
        row.faults.append(Fault(row.key_column, "erased_person" if graduate.erased else "graduate_withdrawn"))
    return graduate


def _finding(row: LedgerRow, before: Entry | None) -> Finding | None:
    """What the row says with what is entered; None where something that an entry needs is in neither."""
    lacking: Sequence[str] = [each for each in ("method", "result") if row.given.get(each, before) is None]
    row.faults += [Fault(column, "required") for column in lacking]
    if lacking:
        return None
    if before is not None:
        return replace(before.finding, **row.given)
    given: dict[str, Any] = {"outcome": None, "note": None} | row.given
    return Finding(evidence_ids=(), **given)
