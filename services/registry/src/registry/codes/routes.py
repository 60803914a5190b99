"""Routes about code lists and rules. Every caller with a token may read them: they are the vocabulary of the API."""

from datetime import date
from typing import Annotated

from fastapi import Query

from common.codes import CodeEntry, CodeList, CodeLists
from common.codes.rules import rules
from common.errors import NotFound
from common.http import Day, Page, PageOf, Router, WholePage, page_of, rows_after
from registry.codes.wire import AliasAnswer, CodeAnswer, CodeListAnswer, CodeListSummary, RuleAnswer

router = Router(prefix="/v1", tags=["codes"])

OnDay = Annotated[Day | None, Query(description="Only the codes in force on this day; without it those of all times")]


@router.get("/code-lists", summary="List the code lists")
async def list_code_lists(*, page: Page) -> PageOf[CodeListSummary]:
    found = rows_after(page, CodeLists.load(), _name)
    return page_of(page, found, _name, CodeListSummary.of)


@router.get("/code-lists/{name}", summary="Read a code list")
async def read_code_list(*, name: str, page: WholePage, on: OnDay = None) -> CodeListAnswer:
    lists = CodeLists.load()
    if name not in lists.names():
        raise NotFound
    code_list = lists.get(name)
    entries = tuple(code_list) if on is None else code_list.in_force(on)
    kept, cursor = page.cut(rows_after(page, entries, _period), _period)
    return CodeListAnswer(
        **CodeListSummary.of(code_list).model_dump() | {"count": len(entries)},
        items=[CodeAnswer.of(entry) for entry in kept],
        next_cursor=cursor,
        aliases=[AliasAnswer(**vars(alias)) for alias in code_list.aliases],
    )


@router.get("/rules", summary="List every check")
async def list_rules(*, page: Page) -> PageOf[RuleAnswer]:
    found = rows_after(page, rules().values(), lambda rule: rule.id)
    return page_of(page, found, lambda rule: rule.id, RuleAnswer.of)


def _name(code_list: CodeList) -> str:
    return code_list.name


def _period(entry: CodeEntry) -> tuple[str, date | None]:
    """A code is listed once for each of its periods."""
    return entry.code, entry.valid_from
