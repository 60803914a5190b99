"""Routes about code lists and rules. Every caller with a token may read them: they are the vocabulary of the API.

Rows are added by administrators, and the routes show at once what any process has stored.
"""

from contextlib import suppress
from datetime import date
from functools import partial
from typing import Annotated
from uuid import UUID

from fastapi import Depends, Query, Response

from common.auth import Principal, Role, require
from common.codes import CodeEntry, CodeList
from common.codes.rules import rules
from common.database import Database
from common.errors import NotFound, TransientError
from common.http import (
    Day,
    Db,
    IdempotencyKey,
    Page,
    PageOf,
    Router,
    WholePage,
    answer,
    page_of,
    resource,
    rows_after,
)
from registry.codes import commands, storage
from registry.codes.announcements import last_change
from registry.codes.commands import WrittenEntry
from registry.codes.domain import EntryId
from registry.codes.wire import (
    AliasAnswer,
    CodeAnswer,
    CodeListAnswer,
    CodeListSummary,
    EntryAnswer,
    NewEntry,
    RuleAnswer,
)

router = Router(prefix="/v1", tags=["codes"])

OnDay = Annotated[Day | None, Query(description="Only the codes in force on this day; without it those of all times")]
Administrator = Annotated[Principal, Depends(require(Role.ADMIN))]


@router.get("/code-lists", summary="List the code lists")
async def list_code_lists(*, database: Db, page: Page) -> PageOf[CodeListSummary]:
    found = rows_after(page, await storage.CODE_ENTRIES.refresh(database), _name)
    return page_of(page, found, _name, CodeListSummary.of)


@router.get("/code-lists/{name}", summary="Read a code list")
async def read_code_list(*, database: Db, name: str, page: WholePage, on: OnDay = None) -> CodeListAnswer:
    lists = await storage.CODE_ENTRIES.refresh(database)
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


@router.post("/code-lists/{name}/entries", status_code=201, response_model=EntryAnswer, summary="Add a code")
async def add_code_entry(
    *, caller: Administrator, database: Db, name: str, body: NewEntry, once: IdempotencyKey
) -> Response:
    added = await answer(
        database.act(caller.actor, partial(commands.add, caller=caller, plan=body.plan(name)), once),
        show=lambda written: resource(
            EntryAnswer.added(written.stored, written.change_token),
            written.version,
            201,
            f"/v1/code-lists/{name}/entries/{written.id}",
        ),
        again=lambda done: _found(database, name, EntryId(UUID(done.object_id))),
    )
    # the next request to this process may use the code; what is stored is answered even if the rows cannot be read now
    with suppress(TransientError):
        await storage.CODE_ENTRIES.refresh(database)
    return added


@router.get("/code-lists/{name}/entries/{entry_id}", response_model=EntryAnswer, summary="Read an added code")
async def read_code_entry(*, _caller: Administrator, database: Db, name: str, entry_id: UUID) -> Response:
    async with database.reading() as connection:
        found = await storage.get(connection, name, EntryId(entry_id))
    return resource(EntryAnswer.added(found), found.version)


@router.get("/rules", summary="List every check")
async def list_rules(*, page: WholePage) -> PageOf[RuleAnswer]:
    found = rows_after(page, rules().values(), lambda rule: rule.id)
    return page_of(page, found, lambda rule: rule.id, RuleAnswer.of)


async def _found(database: Database, name: str, entry_id: EntryId) -> WrittenEntry:
    """What was added, with the newest change of its list."""
    async with database.reading() as connection:
        stored = await storage.get(connection, name, entry_id)
        sequence = await storage.current_sequence(connection, name)
    return WrittenEntry(stored, last_change(name, sequence))


def _name(code_list: CodeList) -> str:
    return code_list.name


def _period(entry: CodeEntry) -> tuple[str, date | None]:
    """A code is listed once for each of its periods."""
    return entry.code, entry.valid_from
