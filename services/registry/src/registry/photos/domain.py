"""A graduate's photo: its states, and what a check that failed means for it. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from common.approvals.domain import TransitionNotAllowed
from common.codes.rules import rule
from common.errors import FieldProblem, Invalid, Message
from common.files import FileRefused
from common.identifiers import Cohort, GraduateId, SchoolCode
from common.objects import ObjectName
from registry.graduates.domain.photo_state import PhotoState
from registry.photo_checks.rules import RULES, Check, Result, broken_errors


class PhotoAction(StrEnum):
    """What an officer does to a photo."""

    ACCEPT = "accept"
    REFUSE = "refuse"


ALLOWED = {
    PhotoState.TO_REVIEW: (PhotoAction.ACCEPT, PhotoAction.REFUSE),
    PhotoState.ACCEPTED: (PhotoAction.REFUSE,),
    PhotoState.REFUSED: (),
}
"""State → what may be done to it; a new photo may take the place of any."""


@dataclass(frozen=True, kw_only=True)
class Photo:
    """The newest photo of a graduate. `recorded_at` is when it came to its state.

    `rule` and `reason` are those of a refusal, `fingerprint` is that of the file as it was sent.
    """

    graduate_id: GraduateId
    school_code: SchoolCode
    cohort: Cohort
    version: int
    state: PhotoState
    checks: tuple[Check, ...]
    rule: str | None
    reason: str | None
    recorded_at: datetime
    name: ObjectName
    fingerprint: bytes

    @property
    def id(self) -> GraduateId:
        """The graduate's: each has one photo."""
        return self.graduate_id


class PhotoBroken(FileRefused):
    """A photo breaks rules that no review can put right; `code` is the first, `errors` has all of them."""

    def __init__(self, broken: Sequence[str], pointer: str = "") -> None:
        first = rule(broken[0])
        super().__init__(first.id, first.text, pointer)
        self.problems = tuple(rule(each).problem(pointer) for each in broken)


class UnknownRule(Invalid):
    """A photo is refused by a rule that is none of photos."""

    code = "unknown_rule"
    title = Message("没有这条照片规则", "There is no such rule of photos")

    def __init__(self) -> None:
        choices = ", ".join(RULES)
        message = Message(f"应为以下之一：{choices}", f"Must be one of {choices}")
        super().__init__([FieldProblem("/rule", self.code, message)])


def must_pass(checks: Sequence[Check]) -> None:
    """Raises PhotoBroken for a photo that is not to be stored."""
    if broken := broken_errors(checks):
        raise PhotoBroken(broken)


def state_after(checks: Sequence[Check]) -> PhotoState:
    """The state of a photo that is stored: one check that failed or could not be made needs a person's eye."""
    passed = all(each.state is Result.PASSED for each in checks)
    return PhotoState.ACCEPTED if passed else PhotoState.TO_REVIEW


def must_allow(photo: Photo, action: PhotoAction) -> None:
    """Raises TransitionNotAllowed."""
    if action not in ALLOWED[photo.state]:
        raise TransitionNotAllowed(photo.state, ALLOWED[photo.state])


def must_be_rule(rule_id: str) -> None:
    """Raises UnknownRule."""
    if rule_id not in RULES:
        raise UnknownRule
