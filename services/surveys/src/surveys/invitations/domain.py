"""Invitations, and the tokens of personal links: 128 random bits that name no person, kept as a digest only."""

import re
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import ClassVar
from uuid import UUID

from common.errors import Message, Unauthenticated
from common.identifiers import EmployerId, GraduateId, InvitationId, OperationId, SchoolCode, WaveId
from surveys.ladders.domain import Channel as Channel
from surveys.waves.domain import Audience

TOKEN_BYTES = 16
LINK_LIVES = timedelta(days=3_660)
"""Of a link in a message: longer than answers are kept with the person."""

_FORM = re.compile(r"[A-Za-z0-9_-]{22}")


LIVES = timedelta(hours=12)
"""How long a further token lives: as long as the page keeps a link open."""

FIELD = "invitations.token"
"""What the ciphertext of a token is bound to beside its row."""


class InvitationState(StrEnum):
    """邀请状态: follows what became of the link."""

    CREATED = "created"
    OPENED = "opened"
    SUBMITTED = "submitted"
    WITHDRAWN = "withdrawn"
    SCREENED_OUT = "screened_out"
    EXPIRED = "expired"
    REVOKED = "revoked"


ANSWERABLE = frozenset({InvitationState.CREATED, InvitationState.OPENED})
"""States in which an answer may still come; they end as `expired` or `revoked`, too."""

ENDED = (InvitationState.EXPIRED, InvitationState.REVOKED)


@dataclass(frozen=True)
class Invitation:
    """邀请 of one graduate or employer to one wave; the ciphertext is that of an unused link's token.

    The digest is that of the token, which only who is invited knows; None once a graduate is erased. `by_phone` is an
    invitation whose holder is an interviewer who writes down what is said; `number` is that of the answer that is given
    with it: an employer may give one for each graduate hired.
    """

    version: ClassVar[None] = None

    id: InvitationId
    wave_id: WaveId
    graduate_id: GraduateId | None
    employer_id: EmployerId | None
    school_code: SchoolCode
    channel: Channel
    state: InvitationState
    token_digest: bytes | None
    token_ciphertext: bytes | None
    created_at: datetime
    by_phone: bool = False
    number: int = 1


@dataclass(frozen=True)
class Batch:
    """What invitations that are made at once have in common; `operation_id` of none that came of no long work."""

    operation_id: OperationId | None
    wave_id: WaveId
    school_code: SchoolCode
    channel: Channel
    audience: Audience = Audience.GRADUATES


@dataclass(frozen=True)
class NewInvitation:
    """An invitation of a graduate or employer with digest and ciphertext of its token, about to be stored."""

    id: InvitationId
    subject_id: UUID
    token_digest: bytes
    token_ciphertext: bytes


@dataclass(frozen=True)
class Entry:
    """凭证: a token that answers like the link of an invitation for a while; only its digest is kept.

    `by_phone`: an interviewer holds it, the consent is `oral` and the answer came by `phone`. `number` is that of the
    one answer that it opens, where a link has several.
    """

    token_digest: bytes
    invitation: Invitation
    lives: timedelta
    by_phone: bool = False
    number: int | None = None


@dataclass(frozen=True)
class FurtherToken:
    """The token of an entry in clear, and until when it answers."""

    token: str
    expires_at: datetime


class LinkRefused(Unauthenticated):
    """A personal link that is wrong, used up or expired: one text, so that guessing learns nothing."""

    code = "link_refused"
    title = Message("链接无效、已使用或已过期", "The link is wrong, used up or expired")
    challenge = "Survey"


def new_token() -> str:
    """A token that cannot be guessed, safe in the fragment of an address."""
    return secrets.token_urlsafe(TOKEN_BYTES)


def has_form(token: str) -> bool:
    """Whether the text could be a token at all."""
    return _FORM.fullmatch(token) is not None


def link(public_url: str, token: str) -> str:
    """The personal link; in the fragment the token stays out of request lines, logs and referrers."""
    return f"{public_url.rstrip('/')}/a#{token}"
