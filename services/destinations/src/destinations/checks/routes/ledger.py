"""Routes of the ledger."""

from functools import partial
from typing import Annotated
from uuid import UUID

from fastapi import Depends, Query, Response

from common.approvals.wire import OfCohort, OfCollege, OfSchool
from common.auth import Principal, require
from common.database import Database
from common.http import Cipher, Db, IdempotencyKey, IfMatch, Page, PageOf, Router, answer, page_of, resource
from common.http.models import Whole
from common.identifiers import Cohort, GraduateId
from common.once import Answered
from destinations.checks.commands import ledger as commands
from destinations.checks.domain.ledger import CheckResult, Entry, EntryId
from destinations.checks.storage import entries
from destinations.checks.storage.entries import Filters
from destinations.checks.wire.ledger import LedgerEntryAnswer, LedgerEntryPatch, NewLedgerEntry

router = Router(prefix="/v1/ledger-entries", tags=["checks"])

Keeper = Annotated[Principal, Depends(require(*commands.KEEPERS))]


@router.post(
    "",
    status_code=201,
    response_model=LedgerEntryAnswer,
    summary="Enter what was found about a graduate in a round of self-checks",
    description="One entry a round and graduate, of those without a registration, too. `corrected` needs a version "
    "written in the round, `wrong` a note.",
)
async def enter_in_ledger(
    *, caller: Keeper, database: Db, cipher: Cipher, body: NewLedgerEntry, once: IdempotencyKey
) -> Response:
    act = partial(
        commands.enter,
        caller=caller,
        cipher=cipher,
        graduate_id=GraduateId(body.graduate_id),
        number=body.round,
        finding=body.finding(),
    )

    async def again(done: Answered) -> Entry:
        async with database.reading() as connection:
            return await commands.get(connection, caller, cipher, EntryId(UUID(done.object_id)))

    return await answer(database.act(caller.actor, act, once), show=partial(_shown, status=201), again=again)


@router.get("", summary="List the ledger of the college, as it was entered")
async def list_ledger(
    *,
    caller: Keeper,
    database: Db,
    cipher: Cipher,
    page: Page,
    school: OfSchool = None,
    cohort: OfCohort = None,
    college: OfCollege = None,
    number: Annotated[Whole | None, Query(alias="round", ge=1, le=12)] = None,
    result: CheckResult | None = None,
    graduate: Annotated[UUID | None, Query()] = None,
    stale: Annotated[bool | None, Query(description="Whether the effective content has changed since")] = None,
) -> PageOf[LedgerEntryAnswer]:
    of_cohort = None if cohort is None else Cohort(cohort)
    of_graduate = None if graduate is None else GraduateId(graduate)
    filters = Filters(school, of_cohort, college, number, result, of_graduate, stale)
    after = page.last_seen(UUID)
    async with database.reading() as connection:
        found = await entries.page(connection, cipher, caller.row_scope(), filters, after, page.limit + 1)
    return page_of(page, found, lambda each: each.id, LedgerEntryAnswer.of)


@router.get("/{entry_id}", response_model=LedgerEntryAnswer, summary="Read an entry of the ledger")
async def read_ledger_entry(*, caller: Keeper, database: Db, cipher: Cipher, entry_id: UUID) -> Response:
    return _shown(await _found(database, caller, cipher, entry_id))


@router.patch(
    "/{entry_id}",
    response_model=LedgerEntryAnswer,
    summary="Look again: the effective content of now counts as looked at",
)
async def renew_ledger_entry(
    *, caller: Keeper, database: Db, cipher: Cipher, entry_id: UUID, if_match: IfMatch, body: LedgerEntryPatch
) -> Response:
    act = partial(
        commands.renew,
        caller=caller,
        cipher=cipher,
        entry_id=EntryId(entry_id),
        expected=if_match,
        changes=body.changes(),
    )
    return _shown(await database.act(caller.actor, act))


async def _found(database: Database, caller: Principal, cipher: Cipher, entry_id: UUID) -> Entry:
    async with database.reading() as connection:
        return await commands.get(connection, caller, cipher, EntryId(entry_id))


def _shown(entry: Entry, status: int = 200) -> Response:
    location = f"/v1/ledger-entries/{entry.id}" if status == 201 else None
    return resource(LedgerEntryAnswer.of(entry), entry.version, status, location)
