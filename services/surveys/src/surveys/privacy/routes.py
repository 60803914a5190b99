"""Privacy statements over HTTP."""

from functools import partial
from typing import Annotated
from uuid import UUID

from fastapi import Path, Query, Response

from common.auth import Caller, Principal
from common.database import Database
from common.http import Db, IdempotencyKey, IfMatch, Page, PageOf, Router, answer, page_of, resource
from common.identifiers import SchoolCode
from surveys.privacy import commands
from surveys.privacy.domain import Statement, StatementId
from surveys.privacy.storage import statements as storage
from surveys.privacy.wire import NewStatement, StatementBody, StatementPatch, StatementVersionBody
from surveys.questionnaires.commands import EDITORS, permitted

router = Router(prefix="/v1/privacy-statements", tags=["privacy"])

School = Annotated[SchoolCode | None, Query(description="Only this school's own", max_length=64)]
Number = Annotated[int, Path(ge=1, le=2**31 - 1)]


@router.get("", summary="Privacy statements of the school and those for all")
async def list_statements(*, caller: Caller, database: Db, page: Page, school: School = None) -> PageOf[StatementBody]:
    caller.must_be_in(EDITORS)
    after = page.last_seen(UUID)
    async with database.reading() as connection:
        found = await storage.page(connection, caller.row_scope(), school, after, page.limit + 1)
    return page_of(page, found, lambda statement: statement.id, StatementBody.model_validate)


@router.post("", status_code=201, response_model=StatementBody, summary="Begin a privacy statement")
async def create_statement(*, caller: Caller, database: Db, body: NewStatement, once: IdempotencyKey) -> Response:
    def created(made: Statement) -> Response:
        return resource(StatementBody.model_validate(made), made.version, 201, f"/v1/privacy-statements/{made.id}")

    return await answer(
        database.act(caller.actor, partial(commands.create, caller=caller, said=body.said()), once),
        show=created,
        again=lambda done: _found(database, caller, StatementId(UUID(done.object_id))),
    )


@router.get("/{statement_id}", response_model=StatementBody, summary="One privacy statement with its draft")
async def read_statement(*, caller: Caller, database: Db, statement_id: UUID) -> Response:
    return _shown(await _found(database, caller, StatementId(statement_id)))


@router.patch("/{statement_id}", response_model=StatementBody, summary="Change the draft")
async def edit_statement(
    *, caller: Caller, database: Db, statement_id: UUID, if_match: IfMatch, body: StatementPatch
) -> Response:
    of, change = StatementId(statement_id), body.change()
    act = partial(commands.edit, caller=caller, statement_id=of, expected=if_match, change=change)
    return _shown(await database.act(caller.actor, act))


@router.post("/{statement_id}/publish", response_model=StatementBody, summary="Freeze the draft as a version")
async def publish_statement(
    *, caller: Caller, database: Db, statement_id: UUID, if_match: IfMatch, once: IdempotencyKey
) -> Response:
    of = StatementId(statement_id)
    return await answer(
        database.act(caller.actor, partial(commands.publish, caller=caller, statement_id=of, expected=if_match), once),
        show=_shown,
        again=lambda _: _found(database, caller, of),
    )


@router.get("/{statement_id}/versions/{number}", response_model=StatementVersionBody, summary="A published version")
async def read_statement_version(*, caller: Caller, database: Db, statement_id: UUID, number: Number) -> Response:
    async with database.reading() as connection:
        found = await storage.find_version(connection, caller.row_scope(), StatementId(statement_id), number)
    return resource(StatementVersionBody.model_validate(permitted(caller, found)), number)


async def _found(database: Database, caller: Principal, statement_id: StatementId) -> Statement:
    async with database.reading() as connection:
        return permitted(caller, await storage.find(connection, caller.row_scope(), statement_id))


def _shown(statement: Statement) -> Response:
    return resource(StatementBody.model_validate(statement), statement.version)
