"""What graduates find of the waves that ask them, and what they enter one with."""

from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar

from common.identifiers import InvitationId, SchoolCode, WaveId
from surveys.invitations.domain import InvitationState
from surveys.waves.domain import Anonymity, Cycle, WavePhase


@dataclass(frozen=True)
class MyWave:
    """A wave that asks a graduate; `state` is that of the own link, None where none was made yet."""

    wave_id: WaveId
    school_code: SchoolCode
    cycle: Cycle | None
    title: dict[str, str]
    opens_at: datetime
    closes_at: datetime
    anonymity: Anonymity
    phase: WavePhase
    state: InvitationState | None


@dataclass(frozen=True)
class Entry:
    """What a graduate with an account enters a wave with, as with a link; `id` is that of the invitation."""

    version: ClassVar[None] = None

    id: InvitationId
    token: str
    expires_at: datetime
