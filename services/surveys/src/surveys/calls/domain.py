"""What a call is, when one may be made, and what may come of it. Pure."""

from dataclasses import dataclass
from datetime import datetime, time, timedelta
from enum import StrEnum
from typing import NewType
from uuid import UUID

from common.clock import SHANGHAI
from common.errors import Conflict, FieldProblem, Invalid, Message
from common.identifiers import GraduateId, SchoolCode, WaveId

CallId = NewType("CallId", UUID)

LEASE = timedelta(minutes=30)
"""For so long a case is one interviewer's."""

MOST_ATTEMPTS = 5
"""Calls to one person in one wave."""

BANDS = (time(9), time(13), time(17), time(21))
"""Hours of Shanghai between which people are called; two calls running are not made between the same two of them."""

KIND = "call"
"""The kind of access."""

PURPOSE = "survey_contact"
FIELDS = ("name", "phone")


class Outcome(StrEnum):
    """通话结果."""

    COMPLETED = "completed"
    PARTIAL = "partial"
    CALLBACK = "callback"
    NO_ANSWER = "no_answer"
    BUSY = "busy"
    SWITCHED_OFF = "switched_off"
    WRONG_NUMBER = "wrong_number"
    REFUSED = "refused"
    NOT_ELIGIBLE = "not_eligible"


ENDING = (Outcome.COMPLETED, Outcome.REFUSED, Outcome.WRONG_NUMBER, Outcome.NOT_ELIGIBLE)
"""After these a person is not called again in the wave."""


@dataclass(frozen=True)
class Call:
    """通话: a case that an interviewer has claimed; who that is stands in the audit trail only."""

    id: CallId
    version: int
    wave_id: WaveId
    graduate_id: GraduateId
    school_code: SchoolCode
    attempt: int
    claimed_at: datetime
    expires_at: datetime
    outcome: Outcome | None
    callback_at: datetime | None
    is_lost: bool


@dataclass(frozen=True)
class Reachable:
    """Name and phone of a graduate, as registry shows them."""

    graduate_id: GraduateId
    name: str
    phone: str


class NobodyToCall(Exception):
    """Leaves an act that finds no person who may be called now. No caller sees it."""


class OutcomeGiven(Conflict):
    """What came of a call is said once."""

    code = "outcome_given"
    title = Message("此次通话的结果已登记", "What came of this call was said already")

    def __init__(self, outcome: Outcome) -> None:
        super().__init__(state=outcome.value, allowed_transitions=[])


class LeaseLost(Conflict):
    """The half hour for which the case was the interviewer's is over."""

    code = "lease_lost"
    title = Message("30 分钟占用已过期，请重新领取", "The 30 minutes of this case are over; claim one again")

    def __init__(self) -> None:
        super().__init__(state="lost", allowed_transitions=[])


_ONLY_CALLBACK = Message(
    "只有结果为 callback 时才能约定回拨时间", "Only the outcome `callback` has a time to call again"
)
_NEEDS_TIME = Message("结果为 callback 时须约定回拨时间", "The outcome `callback` needs the time to call again")
_PAST = Message("回拨时间须晚于现在", "The time to call again must be in the future")
_OVER = Message("回拨时间须早于本轮截止时间", "The time to call again must be before the wave closes")


def band_at(moment: datetime) -> int | None:
    """Between which of the `BANDS` a moment lies, the first is 1; None at an hour without calls.

    >>> band_at(datetime(2026, 11, 30, 13, 0, tzinfo=SHANGHAI)), band_at(datetime(2026, 11, 30, 21, 0, tzinfo=SHANGHAI))
    (2, None)
    """
    hour = moment.astimezone(SHANGHAI).time()
    begun = sum(each <= hour for each in BANDS)
    return begun if 0 < begun < len(BANDS) else None


def must_be_callable_again(
    outcome: Outcome, callback_at: datetime | None, *, now: datetime, closes_at: datetime
) -> None:
    """Raises Invalid unless `callback`, and no other outcome, names a time to come before the wave closes."""
    problem = None
    if (outcome is Outcome.CALLBACK) is (callback_at is None):
        problem = ("required", _NEEDS_TIME) if callback_at is None else ("not_allowed", _ONLY_CALLBACK)
    elif callback_at is not None and callback_at <= now:
        problem = ("callback_in_past", _PAST)
    elif callback_at is not None and callback_at >= closes_at:
        problem = ("callback_after_close", _OVER)
    if problem is not None:
        raise Invalid([FieldProblem("/callback_at", *problem)])
