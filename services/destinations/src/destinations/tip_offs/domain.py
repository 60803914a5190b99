"""Tip-offs as values: what is sent, what a receipt opens, and why one is refused."""

import hashlib
import secrets
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from common.codes.rules import rule
from common.errors import Conflict, Invalid, Message, TooManyRequests
from common.objects import ObjectName

A_DAY = 2_000
"""Tip-offs that a school is sent on one day at most."""

MOST_MESSAGES = 100
"""What the reporter may say further."""

SCOPE = "tip-offs"
"""Of a token that may open who reported."""

PURPOSE = "tip_off"

_RECEIPT_BYTES = 16


class FileState(StrEnum):
    """Where a file stands: it is shown once it was written anew without metadata."""

    CHECKING = "checking"
    KEPT = "kept"
    REFUSED = "refused"


@dataclass(frozen=True, kw_only=True)
class SentFile:
    """A file as it was sent, stored already."""

    name: ObjectName
    media_type: str


@dataclass(frozen=True, kw_only=True)
class TipOff:
    """What is reported."""

    school_code: str
    accused: str | None
    text: str = field(repr=False)
    contact: str | None = field(repr=False)
    files: Sequence[SentFile] = field(default=(), repr=False)


@dataclass(frozen=True)
class Addition:
    """What the reporter has said further; the text is None once it was erased."""

    id: UUID
    text: str | None = field(repr=False)
    recorded_at: datetime


@dataclass(frozen=True)
class File:
    """A file of a tip-off."""

    n: int
    state: FileState
    media_type: str
    name: ObjectName | None


def new_receipt() -> str:
    """What alone opens the tip-off for who has sent it: 128 bits, that are stored nowhere."""
    return secrets.token_hex(_RECEIPT_BYTES)


def hashed(receipt: str) -> bytes:
    """What is stored in the place of a receipt."""
    return hashlib.sha256(receipt.strip().lower().encode()).digest()


class TooManyTipOffs(TooManyRequests):
    """The school has been sent as many tip-offs today as can be taken: the telephone and the post take more."""

    code = "too_many_tip_offs"
    title = Message(
        "该校今日网上举报已达上限，请拨打学校或省级就业部门的举报电话，或寄信举报",
        "No more tip-offs about this school are taken here today: use the reporting phone of the school or the"
        " province, or send a letter",
    )


class TooManyMessages(Conflict):
    """As much was said further as can be taken."""

    code = "too_many_messages"
    title = Message(
        "补充说明已达上限，请拨打举报电话或寄信", "No more can be added here: use the phone, or send a letter"
    )


class UnknownSchool(Invalid):
    """No school of this code is known here."""

    code = "unknown_school"
    title = rule("unknown_school").text

    def __init__(self) -> None:
        super().__init__([rule("unknown_school").problem("/school_code")])
