"""What a privacy statement says, the one that is shipped, and what is kept of a consent."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, fields, replace
from datetime import datetime
from enum import StrEnum
from functools import lru_cache
from importlib.resources import files
from typing import Any, NewType
from uuid import UUID

from common.errors import Conflict, FieldProblem, Message
from common.identifiers import SchoolCode

StatementId = NewType("StatementId", UUID)

MIN_MONTHS, MAX_MONTHS = 6, 84
"""For how long answers may be kept with the person: ours, `verified: false`."""

_UNTRANSLATED = Message("中英文文字都要填写", "Both the Chinese and the English text are needed")


class StatementState(StrEnum):
    """Draft while what it says differs from the last published version."""

    DRAFT = "draft"
    PUBLISHED = "published"


@dataclass(frozen=True)
class Said:
    """What a statement says: the words in both languages, and after how many months answers lose the person."""

    text: Message
    purposes: Message
    contact: Message
    retention_months: int


WORDS = ("text", "purposes", "contact")


@dataclass(frozen=True)
class SaidChange:
    """A merge patch: words by field and language; the months, None where they stay."""

    words: Mapping[str, Mapping[str, str]]
    retention_months: int | None

    def applied_to(self, said: Said) -> Said:
        """What is said after the change."""
        changed = {name: replace(getattr(said, name), **words) for name, words in self.words.items()}
        months = said.retention_months if self.retention_months is None else self.retention_months
        return replace(said, **changed, retention_months=months)


@dataclass(frozen=True)
class Statement(Said):
    """隐私声明, being worked on. Without a school any school's wave may name it."""

    id: StatementId
    version: int
    school_code: SchoolCode | None
    state: StatementState
    published_version: int | None
    created_at: datetime
    recorded_at: datetime


@dataclass(frozen=True)
class StatementVersion(Said):
    """已发布版本: never changes. Without `statement_id` the one that is shipped."""

    number: int
    statement_id: StatementId | None = None
    school_code: SchoolCode | None = None
    published_at: datetime | None = None

    @property
    def place(self) -> tuple[UUID | None, int]:
        """Which text it is: numbers count within one statement."""
        return self.statement_id, self.number


class StatementPublished(Conflict):
    """What it says is that of the newest version; two versions with one content would pass for two statements."""

    code = "already_published"
    title = Message("内容已发布，没有改动", "This content is published already")


class Means(StrEnum):
    """How consent was given (同意方式)."""

    SCREEN = "screen"
    ORAL = "oral"
    PAPER = "paper"


@dataclass(frozen=True)
class Receipt:
    """同意凭证: without `statement_id` of the statement that is shipped."""

    statement_id: StatementId | None
    statement_version: int
    sensitive: bool
    means: Means
    recorded_at: datetime


class ConsentRequired(Conflict):
    """Nothing is saved before the respondent has agreed to the privacy statement."""

    code = "consent_required"
    title = Message("请先阅读并同意隐私声明", "Read the privacy statement and agree to it first")


def said_of(said: Said) -> Said:
    """What is said, and nothing else."""
    return Said(**{field.name: getattr(said, field.name) for field in fields(Said)})


def untranslated(said: Said) -> Iterator[FieldProblem]:
    """The words that keep a statement from being published."""
    for name in WORDS:
        for language, words in vars(getattr(said, name)).items():
            if not words.strip():
                yield FieldProblem(f"/{name}/{language}", "untranslated", _UNTRANSLATED)


@lru_cache
def shipped() -> StatementVersion:
    """The statement of waves whose school has published none."""
    read: dict[str, Any] = json.loads((files("surveys.privacy") / "data" / "shipped.json").read_text("utf-8"))
    text, purposes, contact = (Message(**read[name]) for name in WORDS)
    return StatementVersion(text, purposes, contact, retention_months=read["retention_months"], number=1)
