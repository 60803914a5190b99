"""Operations over HTTP: the 202 that takes work, its state, its file, its error report, and its being cancelled."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, cast
from uuid import UUID

from fastapi import Request, Response
from pydantic import BaseModel, Field
from pydantic_core import to_json

from common.auth import UNRESTRICTED, Caller, Principal, Role
from common.crypto import FieldCipher
from common.database import Database, UnitOfWork
from common.errors import Forbidden, NotFound
from common.http.idempotency import IdempotencyKey, answer
from common.http.language import preferred_language
from common.http.resources import Cipher, Db, cipher_of
from common.http.routing import Router
from common.identifiers import OperationId
from common.once import Answered, Once
from common.operations import storage
from common.operations.cell_values import with_values
from common.operations.downloads import DOWNLOAD, Download
from common.operations.files import PREFIX, WORKBOOK, OperationFile
from common.operations.outcome import WARNING
from common.operations.submitting import REPORT, prepare, submit


class OperationProgress(BaseModel):
    """How far the work is."""

    done: int
    total: int


class OperationError(BaseModel):
    """One fault; `row` as the spreadsheet program shows it, null when it concerns the whole file."""

    row: int | None
    column: str | None
    rule: str
    value: str | None
    message: str


class Operation(BaseModel):
    """A piece of long work."""

    id: UUID
    kind: str
    state: str = Field(json_schema_extra={"enum": ["queued", "running", "succeeded", "failed", "cancelled"]})
    progress: OperationProgress
    result: dict[str, Any] | None
    errors: list[OperationError] = Field(description="The first 1,000")
    errors_total: int
    warnings: list[OperationError] = Field(
        description="What to look at in rows that are stored all the same: the first 100"
    )
    error_report: str | None = Field(description="Path of a workbook with the faulty rows and the reasons")
    created_at: datetime
    finished_at: datetime | None


def operations_router() -> Router:
    """`GET /v1/operations/{id}`, its file, error report and `cancel`, for the application that `create_app` makes."""
    router = Router(prefix=PREFIX, tags=["operations"])

    @router.get("/{operation_id}", response_model=Operation, summary="How far a piece of long work is")
    async def read_operation(*, request: Request, caller: Caller, database: Db, operation_id: UUID) -> Response:
        return await _shown(request, database, caller, operation_id)

    @router.get(
        "/{operation_id}/error-report",
        summary="The faulty rows with the reasons, as a workbook",
        response_class=Response,
        responses={200: {"content": {WORKBOOK: {"schema": {"type": "string", "format": "binary"}}}}},
    )
    async def read_error_report(*, caller: Caller, database: Db, cipher: Cipher, operation_id: UUID) -> Response:
        return await _report(database, cipher, caller, operation_id)

    @router.get(
        "/{operation_id}/file",
        summary="The file that it has made, for who asked for it",
        response_class=Response,
        responses=DOWNLOAD,
    )
    async def read_operation_file(*, caller: Caller, database: Db, cipher: Cipher, operation_id: UUID) -> Response:
        return await _file(database, cipher, caller, operation_id)

    @router.post(
        "/{operation_id}/cancel",
        response_model=Operation,
        summary="End it as `cancelled` before its next part; what parts have stored stays and is counted",
    )
    async def cancel_operation(
        *, request: Request, caller: Caller, database: Db, operation_id: UUID, once: IdempotencyKey
    ) -> Response:
        return await _cancelled(request, database, caller, operation_id, once)

    return router


@dataclass(frozen=True)
class Submitted:
    """An operation that was stored; it has no versions."""

    id: OperationId
    version: int | None = None


async def accept(
    request: Request,
    database: Database,
    caller: Principal,
    once: Once | None,
    *,
    kind: str,
    parameters: dict[str, Any],
    school_code: str | None,
    upload: bytes = b"",
    cipher: FieldCipher | None = None,
    before: Callable[[UnitOfWork], Awaitable[OperationId | None]] | None = None,
    terms: Callable[[UnitOfWork], Awaitable[Mapping[str, Any]]] | None = None,
    beside: Callable[[UnitOfWork, OperationId], Awaitable[None]] | None = None,
) -> Response:
    """Stores the work with its audit entry in one act and answers 202 with its Location.

    `before` runs first in that act and may refuse the work, or name work under way which is the same and takes its
    place; `terms` gives parameters as they hold in that act, or refuses it; `beside` stores what is to outlive it.
    """
    new = await prepare(database, upload, cipher)

    async def submitted(unit: UnitOfWork) -> Submitted:
        same = None if before is None else await before(unit)
        if same is not None:
            return Submitted(same)
        under = {} if terms is None else await terms(unit)
        await submit(unit, new, kind, {**parameters, **under}, school_code=school_code)
        if beside is not None:
            await beside(unit, new.id)
        await unit.audit(f"{kind}.submitted", "operation", new.id, school_code=school_code)
        return Submitted(new.id)

    async def found(done: Answered) -> Submitted:
        return Submitted(OperationId(UUID(done.object_id)))

    async def shown(done: Submitted) -> Response:
        response = await _shown(request, database, caller, done.id, 202)
        response.headers["Location"] = location_of(done.id)
        return response

    return await answer(database.act(caller.actor, submitted, once), shown, found)


def location_of(operation: OperationId | UUID) -> str:
    """The path of an operation."""
    return f"{PREFIX}/{operation}"


async def _shown(
    request: Request, database: Database, caller: Principal, operation: UUID, status: int = 200
) -> Response:
    row = await _visible(database, caller, operation)
    problems = await _problems(request, row)
    language = preferred_language(request.headers.get("accept-language"))
    errors, warnings = (
        [
            OperationError(**{name: each[name] for name in ("row", "column", "rule", "value")}, message=each[language])
            for each in problems
            if bool(each.get(WARNING)) is is_warning
        ]
        for is_warning in (False, True)
    )
    shown = Operation(
        id=row.id,
        kind=row.kind,
        state=row.state,
        progress=OperationProgress(done=row.done, total=row.total),
        result=row.result,
        errors=errors,
        errors_total=row.errors_total,
        warnings=warnings,
        error_report=f"{location_of(row.id)}/error-report" if row.has_report else None,
        created_at=row.created_at,
        finished_at=row.finished_at,
    )
    return Response(to_json(shown), status, media_type="application/json")


async def _problems(request: Request, row: Any) -> Sequence[Mapping[str, Any]]:
    """Those of work that the release before has ended hold what stands in the cells themselves."""
    if row.error_values_cipher is None:
        return cast("Sequence[Mapping[str, Any]]", row.errors)
    return await asyncio.to_thread(with_values, await cipher_of(request), row.id, row.errors, row.error_values_cipher)


async def _visible(database: Database, caller: Principal, operation: UUID) -> Any:
    async with database.reading() as connection:
        row = await storage.read(connection, operation)
    if row is None or not _sees(caller, row):
        raise NotFound
    return row


def _sees(caller: Principal, row: Any) -> bool:
    """Those who may cancel it, and who sees all."""
    return caller.role in UNRESTRICTED or _may_cancel(caller, row)


def _may_cancel(caller: Principal, row: Any) -> bool:
    """Its submitter as long as the role and the school are the same, and the officers of its school.

    An auditor of no one school has work done about any.
    """
    submitter = _submitted(caller, row)
    if row.school_code is None:
        return submitter
    if submitter and caller.role is Role.AUDITOR and caller.school_code is None:
        return True
    return (submitter or caller.role is Role.SCHOOL_OFFICER) and caller.sees_school(row.school_code)


def _submitted(caller: Principal, row: Any) -> bool:
    is_submitter: bool = caller.subject == row.subject and caller.role == row.role
    return is_submitter


async def _cancelled(
    request: Request, database: Database, caller: Principal, operation: UUID, once: Once | None
) -> Response:
    """Asks the worker to end it, and shows it as it stands; a repetition while it runs changes nothing."""
    row = await _visible(database, caller, operation)
    if not _may_cancel(caller, row):
        raise Forbidden

    async def cancelled(unit: UnitOfWork) -> Submitted:
        if await storage.request_cancel(unit.connection, operation):
            await unit.audit("operation.cancel", "operation", operation, school_code=row.school_code)
        return Submitted(row.id)

    async def found(_done: Answered) -> Submitted:
        return Submitted(row.id)

    async def shown(_done: Submitted) -> Response:
        return await _shown(request, database, caller, operation)

    return await answer(database.act(caller.actor, cancelled, once), shown, found)


async def _file(database: Database, cipher: FieldCipher, caller: Principal, operation: UUID) -> Response:
    """The file that the result names; each reading of it leaves an audit entry."""
    row = await _visible(database, caller, operation)
    if not _submitted(caller, row):
        raise Forbidden
    if storage.RESULT_FILE not in (row.result or {}):
        raise NotFound
    async with database.transaction(caller.actor) as unit:
        await unit.audit("operation_file.read", "operation", operation, school_code=row.school_code)
        await unit.commit()
    return Download(database, cipher, OperationFile.of(row.file))


async def _report(database: Database, cipher: FieldCipher, caller: Principal, operation: UUID) -> Response:
    """The workbook; it shows rows as they were uploaded, so reading it leaves an audit entry."""
    row = await _visible(database, caller, operation)
    async with database.transaction(caller.actor) as unit:
        sealed = await storage.report(unit.connection, operation)
        if sealed is None:
            raise NotFound
        await unit.audit("error_report.read", "operation", operation, school_code=row.school_code)
        await unit.commit()
    content = cipher.decrypt_blob(REPORT, operation, sealed)
    headers = {"Content-Disposition": f'attachment; filename="errors-{operation}.xlsx"'}
    return Response(content, headers=headers, media_type=WORKBOOK)
