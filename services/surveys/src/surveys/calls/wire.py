"""Calls on the wire."""

from datetime import datetime
from typing import Self
from uuid import UUID

from pydantic import BaseModel, Field

from common.http import StrictModel
from surveys.calls.commands import Claimed
from surveys.calls.domain import Outcome
from surveys.waves.wire import Instant


class ClaimedBody(BaseModel):
    """A case for half an hour."""

    id: UUID
    version: int
    change_token: None = None
    attempt: int = Field(description="Which call to this person it is; at most five are made")
    name: str
    phone: str
    token: str = Field(description="Answers like a link (`Authorization: Survey TOKEN`); consent is then `oral`")
    expires_at: datetime

    @classmethod
    def of(cls, claimed: Claimed) -> Self:
        """The case."""
        call, person = claimed.call, claimed.person
        return cls(
            id=call.id,
            version=call.version,
            attempt=call.attempt,
            name=person.name,
            phone=person.phone,
            token=claimed.token,
            expires_at=call.expires_at,
        )


class OutcomeForm(StrictModel):
    """What came of a call."""

    outcome: Outcome
    callback_at: Instant | None = Field(
        default=None,
        description="Of `callback` alone, and needed there: when to call again, before the wave closes",
    )


class CallBody(BaseModel, from_attributes=True):
    """A call and what came of it."""

    id: UUID
    version: int
    change_token: None = None
    wave_id: UUID
    attempt: int
    outcome: Outcome | None
    callback_at: datetime | None
