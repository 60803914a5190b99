"""Attempts at contact: whom a step leaves alone and why, what a message is, and what became of it. Pure."""

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from importlib.resources import files
from typing import Any, NewType, Protocol
from uuid import UUID

from common import clock
from common.errors import Conflict, Invalid, Message, Unauthenticated
from common.identifiers import EmployerId, GraduateId, InvitationId, SchoolCode, WaveId
from surveys.ladders.domain import Channel, Step
from surveys.waves.domain import Audience

AttemptId = NewType("AttemptId", UUID)
OptOutId = NewType("OptOutId", UUID)

_HOURS: dict[str, Any] = json.loads((files("surveys.contact") / "data" / "hours.json").read_text("utf-8"))
APART = timedelta(hours=_HOURS["hours_apart"])
"""Between two messages to one person, in whatever waves."""

PATIENCE = timedelta(hours=24)
"""For so long a message is tried again that was put off."""

_EMAIL = re.compile(r"[!-;=?A-~]{1,64}@[A-Za-z0-9.-]{1,255}")


class AttemptState(StrEnum):
    """联系结果. `unknown`: it may have left, and a mail is not sent again."""

    SENDING = "sending"
    ACCEPTED = "accepted"
    FAILED = "failed"
    DEFERRED = "deferred"
    UNKNOWN = "unknown"
    DELIVERED = "delivered"
    BOUNCED = "bounced"
    SKIPPED = "skipped"


class SkipReason(StrEnum):
    """Why a step leaves a person alone; of several the first one counts."""

    ANSWERED = "answered"
    OPTED_OUT = "opted_out"
    LEFT_ROSTER = "left_roster"
    DECEASED = "deceased"
    KNOWN_DESTINATION = "known_destination"
    REVOKED = "revoked"
    CLOSED = "closed"
    NO_CONTACT = "no_contact"
    BUDGET = "budget"


@dataclass(frozen=True)
class DueStep:
    """A step that is due in a wave; `number` is its place in the ladder, the first one is 1, None of none of them."""

    wave_id: WaveId
    school_code: SchoolCode
    number: int | None
    step: Step
    closes_at: datetime
    audience: Audience = Audience.GRADUATES


@dataclass(frozen=True)
class Judged:
    """An invitation that a step may concern: why not, and until when its person is left in peace."""

    invitation_id: InvitationId
    graduate_id: GraduateId | None
    reason: SkipReason | None
    waits_until: datetime | None
    employer_id: EmployerId | None = None


@dataclass(frozen=True)
class Address:
    """Where a person is reached, and by which name; never stored."""

    to: str
    name: str


@dataclass(frozen=True)
class Attempt:
    """联系记录, without an address."""

    id: AttemptId
    invitation_id: InvitationId
    step: int | None
    state: AttemptState
    reason: SkipReason | None
    at: datetime


class OptOutScope(StrEnum):
    """拒访范围: one wave, or whatever the school may ask."""

    WAVE = "wave"
    ALL = "all"


class OptOutSource(StrEnum):
    """How a person has asked to be left alone."""

    LINK = "link"
    RECEIPT = "receipt"
    GRADUATE = "graduate"
    MANAGER = "manager"
    LIAISON = "liaison"
    CALL = "call"


@dataclass(frozen=True)
class OptOut:
    """拒访: who is left alone from then on, in one wave or (None) in all; who is asked counts as asked all the same."""

    id: OptOutId
    school_code: SchoolCode
    version: int
    graduate_id: GraduateId | None
    employer_id: EmployerId | None
    wave_id: WaveId | None
    source: OptOutSource
    created_at: datetime
    revoked_at: datetime | None

    @property
    def scope(self) -> OptOutScope:
        """How far it reaches."""
        return OptOutScope.ALL if self.wave_id is None else OptOutScope.WAVE


class AlreadyOptedOut(Conflict):
    """The person is left alone there already."""

    code = "already_opted_out"
    title = Message("已经登记过拒访", "The person has opted out there already")


class Receipt(StrEnum):
    """回执: what a gateway says of a message."""

    DELIVERED = "delivered"
    FAILED = "failed"
    STOP = "stop"


@dataclass(frozen=True)
class Handed:
    """A message that was handed to the gateway."""

    invitation_id: InvitationId
    school_code: SchoolCode
    state: AttemptState


class ReceiptRefused(Unauthenticated):
    """A receipt that the gateway has not signed, or not just now: one text, so that guessing learns nothing."""

    code = "receipt_refused"
    title = Message("回执签名无效或已过期", "The receipt is not signed by the gateway, or not just now")
    challenge = "Signature"


