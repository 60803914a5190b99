"""Contact on the wire: never an address."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from pydantic import AwareDatetime, BaseModel, Field

from common.http import StrictModel
from common.identifiers import GraduateId, WaveId
from surveys.contact.domain import AttemptState, OptOutScope, OptOutSource, Receipt, SkipReason


class AttemptBody(BaseModel, from_attributes=True):
    """What became of a message, or why none was sent."""

    id: UUID
    invitation_id: UUID
    step: int | None = Field(description="Its place in the ladder, from 1; null of what the person asked for")
    state: AttemptState
    reason: SkipReason | None = Field(description="Of `skipped`: why nothing was sent")
    at: datetime = Field(description="Of the state")


class ReceiptForm(StrictModel):
    """What became of a message."""

    id: Annotated[UUID, Field(description="Of the message, as it was handed over")]
    state: Receipt
    at: Annotated[AwareDatetime, Field(description="When it happened")]


class NewOptOut(StrictModel):
    """Who wants to be left alone: the graduate who asks, or the one for whom a manager does."""

    scope: OptOutScope
    wave_id: WaveId | None = Field(default=None, description="Of the scope `wave`")
    graduate_id: GraduateId | None = Field(
        default=None, description="Of managers; a graduate asks for none but themself"
    )


class OptOutBody(BaseModel, from_attributes=True):
    """An opt-out: who is left alone, and where."""

    id: UUID
    version: int
    change_token: None = None
    school_code: str
    graduate_id: UUID | None
    employer_id: UUID | None
    scope: OptOutScope
    wave_id: UUID | None
    source: OptOutSource
    created_at: datetime
    revoked_at: datetime | None
