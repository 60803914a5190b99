"""What a paper is, and when two keyings of it are equal. Pure."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any, NewType
from uuid import UUID

from common.errors import Conflict, Message
from common.identifiers import GraduateId, ResponseId, SchoolCode, WaveId
from surveys.questionnaires.domain.content import Question, QuestionType

PaperId = NewType("PaperId", UUID)

CONSENT = "consent"
"""Stands among the names that differ where two people have keyed different consents; no question is called so."""


class PaperState(StrEnum):
    """纸质问卷状态: keyed once; keyed twice and different; submitted; or given up with what was keyed."""

    KEYED = "keyed"
    DIFFERS = "differs"
    SUBMITTED = "submitted"
    SCREENED_OUT = "screened_out"
    DROPPED = "dropped"


@dataclass(frozen=True)
class Paper:
    """纸质问卷 of one graduate in one wave. What was keyed stays sealed until both agree, and is shown to no one.

    `differing` names the questions that two people have keyed differently.
    """

    id: PaperId
    version: int
    wave_id: WaveId
    graduate_id: GraduateId
    school_code: SchoolCode
    state: PaperState
    differing: tuple[str, ...]
    response_id: ResponseId | None
    first_keyer: str
    created_at: datetime
    recorded_at: datetime


@dataclass(frozen=True)
class Keyed:
    """What one person reads off a paper."""

    values: Mapping[str, Any]
    statement_version: int
    sensitive: bool

    def normalised(self, questions: Iterable[Question]) -> "Keyed":
        """The same answers in one spelling: what is left out is no answer, the order of choices and spaces at the ends
        of texts say nothing."""
        unordered = {each.id for each in questions if each.type is QuestionType.MULTIPLE_CHOICE}
        values = {
            name: _spelt(value, unordered=name in unordered) for name, value in self.values.items() if value is not None
        }
        said = {name: value for name, value in values.items() if value not in ("", [], {})}
        return Keyed(said, self.statement_version, self.sensitive)

    def differing(self, other: "Keyed") -> tuple[str, ...]:
        """The names under which two normalised keyings differ.

        >>> Keyed({"a": 1, "b": "x"}, 1, True).differing(Keyed({"a": 1, "c": "y"}, 1, False))
        ('b', 'c', 'consent')
        """
        names = {*self.values, *other.values}
        found = sorted(name for name in names if self.values.get(name) != other.values.get(name))
        consents = (self.statement_version, self.sensitive), (other.statement_version, other.sensitive)
        return (*found, CONSENT) if consents[0] != consents[1] else tuple(found)


class SameKeyer(Conflict):
    """One person has keyed this paper before."""

    code = "same_reviewer"
    title = Message("须由另一人录入第二遍", "Another person keys a paper the second time")

    def __init__(self) -> None:
        super().__init__(state=PaperState.KEYED.value, allowed_transitions=[])


def _spelt(value: object, *, unordered: bool) -> object:
    if isinstance(value, str):
        return value.strip()
    if isinstance(value, dict):
        members = {name: _spelt(each, unordered=False) for name, each in value.items()}
        return {name: each for name, each in members.items() if each not in (None, "")}
    if unordered and isinstance(value, list):
        return sorted(value, key=str)
    return value
