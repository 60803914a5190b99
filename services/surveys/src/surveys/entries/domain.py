"""What graduates find of the waves that ask them, what they enter one with, and what they ask for at shared entries."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import ClassVar
from uuid import UUID

from common.errors import Conflict, FieldProblem, Invalid, Message, TooManyRequests
from common.identifiers import InvitationId, SchoolCode, WaveId
from common.identity.numbers import plain_number
from surveys.invitations.domain import InvitationState
from surveys.waves.domain import Anonymity, Cycle, WavePhase

TRIES = 5
WITHIN = timedelta(hours=1)
"""So often a number is asked with, right or wrong: names are not to be guessed."""

LONGEST = 64

_MISSING = Message("请填写", "Must be filled in")
_LONG = Message(f"不得超过 {LONGEST} 个字符", f"Must have at most {LONGEST} characters")


class NoSharedEntry(Conflict):
    """The wave has no shared entry that a picture could lead to."""

    code = "no_shared_entry"
    title = Message("本轮调查未开启公共入口（shared_code）", "This wave has no shared entry (shared_code)")


class TooManyTries(TooManyRequests):
    """The number was asked with as often as it may be within an hour."""

    code = "too_many_tries"
    title = Message(
        "此学号一小时内尝试次数过多，请稍后再试", "This number was tried too often within an hour; try later"
    )


@dataclass(frozen=True)
class Named:
    """How a visitor of a shared entry says who they are; kept sealed until it is answered."""

    student_number: str
    name: str

    @classmethod
    def read(cls, student_number: str, name: str) -> "Named":
        """What was typed, as it is looked for; raises Invalid for what is empty or too long."""
        read = {"student_number": plain_number(student_number), "name": name.strip()}
        problems = [
            FieldProblem(f"/{field}", *(("required", _MISSING) if not value else ("max_length", _LONG)))
            for field, value in read.items()
            if not 0 < len(value) <= LONGEST
        ]
        if problems:
            raise Invalid(problems)
        return cls(**read)


@dataclass(frozen=True)
class Request:
    """A wish for the own link of a wave, which waits to be answered."""

    id: UUID
    wave_id: WaveId
    language: str
    named: Named


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
