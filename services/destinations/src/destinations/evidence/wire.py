"""What the routes of evidence take and answer."""

from datetime import date, datetime
from typing import Annotated, ClassVar, Self
from uuid import UUID

from pydantic import BaseModel, Field, StringConstraints

from common.files import JPEG, MB, PDF, PNG, Files
from common.http import Day, FileForm, StrictModel
from common.http.refusals import FileTooLarge
from destinations.evidence.domain import Kind, Piece, State
from destinations.evidence_checks.findings import Fault
from destinations.registrations.wire import Reason

Title = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=100)]


class EvidenceForm(FileForm):
    """A file that shows the destination: no identity card, and no proof of an internship."""

    files: ClassVar[Files] = Files((JPEG, PNG, PDF), at_most=10 * MB)
    too_large = FileTooLarge

    # any word: what the destination does not take is refused with the kinds that it takes
    kind: Annotated[str, StringConstraints(min_length=1, max_length=64)] = Field(
        description="What the file is; which kinds a destination takes stands in `evidence` of `GET /v1/field-rules`",
        examples=[Kind.LABOUR_CONTRACT.value],
    )
    title: Title = Field(description="What the file is called; kept as a ciphertext")
    issued_on: Day | None = Field(None, description="Day on the document")


class Rejection(StrictModel):
    """Why a piece is not accepted."""

    reason: Reason


class PieceAnswer(BaseModel):
    """A piece of evidence. Its file is read by a link."""

    id: UUID
    registration_id: UUID
    graduate_id: UUID
    version: int
    kind: Kind
    title: str | None = Field(description="Null once it was erased")
    issued_on: date | None
    media_type: str
    state: State
    rule: Fault | None = Field(description="Why the check refused it")
    reason: str | None = Field(description="Why it was rejected")
    sha256: str = Field(description="Of the file as it was sent, in hexadecimal")
    stored_sha256: str | None = Field(
        description="Of the file as it is kept: a picture is encoded anew, without metadata; null where it was refused"
    )
    keep_until: date = Field(description="Last day on which it must be kept")
    hold: bool = Field(description="Kept beyond that day")
    uploaded_by_role: str
    decided_by_role: str | None
    decided_at: datetime | None
    deleted_on: date | None = Field(description="Day on which its file was deleted")
    recorded_at: datetime

    @classmethod
    def of(cls, piece: Piece) -> Self:
        """The piece as all of its readers see it."""
        hashes = {"sha256": piece.sha256.hex(), "stored_sha256": piece.stored_sha256 and piece.stored_sha256.hex()}
        shown = {name: getattr(piece, name) for name in cls.model_fields if name not in hashes}
        return cls(**shown, **hashes)


class LinkAnswer(BaseModel):
    """Where the file of a piece can be read without a token."""

    url: str = Field(description="Path of the file")
    expires_at: datetime = Field(description="Five minutes from now")
