"""Responses on the wire: that a graduate answered, never what."""

from datetime import datetime
from typing import Self
from uuid import UUID

from pydantic import BaseModel, Field

from surveys.responses.announcements import change_token
from surveys.responses.domain import CompletedBy, Response, ResponseState


class ResponseBody(BaseModel):
    """A response without what was answered."""

    id: UUID
    version: int
    change_token: str | None
    wave_id: UUID
    graduate_id: UUID | None
    employer_id: UUID | None
    number: int = Field(description="Of several answers of one employer's link")
    school_code: str
    state: ResponseState
    questions_answered: int
    questions_total: int
    created_at: datetime
    recorded_at: datetime
    submitted_at: datetime | None
    completed_by: CompletedBy | None = Field(description="`close`: the end of the wave submitted it")

    @classmethod
    def of(cls, response: Response) -> Self:
        """The response with the token of its newest event."""
        token = change_token(response)
        return cls.model_validate(vars(response) | {"change_token": token and token.encode()})
