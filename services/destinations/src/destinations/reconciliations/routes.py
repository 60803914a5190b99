"""Routes of reconciliations."""

import asyncio
import hashlib
from collections.abc import Mapping
from functools import partial
from typing import Annotated, Any
from uuid import UUID

from fastapi import Depends, Path, Query, Response
from sqlalchemy import text

from common.approvals.wire import OfCohort, OfSchool
from common.auth import Caller, Principal, Role, require
from common.clock import NOW_SQL
from common.database import Database, UnitOfWork
from common.http import Cipher, Db, IdempotencyKey, Page, PageOf, Router, Upload, XPurpose, answer, page_of, resource
from common.http.models import Whole
from common.identifiers import Cohort, GraduateId, OperationId
from common.imports import ImportRequest
from common.operations.routes import Operation, accept
from common.purposes import PurposeNotPermitted, purpose_of
from destinations.filing.domain.filing import KIND as FILING
from destinations.filing.domain.filing import Filing, FilingId
from destinations.reconciliations import commands, storage
from destinations.reconciliations.domain import KIND, Decision, Item, ReconciliationId
from destinations.reconciliations.wire import ItemAnswer, ItemDecision, ReconciliationAnswer, ReconciliationForm
from destinations.registrations.domain.targeted import TARGETED_MODES
from destinations.registrations.imports.plan import parameters_of
from destinations.registrations.routes import registry_of
from destinations.registry_client import Registry
from destinations.roster import storage as roster
from destinations.seasons import storage as seasons

router = Router(prefix="/v1/reconciliations", tags=["filings"])

Officer = Annotated[Principal, Depends(require(Role.SCHOOL_OFFICER))]
Number = Annotated[Whole, Path(ge=1, le=1_000_000)]

_NOW = text(f"SELECT {NOW_SQL}")


@router.post(
    "",
    status_code=202,
    response_model=Operation,
    summary="Compare a file that came back with what was filed",
    description="The work goes on as an operation; its `result` has the reconciliation's `id` and counts. The same "
    "file against the same filing is the same reconciliation.",
)
async def reconcile(
    *, sending: ImportRequest, upload: Upload[ReconciliationForm], x_purpose: XPurpose = None
) -> Response:
    form, caller = upload.form, sending.caller
    async with sending.database.reading() as connection:
        filing = await commands.filing_of(connection, caller, FilingId(form.filing_id))
    if purpose_of(x_purpose) != FILING:
        raise PurposeNotPermitted
    sha256 = (await asyncio.to_thread(hashlib.sha256, upload.content)).digest()

    async def beside(unit: UnitOfWork, operation: OperationId) -> None:
        terms = await _terms(unit, filing) | {"late_reason": form.late_reason and form.late_reason.value}
        await commands.begin(unit, filing=filing, sha256=sha256, terms=terms, operation=operation)

    return await accept(
        sending.request,
        sending.database,
        caller,
        sending.once,
        kind=KIND,
        parameters={"kind": upload.kind, "filing_id": f"{filing.id}"},
        school_code=filing.asked.school_code,
        upload=upload.content,
        cipher=sending.cipher,
        before=partial(commands.work_under_way, filing_id=filing.id, sha256=sha256),
        beside=beside,
    )


async def _terms(unit: UnitOfWork, filing: Filing) -> dict[str, Any]:
    now = await unit.connection.scalar(_NOW)
    season = await seasons.of(unit.connection, filing.asked.school_code, filing.asked.cohort)
    return dict(parameters_of(season, now))


@router.get("", summary="List the reconciliations of the school")
async def list_reconciliations(
    *,
    caller: Officer,
    database: Db,
    page: Page,
    school: OfSchool = None,
    cohort: OfCohort = None,
    filing: Annotated[UUID | None, Query()] = None,
) -> PageOf[ReconciliationAnswer]:
    filters = storage.Filters(
        school, None if cohort is None else Cohort(cohort), None if filing is None else FilingId(filing)
    )
    after = page.last_seen(UUID)
    async with database.reading() as connection:
        found = await storage.page(connection, caller.record_scope(), filters, after, page.limit + 1)
    return page_of(page, found, lambda each: each.id, ReconciliationAnswer.of)


@router.get("/{reconciliation_id}", response_model=ReconciliationAnswer, summary="Read a reconciliation")
async def read_reconciliation(*, caller: Caller, database: Db, reconciliation_id: UUID) -> Response:
    async with database.reading() as connection:
        found = await commands.get(connection, caller, ReconciliationId(reconciliation_id))
    return resource(ReconciliationAnswer.of(found), 1)


@router.get(
    "/{reconciliation_id}/items",
    summary="List the differences; for the purpose `filing` with what came back, an access that everybody shown sees",
)
async def list_differences(
    *,
    caller: Caller,
    database: Db,
    cipher: Cipher,
    page: Page,
    reconciliation_id: UUID,
    x_purpose: XPurpose = None,
) -> PageOf[ItemAnswer]:
    after, on_it = page.last_seen(int) or 0, ReconciliationId(reconciliation_id)
    if x_purpose is None:
        async with database.reading() as connection:
            await commands.get(connection, caller, on_it)
            found = await storage.page_of_items(connection, cipher, on_it, after, page.limit + 1)
    else:
        opened = partial(commands.open_items, caller=caller, cipher=cipher, reconciliation_id=on_it, after=after)
        act = partial(opened, limit=page.limit, purpose=purpose_of(x_purpose))
        found = await database.act(caller.actor, act)
    return page_of(page, found, lambda each: each.n, partial(ItemAnswer.of, in_clear=x_purpose is not None))


@router.post(
    "/{reconciliation_id}/items/{n}/decide",
    response_model=ItemAnswer,
    summary="Keep our row, or take theirs as a row of an import",
    description="Under the season as it was when the file was sent: late with a `late_reason`, never once closed.",
)
async def decide_difference(
    *,
    caller: Caller,
    database: Db,
    cipher: Cipher,
    registry: Annotated[Registry, Depends(registry_of)],
    reconciliation_id: UUID,
    n: Number,
    body: ItemDecision,
    once: IdempotencyKey,
) -> Response:
    on_it = ReconciliationId(reconciliation_id)

    async def read() -> Item:
        async with database.reading() as connection:
            await commands.get(connection, caller, on_it)
            return await storage.item(connection, cipher, on_it, n)

    units: Mapping[GraduateId, str | None] = {}
    if body.decision is Decision.TAKE_THEIRS and (bound := await _bound(database, await read())):
        units = await registry.commissioning_units([bound])
    act = partial(
        commands.decide,
        caller=caller,
        cipher=cipher,
        reconciliation_id=on_it,
        n=n,
        decision=body.decision,
        late_reason=body.late_reason,
        units=units,
    )
    return await answer(
        database.act(caller.actor, act, once),
        show=lambda item: resource(ItemAnswer.of(item, in_clear=False), 1),
        again=lambda _done: read(),
    )


async def _bound(database: Database, item: Item) -> GraduateId | None:
    """The difference's graduate, where this one was trained for a unit."""
    if item.graduate_id is None:
        return None
    async with database.reading() as connection:
        entries = await roster.entries(connection, [item.graduate_id])
    entry = entries.get(item.graduate_id)
    return item.graduate_id if entry and entry.graduate.training_mode_code in TARGETED_MODES else None
