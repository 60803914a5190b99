"""The codebook of an export: every variable with its question, values and versions, as programs read it."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any, Self
from uuid import UUID

from pydantic import BaseModel, Field

from common.errors import Message
from surveys.exports.domain.cells import MISSING, Storage
from surveys.exports.domain.layout import Column, Layout
from surveys.exports.domain.plan import Export
from surveys.exports.domain.protection import K, Shown
from surveys.questionnaires.domain.changes import Following, over_all
from surveys.questionnaires.domain.content import (
    Period,
    PublishedVersion,
    Question,
    QuestionnairePage,
    QuestionType,
    Scale,
    VariableFate,
)
from surveys.waves.domain import Wave

MAX_LISTED = 1_000
"""Values that are listed; those of a longer list of codes stand in the list."""


class Words(BaseModel, from_attributes=True):
    """The same words in both languages."""

    zh: str
    en: str


class ValueBody(BaseModel):
    """A value and what it means, whole: files cut their labels."""

    value: int | str
    label: Words


class VersionBody(BaseModel):
    """A version of the questionnaire."""

    number: int
    published_at: datetime
    is_own: bool = Field(description="Whether it is the one that the wave asks")


class InVersion(BaseModel):
    """What became of a variable in a version, against the one before that had it."""

    number: int
    change: VariableFate
    comparable: bool
    text: Words


class MeasureBody(BaseModel, from_attributes=True):
    """The measure that the answers are given to."""

    id: str
    map: Mapping[str, str] | None
    post_level: str | None


class ScaleBody(BaseModel, from_attributes=True):
    """The ends of a scale."""

    min: int
    max: int


class VariableInFile(BaseModel):
    """A column. Without `question` it is of who answered."""

    name: str = Field(description="In the header")
    sav_name: str = Field(description="In a .sav, which does not take every name")
    storage: Storage
    label: Words
    question: str | None
    part: str | None = Field(description="The option, row or member of the question")
    type: QuestionType | None
    text: Words | None = Field(description="The question as it is asked, or was asked last")
    hint: Words | None
    asked: bool = Field(description="Whether the wave asks it; else all its cells are -97")
    visible_if: list[str] = Field(description="Who was asked: conditions of its page and of itself")
    required: bool
    core: bool
    sensitive: bool
    refusable: bool
    unit: Words | None
    period: Period | None
    scale: ScaleBody | None
    code_list: str | None
    calculation: str | None
    measure: MeasureBody | None
    values: list[ValueBody] = Field(description=f"None of a code list with more than {MAX_LISTED} codes")
    missing: list[ValueBody]
    versions: list[InVersion]


class ProtectionBody(BaseModel):
    """How those who answered are kept from being found."""

    k: int = Field(description="Answers that share each combination of groups in the file")
    lost: list[str] = Field(description="What rarer combinations lose, in this order")


class CodebookBody(BaseModel):
    """What a file of answers holds."""

    export_id: UUID
    school_code: str
    wave_id: UUID
    cohort: int | None
    cycle: int | None
    opens_at: datetime
    closes_at: datetime
    dataset_hash: str | None
    questionnaire_id: UUID
    title: Words
    format: str
    coding: str = Field(description="`coded` or `labelled`")
    language: str
    identified: bool
    rows: int | None
    weighting: UUID | None = Field(description="Whose weights the column `weight` has")
    protection: ProtectionBody | None
    versions: list[VersionBody] = Field(description="Of the questionnaire: the wave's own, then from the newest on")
    kept_out: list[str] = Field(
        description="What only `identified` has: words, names, files, and what is calculated of groups or the day"
    )
    missing: list[ValueBody]
    variables: list[VariableInFile]

    @classmethod
    def of(cls, export: Export, wave: Wave, layout: Layout) -> Self:
        """The codebook of an export of a wave."""
        own = layout.versions[0]
        is_protected = wave.has_groups and not export.plan.identified
        protection = None if not is_protected else ProtectionBody(k=K, lost=list(Shown._fields))
        return cls(
            **{name: getattr(export, name) for name in ("school_code", "wave_id", "cohort", "rows")},
            **{name: getattr(wave, name) for name in ("opens_at", "closes_at", "dataset_hash", "questionnaire_id")},
            **{name: getattr(export.plan, name) for name in ("format", "language", "identified")},
            export_id=export.id,
            cycle=wave.cycle,
            title=Words.model_validate(own.title),
            coding=export.plan.values,
            weighting=export.plan.weighting_id,
            protection=protection,
            versions=[
                VersionBody(number=each.number, published_at=each.published_at, is_own=each is own)
                for each in layout.versions
            ],
            kept_out=list(layout.kept_out),
            missing=_missing(),
            variables=[*_variables(layout)],
        )


def _variables(layout: Layout) -> Iterator[VariableInFile]:
    versions = sorted(layout.versions, key=lambda each: each.number)
    following = {each.variable: each for each in over_all(versions)}
    asked = {
        question.id: (page, question)
        for version in reversed(layout.versions)
        for page in version.pages
        for question in page.questions
    }
    for column in layout.columns:
        page, question = asked[column.question] if column.question else (None, None)
        became = following.get(f"{column.question}_{column.part}") or following.get(column.question or "")
        yield VariableInFile(
            **{name: getattr(column, name) for name in ("name", "sav_name", "storage", "question", "part")},
            **_of_question(page, question),
            label=Words.model_validate(column.label),
            asked=column.is_asked,
            values=[*_values(column)],
            missing=_missing() if column.question else [],
            versions=[] if became is None else [*_steps(column, became, versions)],
        )


def _of_question(page: QuestionnairePage | None, question: Question | None) -> dict[str, Any]:
    conditions = (page and page.visible_if, question and question.visible_if)
    scale = question.scale if question else None
    if question and question.type is QuestionType.NPS:
        scale = Scale(0, 10)
    return {
        "visible_if": [each for each in conditions if each],
        "scale": scale and ScaleBody.model_validate(scale),
        **{name: bool(question and getattr(question, name)) for name in _FLAGS},
        **{name: question and getattr(question, name) for name in ("type", "period", "code_list", "calculation")},
        **{name: _words(getattr(question, name, None)) for name in ("text", "hint", "unit")},
        "measure": MeasureBody.model_validate(question.measure) if question and question.measure else None,
    }


_FLAGS = ("required", "core", "sensitive", "refusable")


def _steps(column: Column, became: Following, versions: Sequence[PublishedVersion]) -> Iterator[InVersion]:
    for place, step in became.steps:
        text = next(each.text for each in versions[place].questions if each.id == column.question)
        yield InVersion(
            number=versions[place].number,
            change=step.change,
            comparable=step.comparable,
            text=Words.model_validate(text),
        )


def _values(column: Column) -> Iterator[ValueBody]:
    if len(column.labels) <= MAX_LISTED:
        for value, label in column.labels.items():
            yield ValueBody(value=value, label=Words.model_validate(label))


def _missing() -> list[ValueBody]:
    return [ValueBody(value=value, label=Words.model_validate(label)) for value, label in MISSING.items()]


def _words(text: Message | None) -> Words | None:
    return None if text is None else Words.model_validate(text)
