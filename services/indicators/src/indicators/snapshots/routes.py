"""Routes of snapshots."""

from collections.abc import AsyncIterator
from functools import partial
from typing import Annotated
from uuid import UUID

from fastapi import Depends, Request, Response
from starlette.responses import StreamingResponse

from common.approvals.answering import RequestAnswers
from common.approvals.wire import OfCohort, OfSchool, Refusal
from common.auth import Caller, Principal, require
from common.database import Database
from common.http import Cipher, Db, IdempotencyKey, IfMatch, Page, PageOf, Router, page_of, resource
from common.identifiers import Cohort, GraduateId
from common.operations.routes import Operation, accept
from indicators.snapshots import commands, storage
from indicators.snapshots.domain.document import head_of
from indicators.snapshots.domain.snapshots import VERIFY, Snapshot, SnapshotId, SnapshotKind, SnapshotState
from indicators.snapshots.storage import Filters
from indicators.snapshots.wire import DifferenceBody, NewSnapshotBody, RevisionBody, SnapshotAnswer, SnapshotItem

router = Router(prefix="/v1/snapshots", tags=["snapshots"])

Reader = Annotated[Principal, Depends(require(*commands.READERS))]
ANSWERS = RequestAnswers("/v1/snapshots", commands.find, SnapshotItem.of_snapshot)


@router.get("", summary="List the snapshots in scope, in the order in which they fell due or were asked for")
async def list_snapshots(
    *,
    database: Db,
    cipher: Cipher,
    caller: Reader,
    page: Page,
    school: OfSchool = None,
    cohort: OfCohort = None,
    kind: SnapshotKind | None = None,
    state: SnapshotState | None = None,
) -> PageOf[SnapshotItem]:
    filters = Filters(school, None if cohort is None else Cohort(cohort), kind, state)
    after = page.last_seen(UUID)
    async with database.reading() as connection:
        found = await commands.page(connection, cipher, caller, filters, after, page.limit + 1)
    return page_of(page, found, lambda each: each.id, lambda each: SnapshotItem.of_snapshot(each, caller))


@router.post(
    "",
    status_code=201,
    response_model=SnapshotItem,
    summary="Ask for a snapshot of a past day, or for an official one that is missing",
    description="It is `pending` until everything recorded before `known_at` is here, then `frozen`, within seconds.",
)
async def ask_for_snapshot(
    *, database: Db, cipher: Cipher, caller: Caller, body: NewSnapshotBody, once: IdempotencyKey
) -> Response:
    act = partial(commands.ask, caller=caller, cipher=cipher, asked=body.asked())
    return await ANSWERS.asked(database, cipher, caller, once, act)


@router.get("/{snapshot_id}", response_model=SnapshotAnswer, summary="Read a snapshot, and what has changed since")
async def read_snapshot(*, database: Db, cipher: Cipher, caller: Reader, snapshot_id: UUID) -> Response:
    snapshot = await ANSWERS.found(database, cipher, caller, snapshot_id)
    async with database.reading() as connection:
        changed = await commands.changed(connection, caller, snapshot)
    further = {
        "drift": changed and changed.drift,
        "differences": changed and [DifferenceBody.of(each) for each in changed.differences],
    }
    return resource(SnapshotAnswer.of_snapshot(snapshot, caller, **further), snapshot.version)


@router.get(
    "/{snapshot_id}/rows",
    response_class=Response,
    responses={200: {"content": {"text/plain": {"schema": {"type": "string"}}}}},
    summary="The rows of a frozen snapshot, of which its hash was taken; the access is audited",
)
async def read_rows(*, database: Db, cipher: Cipher, caller: Caller, snapshot_id: UUID) -> Response:
    act = partial(commands.open_rows, caller=caller, cipher=cipher, snapshot_id=SnapshotId(snapshot_id))
    snapshot = await database.act(caller.actor, act)
    return StreamingResponse(_text(database, snapshot), media_type="text/plain; charset=utf-8")


@router.post(
    "/{snapshot_id}/verify",
    status_code=202,
    response_model=Operation,
    summary="Compute a frozen snapshot anew from its rows and from the versions",
    description="The result of the operation: `stored_hash`, `rows_hash`, `versions_hash` and whether all `agrees`.",
)
async def verify_snapshot(
    *, request: Request, database: Db, cipher: Cipher, caller: Caller, snapshot_id: UUID, once: IdempotencyKey
) -> Response:
    async with database.reading() as connection:
        snapshot = await commands.must_be_verifiable(connection, cipher, caller, SnapshotId(snapshot_id))
    return await accept(
        request,
        database,
        caller,
        once,
        kind=VERIFY,
        parameters={"snapshot_id": f"{snapshot.id}"},
        school_code=snapshot.school_code,
    )


@router.post(
    "/{snapshot_id}/revise",
    status_code=201,
    response_model=SnapshotItem,
    summary="Ask for a revision of the newest frozen one",
    description="The answer is the revision: it stands beside the frozen one and never changes it.",
)
async def revise_snapshot(
    *,
    database: Db,
    cipher: Cipher,
    caller: Caller,
    snapshot_id: UUID,
    if_match: IfMatch,
    body: RevisionBody,
    once: IdempotencyKey,
) -> Response:
    act = partial(
        commands.revise,
        caller=caller,
        cipher=cipher,
        snapshot_id=SnapshotId(snapshot_id),
        expected=if_match,
        reason=body.reason,
        known_at=body.known_at,
    )
    return await ANSWERS.asked(database, cipher, caller, once, act)


@router.post("/{snapshot_id}/approve", response_model=SnapshotItem, summary="Let an open revision be frozen")
async def approve_snapshot(
    *, database: Db, cipher: Cipher, caller: Caller, snapshot_id: UUID, if_match: IfMatch, once: IdempotencyKey
) -> Response:
    act = partial(
        commands.approve, caller=caller, cipher=cipher, snapshot_id=SnapshotId(snapshot_id), expected=if_match
    )
    return await ANSWERS.acted(database, cipher, caller, once, act)


@router.post("/{snapshot_id}/refuse", response_model=SnapshotItem, summary="Refuse an open revision")
async def refuse_snapshot(
    *,
    database: Db,
    cipher: Cipher,
    caller: Caller,
    snapshot_id: UUID,
    if_match: IfMatch,
    body: Refusal,
    once: IdempotencyKey,
) -> Response:
    act = partial(
        commands.refuse,
        caller=caller,
        cipher=cipher,
        snapshot_id=SnapshotId(snapshot_id),
        expected=if_match,
        reason=body.reason,
    )
    return await ANSWERS.acted(database, cipher, caller, once, act)


async def _text(database: Database, snapshot: Snapshot) -> AsyncIterator[bytes]:
    """The head and the rows, part by part, with no connection held while the client takes one."""
    yield head_of(snapshot).encode()
    after: GraduateId | None = storage.BEFORE_ALL
    while after is not None:
        async with database.reading() as connection:
            lines, after = await storage.lines_after(connection, snapshot.id, after)
        yield lines
