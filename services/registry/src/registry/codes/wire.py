"""Code lists and rules as they are answered."""

from datetime import date, datetime
from decimal import Decimal
from typing import Annotated, Self
from uuid import UUID

from pydantic import BaseModel, Field, StringConstraints

from common.codes import CodeEntry, CodeList
from common.codes.rules import Rule
from common.contracts import ChangeToken
from common.http import Day, StrictModel
from registry.codes.domain import AddedEntry, EntryPlan

Label = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=100)]
Source = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=200)]
ShortText = Annotated[str, StringConstraints(min_length=1, max_length=32)]
AttributeName = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]{0,47}$")]


class Titles(BaseModel):
    """A text in both languages."""

    zh: str
    en: str | None


class CodeListSummary(BaseModel):
    """A code list without its codes."""

    name: str
    title: Titles
    version: str
    count: int = Field(description="Codes on all pages; one with two periods counts twice")
    extensible: bool = Field(description="Whether an administrator may add rows")

    @classmethod
    def of(cls, code_list: CodeList) -> Self:
        """The list as it is answered."""
        title = Titles(zh=code_list.title_zh, en=code_list.title_en)
        return cls(
            name=code_list.name,
            title=title,
            version=code_list.version,
            count=len(tuple(code_list)),
            extensible=bool(code_list.added_codes),
        )


class CodeAnswer(BaseModel):
    """One code in one period; `attributes` are what only this list has, such as classes, levels or a parent."""

    code: str
    label_zh: str
    label_en: str | None
    valid_from: date | None
    valid_to: date | None
    source: str
    verified: bool
    attributes: dict[str, str]

    @classmethod
    def of(cls, entry: CodeEntry) -> Self:
        """The entry as it is answered."""
        values = {field: getattr(entry, field) for field in cls.model_fields if field != "attributes"}
        return cls(**values, attributes=dict(entry.attributes))


class NewEntry(StrictModel):
    """A code in one period to add. Nothing checks it against the national list: it stays unverified."""

    code: ShortText = Field(examples=["500157"])
    label_zh: Label
    label_en: Label | None = None
    valid_from: Day = Field(description="First day on which the code is in force")
    valid_to: Day | None = Field(
        default=None,
        description="The last such day, which cannot be set later; another row of the code may follow",
    )
    source: Source = Field(default="added by an administrator", description="Where the code is published")
    attributes: dict[AttributeName, ShortText] = Field(
        default_factory=dict, max_length=10, description="What only this list has, such as a parent"
    )

    def plan(self, code_list: str) -> EntryPlan:
        """The row to add to the list."""
        return EntryPlan(code_list, CodeEntry(**self.model_dump(), verified=False))


class EntryAnswer(CodeAnswer):
    """A row that was added to a code list."""

    id: UUID
    code_list: str
    version: int
    recorded_at: datetime
    change_token: str | None = Field(None, description="Of the write that is being answered; null on reads")

    @classmethod
    def added(cls, stored: AddedEntry, token: ChangeToken | None = None) -> Self:
        """The row as it is answered."""
        stated = {name: getattr(stored, name) for name in ("id", "code_list", "version", "recorded_at")}
        return cls(**stored.entry.values(), **stated, change_token=token.encode() if token else None)


class AliasAnswer(BaseModel):
    """Another label that imports accept for a code."""

    label: str
    code: str
    kind: str
    verified: bool


class CodeListAnswer(CodeListSummary):
    """A code list with its codes, all on one page unless a limit is given, and the other labels they go by."""

    items: list[CodeAnswer]
    next_cursor: str | None = None
    aliases: list[AliasAnswer]


class RuleAnswer(BaseModel):
    """One check: what it looks at, how wide it is, and its text."""

    id: str
    subject: str
    level: str
    severity: str
    text: Titles
    tolerance: Decimal | None = Field(
        description="Per cent of graduates who may break it; null of a rule that no report on quality judges"
    )
    source: str
    verified: bool = Field(description="False of a proposal")

    @classmethod
    def of(cls, rule: Rule) -> Self:
        """The rule as it is answered."""
        text = Titles(zh=rule.text.zh, en=rule.text.en)
        stated = {name: getattr(rule, name) for name in cls.model_fields if name != "text"}
        return cls(**stated, text=text)
