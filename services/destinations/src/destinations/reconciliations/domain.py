"""How a file that came back differs from the one that was filed, and what may be decided about it. Pure."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import NewType
from uuid import UUID

from common.errors import Conflict, Message
from common.identifiers import Cohort, GraduateId, RegistrationId, SchoolCode
from destinations.filing.domain.filing import FilingId

ReconciliationId = NewType("ReconciliationId", UUID)

KIND = "reconciliation"
"""Of the work; its purpose is that of filings."""


class Difference(StrEnum):
    """What a row is: another one on their side, one that only we have, one that only they have."""

    DIFFERENT = "different"
    MISSING = "missing"
    EXTRA = "extra"


class Decision(StrEnum):
    """Whose row holds."""

    KEEP_OURS = "keep_ours"
    TAKE_THEIRS = "take_theirs"


class NothingToTake(Conflict):
    """Their side has no row for it, or none of a graduate of this cohort: there is nothing that could be taken."""

    code = "nothing_to_take"
    title = Message(
        "对方文件中没有可采用的行", "Their file has no row of a graduate of this cohort that could be taken"
    )


@dataclass(frozen=True)
class Counts:
    """ours = equal + different + missing, theirs = equal + different + extra; `by_field` counts differing rows."""

    equal: int
    different: int
    missing: int
    extra: int
    by_field: Mapping[str, int]

    @property
    def ours(self) -> int:
        """The rows that were filed."""
        return self.equal + self.different + self.missing

    @property
    def theirs(self) -> int:
        """The rows that came back."""
        return self.equal + self.different + self.extra

    def to_json(self) -> dict[str, object]:
        """As it is answered."""
        return {"ours": self.ours, "theirs": self.theirs, **vars(self)}


@dataclass(frozen=True, kw_only=True)
class Reconciliation:
    """One file against one filing; `counts` are there once it was compared."""

    id: ReconciliationId
    filing_id: FilingId
    school_code: SchoolCode
    cohort: Cohort
    terms: Mapping[str, object]
    counts: Counts | None
    recorded_at: datetime
    version: None = None


@dataclass(frozen=True, kw_only=True)
class Item:
    """One difference; `row` is that of their file, `theirs` their cells by header, `fields` what differs."""

    n: int
    kind: Difference
    row: int | None
    fields: tuple[str, ...]
    graduate_id: GraduateId | None
    registration_id: RegistrationId | None
    filed_version: int | None
    theirs: Mapping[str, str] | None = field(repr=False)
    decision: Decision | None
    decided_by_role: str | None
    decided_at: datetime | None
    version: None = None

    @property
    def id(self) -> int:
        """By what a repeated decision is answered."""
        return self.n


def counted(equal: int, found: Iterable[tuple[Difference, Sequence[str]]]) -> Counts:
    """What all rows come to."""
    kinds: Counter[Difference] = Counter()
    fields: Counter[str] = Counter()
    for kind, differing in found:
        kinds[kind] += 1
        fields.update(differing)
    by_field = {name: fields[name] for name in sorted(fields)}
    different, missing, extra = (kinds[each] for each in Difference)
    return Counts(equal, different, missing, extra, by_field)
