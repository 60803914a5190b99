"""What the routes of the ledger take and answer."""

from datetime import datetime
from typing import Annotated, Any, Self
from uuid import UUID

from pydantic import BaseModel, Field, StringConstraints

from common.http import StrictModel
from destinations.checks.domain.ledger import MOST_EVIDENCE, CallOutcome, CheckMethod, CheckResult, Entry, Finding
from destinations.evidence.domain import EvidenceId

Note = Annotated[
    str,
    StringConstraints(strip_whitespace=True, min_length=1, max_length=1_000),
    Field(description="Kept as a ciphertext; needed where the result is `wrong`"),
]
Number = Annotated[int, Field(ge=1, le=12, description="A round of the season")]
AMethod = Annotated[CheckMethod, Field(strict=False)]
AnOutcome = Annotated[CallOutcome, Field(strict=False, description="What came of a call; of method `phone` only")]
AResult = Annotated[CheckResult, Field(strict=False)]
Pieces = Annotated[list[Annotated[UUID, Field(strict=False)]], Field(max_length=MOST_EVIDENCE)]


class NewLedgerEntry(StrictModel):
    """What was found about a graduate in a round."""

    graduate_id: Annotated[UUID, Field(strict=False)]
    round: Number
    method: AMethod
    outcome: AnOutcome | None = None
    result: AResult
    evidence_ids: Pieces = Field(default_factory=list, description="Pieces of the graduate's evidence")
    note: Note | None = None

    def finding(self) -> Finding:
        """What is said of the graduate."""
        return Finding(
            method=self.method,
            outcome=self.outcome,
            result=self.result,
            evidence_ids=_pieces(self.evidence_ids),
            note=self.note,
        )


class LedgerEntryPatch(StrictModel):
    """A second look: what is left out stays, null clears; an empty one says the same of the content of now."""

    method: AMethod | None = None
    outcome: AnOutcome | None = None
    result: AResult | None = None
    evidence_ids: Pieces | None = None
    note: Note | None = None

    def changes(self) -> dict[str, Any]:
        """The fields that are given; null clears what may be empty, and leaves the others as they are."""
        given = {name: getattr(self, name) for name in self.model_fields_set}
        if "evidence_ids" in given:
            given["evidence_ids"] = _pieces(given["evidence_ids"] or ())
        return {name: value for name, value in given.items() if value is not None or name in {"outcome", "note"}}


class LedgerEntryAnswer(BaseModel):
    """An entry of the ledger."""

    id: UUID
    version: int
    school_code: str
    cohort: int
    graduate_id: UUID
    round: int
    method: CheckMethod
    outcome: CallOutcome | None
    result: CheckResult
    evidence_ids: list[UUID]
    note: str | None = Field(description="Null without one, and once it was erased")
    registration_id: UUID | None = Field(description="Whose effective content was looked at; null: there was none")
    effective_version: int | None = Field(description="The version of that content")
    stale: bool = Field(description="The effective content is another one by now: look again")
    recorded_at: datetime = Field(description="When it was looked at last")

    @classmethod
    def of(cls, entry: Entry) -> Self:
        """The entry as its readers see it."""
        said = {**vars(entry), **vars(entry.finding), **vars(entry.seen)}
        return cls(**{name: said[name] for name in cls.model_fields})


def _pieces(named: Any) -> tuple[EvidenceId, ...]:
    # naming a piece twice says no more
    return tuple(dict.fromkeys(map(EvidenceId, named)))
