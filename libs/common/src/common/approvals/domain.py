"""A request that takes two people: its states, and who may do what to it. Pure."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from common.codes.rules import rule
from common.errors import Conflict, FieldProblem, Forbidden, Invalid, Message
from common.identity import one_width, visible

_SIX_DIGITS = re.compile(r"\d{6}")


class RequestState(StrEnum):
    """Where a request stands; all but `open` are its end."""

    OPEN = "open"
    WITHDRAWN = "withdrawn"
    APPROVED = "approved"
    REFUSED = "refused"


class RequestAction(StrEnum):
    """What is done to an open request: `withdraw` by who asked, the others by another person."""

    WITHDRAW = "withdraw"
    APPROVE = "approve"
    REFUSE = "refuse"


@dataclass(frozen=True, kw_only=True)
class Asked:
    """What every request states. `requested_by` and `decided_by` are subjects of tokens, which no answer shows.

    `state` is a word of `RequestState`, or one that the kind adds.
    """

    version: int
    state: str
    requested_by: str
    requested_by_role: str
    requested_at: datetime
    due_on: date
    decided_by: str | None
    decided_by_role: str | None
    decided_at: datetime | None


class TransitionNotAllowed(Conflict):
    """The state does not allow the act; `problems` names the parts of the request at fault where it has several."""

    code = "transition_not_allowed"
    title = Message("当前状态不允许此操作", "The state does not allow this")

    def __init__(self, state: str, allowed: Sequence[str], problems: Sequence[FieldProblem] = ()) -> None:
        super().__init__(state=state, allowed_transitions=list(allowed))
        self.problems = tuple(problems)


class SameReviewer(Conflict):
    """Who asked may not decide."""

    code = "same_reviewer"
    title = Message("申请人不得审批自己的申请", "Who asked cannot decide")

    def __init__(self, allowed: Sequence[str]) -> None:
        super().__init__(state=RequestState.OPEN.value, allowed_transitions=list(allowed))


class Outdated(Conflict):
    """What the request is about has changed since it was asked; `problems` names what no longer fits."""

    code = "outdated"
    title = Message("申请提交后，所涉内容已变化", "What the request is about has changed since")

    def __init__(self, problems: Sequence[FieldProblem]) -> None:
        super().__init__(state=RequestState.OPEN.value, allowed_transitions=[RequestAction.REFUSE.value])
        self.problems = tuple(problems)


class IdentifyingText(Invalid):
    """A reason holds six digits in a row, as numbers of persons do."""

    code = "identifying_text"
    title = rule("identifying_text").text


def must_not_identify(pointer: str, text: str) -> None:
    """Raises IdentifyingText for a text with six digits in a row, of whatever width or script."""
    if _SIX_DIGITS.search(visible(one_width(text))):
        raise IdentifyingText([rule("identifying_text").problem(pointer)])


def allowed_actions(request: Asked, subject: str, *, decides: bool) -> tuple[RequestAction, ...]:
    """What a caller could do now; `decides` says whether the role decides requests of this kind."""
    if request.state != RequestState.OPEN:
        return ()
    if request.requested_by == subject:
        return (RequestAction.WITHDRAW,)
    return (RequestAction.APPROVE, RequestAction.REFUSE) if decides else ()


def must_have_asked(request: Asked, subject: str) -> None:
    """Raises Forbidden for another person than who asked."""
    if request.requested_by != subject:
        raise Forbidden


def must_be_open(request: Asked) -> None:
    """Raises TransitionNotAllowed for a request that has ended."""
    if request.state != RequestState.OPEN:
        raise TransitionNotAllowed(request.state, ())


def must_be_another(request: Asked, subject: str) -> None:
    """Raises TransitionNotAllowed for a request that has ended, SameReviewer for who asked."""
    must_be_open(request)
    if request.requested_by == subject:
        raise SameReviewer(allowed_actions(request, subject, decides=True))
