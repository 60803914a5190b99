"""Routes about code lists and rules. Everybody with a token may read them: they are the vocabulary of the API."""

from datetime import date
from typing import Annotated, Self

from fastapi import Query
from pydantic import BaseModel, Field

from common.auth import Caller
from common.codes import CodeEntry, CodeList, CodeLists
from common.codes.rules import Rule, rules
from common.errors import NotFound
from common.http import Day, PageOf, Router

router = Router(prefix="/v1", tags=["codes"])


class Titles(BaseModel):
    """A text in both languages."""

    zh: str
    en: str | None


class CodeListSummary(BaseModel):
    """A code list without its codes."""

    name: str
    title: Titles
    version: str
    count: int = Field(description="Codes shown; one with two periods counts twice")

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
    """A code list with its codes, all on one page, and the other labels they go by."""

    items: list[CodeAnswer]
    next_cursor: None = None
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


OnDay = Annotated[Day | None, Query(description="Only the codes in force on this day; without it those of all times")]


@router.get("/code-lists", summary="List the code lists")
async def list_code_lists(*, caller: Caller) -> PageOf[CodeListSummary]:  # noqa: ARG001 - needs a token
    return PageOf(items=[CodeListSummary.of(code_list) for code_list in CodeLists.load()], next_cursor=None)


@router.get("/code-lists/{name}", summary="Read a code list")
async def read_code_list(*, caller: Caller, name: str, on: OnDay = None) -> CodeListAnswer:  # noqa: ARG001
    lists = CodeLists.load()
    if name not in lists.names():
        raise NotFound
    code_list = lists.get(name)
    entries = tuple(code_list) if on is None else code_list.in_force(on)
    return CodeListAnswer(
        **CodeListSummary.of(code_list).model_dump() | {"count": len(entries)},
        items=[CodeAnswer.of(entry) for entry in entries],
        aliases=[AliasAnswer(**vars(alias)) for alias in code_list.aliases],
    )


@router.get("/rules", summary="List every check")
async def list_rules(*, caller: Caller) -> PageOf[RuleAnswer]:  # noqa: ARG001
    return PageOf(items=[RuleAnswer.of(rule) for rule in rules().values()], next_cursor=None)
