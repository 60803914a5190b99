"""Code lists and rules as they are answered."""

from datetime import date
from typing import Self

from pydantic import BaseModel, Field

from common.codes import CodeEntry, CodeList
from common.codes.rules import Rule


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

    @classmethod
    def of(cls, code_list: CodeList) -> Self:
        """The list as it is answered."""
        title = Titles(zh=code_list.title_zh, en=code_list.title_en)
        return cls(name=code_list.name, title=title, version=code_list.version, count=len(tuple(code_list)))


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

    @classmethod
    def of(cls, rule: Rule) -> Self:
        """The rule as it is answered."""
        text = Titles(zh=rule.text.zh, en=rule.text.en)
        return cls(id=rule.id, subject=rule.subject, level=rule.level, severity=rule.severity, text=text)
