"""Contact on the wire: never an address."""

from datetime import datetime
from uuid import UUID

from pydantic import BaseModel, Field

from surveys.contact.domain import AttemptState, SkipReason


class AttemptBody(BaseModel, from_attributes=True):
    """What became of a message, or why none was sent."""

    id: UUID
    invitation_id: UUID
    step: int | None = Field(description="Its place in the ladder, from 1; null of what the person asked for")
    state: AttemptState
    reason: SkipReason | None = Field(description="Of `skipped`: why nothing was sent")
    at: datetime = Field(description="Of the state")
