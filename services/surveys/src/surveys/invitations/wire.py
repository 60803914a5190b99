"""Invitations on the wire."""

from datetime import datetime
from typing import Literal, Self
from uuid import UUID

from pydantic import BaseModel, Field

from common.http import StrictModel
from surveys.invitations.domain import Channel, Invitation, InvitationState


class NewInvitations(StrictModel):
    """How everybody eligible is invited who is not yet."""

    channel: Literal[Channel.LINK]


class InvitationBody(BaseModel):
    """An invitation and what became of it."""

    id: UUID
    graduate_id: UUID | None
    employer_id: UUID | None
    channel: Channel
    state: InvitationState
    link: str | None = Field(description="Until it is first used, and to the survey manager only")
    created_at: datetime

    @classmethod
    def of(cls, invitation: Invitation, link: str | None) -> Self:
        """The invitation with its link, where the caller reads it."""
        return cls.model_validate({**vars(invitation), "link": link})


class RevokedBody(InvitationBody):
    """An invitation that was just taken back; its state is all that changes, so versions of it are not counted."""

    version: None = None
    change_token: None = None
