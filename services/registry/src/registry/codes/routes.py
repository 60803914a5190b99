"""Routes about code lists and rules. Every caller with a token may read them: they are the vocabulary of the API."""

from typing import Annotated

from fastapi import Query

from common.codes import CodeLists
from common.codes.rules import rules
from common.errors import NotFound
from common.http import Day, PageOf, Router
from registry.codes.wire import AliasAnswer, CodeAnswer, CodeListAnswer, CodeListSummary, RuleAnswer

router = Router(prefix="/v1", tags=["codes"])

OnDay = Annotated[Day | None, Query(description="Only the codes in force on this day; without it those of all times")]


@router.get("/code-lists", summary="List the code lists")
async def list_code_lists() -> PageOf[CodeListSummary]:
    return PageOf(items=[CodeListSummary.of(code_list) for code_list in CodeLists.load()], next_cursor=None)


@router.get("/code-lists/{name}", summary="Read a code list")
async def read_code_list(*, name: str, on: OnDay = None) -> CodeListAnswer:
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
async def list_rules() -> PageOf[RuleAnswer]:
    return PageOf(items=[RuleAnswer.of(rule) for rule in rules().values()], next_cursor=None)
