"""Entries on the wire."""

import io
from collections.abc import Mapping
from datetime import datetime
from types import MappingProxyType
from typing import Literal, Self
from uuid import UUID

from pydantic import BaseModel, Field

from surveys.entries.domain import Entry
from surveys.invitations.domain import InvitationState, link
from surveys.questionnaires.wire import TextForm
from surveys.waves.domain import Anonymity, WavePhase

Picture = Literal["svg", "png"]
MEDIA_TYPES: Mapping[Picture, str] = MappingProxyType({"svg": "image/svg+xml", "png": "image/png"})


def entry_url(public_url: str, code: str) -> str:
    """Where a shared entry is."""
    return f"{public_url.rstrip('/')}/w/{code}"


def qr_code(address: str, kind: Picture) -> bytes:
    """An address as a QR code, so large that it can be printed."""
    # only who asks for a picture needs it
    import segno

    written = io.BytesIO()
    segno.make(address, error="m", micro=False).save(written, kind=kind, scale=10, light="white")
    return written.getvalue()


class MyWaveBody(BaseModel, from_attributes=True):
    """A wave that asks the caller."""

    wave_id: UUID
    school_code: str
    cycle: int | None
    title: TextForm
    opens_at: datetime
    closes_at: datetime
    anonymity: Anonymity
    phase: WavePhase
    state: InvitationState | None = Field(description="Of the own link; null where none was made yet")


class EntryBody(BaseModel):
    """What answers as a personal link does, until it expires."""

    version: int = Field(default=1, description="A token never changes")
    change_token: None = None
    token: str = Field(description="For `Authorization: Survey TOKEN`")
    link: str
    expires_at: datetime

    @classmethod
    def of(cls, entry: Entry, public_url: str) -> Self:
        """The token, also as a link."""
        return cls(token=entry.token, link=link(public_url, entry.token), expires_at=entry.expires_at)