class UnknownMessage(Invalid):
    """A receipt of a message that was never handed to the gateway."""

    code = "unknown_message"
    title = Message("没有这条消息", "There is no such message")


_UNDER_WAY = frozenset({AttemptState.SENDING, AttemptState.ACCEPTED, AttemptState.UNKNOWN, AttemptState.DEFERRED})


def after(state: AttemptState, receipt: Receipt) -> AttemptState | None:
    """The state of a message after a receipt; None where it stays: the same was said, or it has ended.

    >>> after(AttemptState.ACCEPTED, Receipt.DELIVERED), after(AttemptState.FAILED, Receipt.DELIVERED)
    (<AttemptState.DELIVERED: 'delivered'>, None)
    """
    if receipt is Receipt.DELIVERED:
        return AttemptState.DELIVERED if state in _UNDER_WAY else None
    if receipt is Receipt.FAILED and state in _UNDER_WAY | {AttemptState.DELIVERED}:
        return AttemptState.FAILED
    return None


@dataclass(frozen=True)
class Outgoing:
    """A message that is noted and leaves now; a channel may repeat it under its id. `stop` ends contact."""

    id: AttemptId
    step: Step
    address: Address
    school: Message
    link: str
    stop: str
    closes_on: date
    expires_at: datetime
    language: str = "zh"


@dataclass(frozen=True)
class Outcome:
    """What became of a message; `reference` is the receiver's word for it."""

    state: AttemptState
    reference: str | None = None


class Sender(Protocol):
    """A channel, as the worker knows it.

    `at_once` messages are sent side by side. Where it `repeats`, a message whose fate is unknown is sent again.
    """

    at_once: int
    repeats: bool

    async def send(self, message: Outgoing) -> Outcome:
        """Sends a message and tells what became of it; raises nothing."""
        ...


@dataclass(frozen=True)
class Plan:
    """What a step does with some invitations: sends to these, and leaves those alone."""

    sent: Sequence[InvitationId]
    skipped: Mapping[InvitationId, SkipReason]


def plan_of(judged: Sequence[Judged], reached: Mapping[InvitationId, Address], affordable: int | None) -> Plan:
    """Who is sent a message, of those who need not wait: at most so many (None: all) of those who can be reached."""
    sent: list[InvitationId] = []
    skipped: dict[InvitationId, SkipReason] = {}
    for each in judged:
        if each.reason is not None:
            skipped[each.invitation_id] = each.reason
        elif each.waits_until is not None:
            continue
        elif each.invitation_id not in reached:
            skipped[each.invitation_id] = SkipReason.NO_CONTACT
        elif affordable is not None and len(sent) >= affordable:
            skipped[each.invitation_id] = SkipReason.BUDGET
        else:
            sent.append(each.invitation_id)
    return Plan(sent, skipped)


def is_waking(instant: datetime) -> bool:
    """Whether messages may leave: in Shanghai it is day."""
    return bool(_HOURS["from_hour"] <= instant.astimezone(clock.SHANGHAI).hour < _HOURS["until_hour"])


def field_of(channel: Channel) -> str:
    """What registry calls the address of a channel."""
    return "email" if channel is Channel.EMAIL else "phone"


def address_of(channel: Channel, values: Mapping[str, Any] | None) -> Address | None:
    """Where a person is reached, of what registry shows; None where it shows nothing, or what is no address.

    >>> address_of(Channel.EMAIL, {"name": "李四", "email": "li@example.cn"})
    Address(to='li@example.cn', name='李四')
    """
    known = values or {}
    to = str(known.get(field_of(channel)) or "").strip()
    if not to or (channel is Channel.EMAIL and _EMAIL.fullmatch(to) is None):
        return None
    return Address(to, str(known.get("name") or ""))


def stop_link(public_url: str, token: str) -> str:
    """The address at which contact is ended; in the path, because mail programs post to it (RFC 8058)."""
    return f"{public_url.rstrip('/')}/o/{token}"


def last_day(closes_at: datetime) -> date:
    """The last day in Shanghai on which a wave is open."""
    return (closes_at - timedelta(microseconds=1)).astimezone(clock.SHANGHAI).date()


def spoken_day(day: date) -> Message:
    """A day as it is said.

    >>> spoken_day(date(2026, 12, 3))
    Message(zh='2026年12月3日', en='3 December 2026')
    """
    return Message(f"{day.year}年{day.month}月{day.day}日", f"{day.day} {day:%B} {day.year}")
