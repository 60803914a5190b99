"""Routes of samples."""

from collections.abc import Awaitable, Callable
from functools import partial
from typing import Annotated
from uuid import UUID

from fastapi import Depends, Path, Request, Response

from common.approvals.wire import OfCohort, OfSchool
from common.auth import Principal, Role, require
from common.crypto import FieldCipher
from common.database import Database, UnitOfWork
from common.http import Cipher, Db, IdempotencyKey, Page, PageOf, Router, XPurpose, answer, page_of, resource
from common.identifiers import OperationId
from common.once import Answered, Once
from common.operations.routes import Operation, accept
from destinations.cases.wire import PersonAnswer
from destinations.checks.commands import samples as commands
from destinations.checks.commands.samples import Acted, Seen
from destinations.checks.domain.samples import PACKING, SampleId
from destinations.checks.storage import samples
from destinations.checks.storage.samples import Viewer
from destinations.checks.wire.samples import (
    NewAssignment,
    NewDecision,
    NewSample,
    SampleAnswer,
    SampleItemAnswer,
)
from destinations.registry_client import Registry

router = Router(prefix="/v1/samples", tags=["checks"])

Reader = Annotated[Principal, Depends(require(*commands.READERS))]
OfItem = Annotated[int, Path(ge=1, le=2**31 - 1)]

_FIRST = UUID(int=0)


@router.post(
    "",
    status_code=201,
    response_model=SampleAnswer,
    summary="Draw a sample of a cohort, which anybody can draw again",
    description="Frame: the lines `graduate_id,version` of the graduates whom the filter means, in the order of ids, "
    "joined by line feeds. In each stratum the smallest hexadecimal SHA-256 of `seed:graduate_id` are drawn.",
)
async def draw_sample(*, caller: Reader, database: Db, body: NewSample, once: IdempotencyKey) -> Response:
    async def again(done: Answered) -> Seen:
        return await _found(database, caller, UUID(done.object_id))

    act = partial(commands.make, caller=caller, plan=body.plan())
    return await answer(database.act(caller.actor, act, once), show=partial(_shown, status=201), again=again)


@router.get("", summary="List the samples that the caller drew, or decides items of, as they were drawn")
async def list_samples(
    *, caller: Reader, database: Db, page: Page, school: OfSchool = None, cohort: OfCohort = None
) -> PageOf[SampleAnswer]:
    given = {"school_code": school, "cohort": cohort}
    asked = {name: value for name, value in given.items() if value is not None}
    after = page.last_seen(UUID) or _FIRST
    async with database.reading() as connection:
        found = await samples.page(connection, Viewer.of(caller), asked, after, page.limit + 1)
        seen = await commands.seen(connection, caller, found)
    return page_of(page, seen, lambda each: each.id, SampleAnswer.of)


@router.get("/{sample_id}", response_model=SampleAnswer, summary="Read a sample, with what its decisions say of all")
async def read_sample(*, caller: Reader, database: Db, sample_id: UUID) -> Response:
    return _shown(await _found(database, caller, sample_id))


@router.get("/{sample_id}/items", summary="List the items that the caller sees, in their order")
async def list_sample_items(
    *, caller: Reader, database: Db, cipher: Cipher, sample_id: UUID, page: Page
) -> PageOf[SampleItemAnswer]:
    after = page.last_seen(int) or 0
    async with database.reading() as connection:
        sample = (await commands.get(connection, caller, SampleId(sample_id))).sample
        found = await samples.items(connection, cipher, Viewer.of(caller), sample.id, after, page.limit + 1)
    return page_of(page, found, lambda item: item.n, SampleItemAnswer.of)


@router.post(
    "/{sample_id}/items/{n}/decide",
    response_model=SampleItemAnswer,
    summary="Say what was found about an item, once",
    description="By the role that drew the sample, by the next college, or by the province where the school gave it "
    "there; not by who wrote or reviewed the content or entered it in the ledger, nor by its college. `wrong` opens a "
    "case.",
)
async def decide_item(
    *,
    caller: Reader,
    database: Db,
    cipher: Cipher,
    sample_id: UUID,
    n: OfItem,
    body: NewDecision,
    once: IdempotencyKey,
) -> Response:
    act = partial(commands.decide, finding=body.finding())
    return await _acted(database, cipher, caller, once, partial(act, sample_id=SampleId(sample_id), n=n))


@router.post(
    "/{sample_id}/items/{n}/assign",
    response_model=SampleItemAnswer,
    summary="Give an item to the province, where nobody at the school is independent",
)
async def assign_item(
    *,
    caller: Reader,
    database: Db,
    cipher: Cipher,
    sample_id: UUID,
    n: OfItem,
    body: NewAssignment,  # noqa: ARG001 - it names the one handler there is
    once: IdempotencyKey,
) -> Response:
    act = partial(commands.assign, sample_id=SampleId(sample_id), n=n)
    return await _acted(database, cipher, caller, once, act)


@router.get(
    "/{sample_id}/items/{n}/person",
    summary="Name and phones of the graduate of an item, for who may decide it; every reading is logged",
    description="For `verification`. Asked of registry, and not stored.",
)
async def read_person(
    *,
    request: Request,
    caller: Reader,
    database: Db,
    cipher: Cipher,
    sample_id: UUID,
    n: OfItem,
    x_purpose: XPurpose = None,
) -> PersonAnswer:
    act = partial(
        commands.open_person, caller=caller, cipher=cipher, sample_id=SampleId(sample_id), n=n, header=x_purpose
    )
    graduate_id = await database.act(caller.actor, act)
    registry: Registry = request.app.state.registry
    known = await registry.persons([graduate_id])
    return PersonAnswer(graduate_id=graduate_id, **known[graduate_id])


@router.post(
    "/{sample_id}/pack",
    status_code=202,
    response_model=Operation,
    summary="Pack a sample, for who drew it: items, decisions, histories, evidence, with a hash of each",
    description="For `verification`; an access of each of its graduates. `result.file` is a ZIP, for who asked for it, "
    "from which the sample can be drawn again.",
)
async def pack_sample(
    *,
    request: Request,
    caller: Reader,
    database: Db,
    sample_id: UUID,
    once: IdempotencyKey,
    x_purpose: XPurpose = None,
) -> Response:
    named = SampleId(sample_id)

    async def before(unit: UnitOfWork) -> None:
        await commands.may_pack(unit.connection, caller=caller, sample_id=named, header=x_purpose)

    async def beside(unit: UnitOfWork, operation: OperationId) -> None:
        await commands.note_packed(unit, caller=caller, sample_id=named, occasion_id=operation)

    return await accept(
        request,
        database,
        caller,
        once,
        kind=PACKING,
        parameters=commands.parameters_of(caller, named),
        # work without a school is seen by who asked for it alone
        school_code=caller.school_code if caller.role is Role.SCHOOL_OFFICER else None,
        before=before,
        beside=beside,
    )


async def _acted(
    database: Database,
    cipher: FieldCipher,
    caller: Principal,
    once: Once | None,
    act: Callable[..., Awaitable[Acted]],
) -> Response:
    async def again(done: Answered) -> Acted:
        sample_id, _, n = done.object_id.partition("/")
        async with database.reading() as connection:
            return Acted(await commands.get_item(connection, caller, cipher, SampleId(UUID(sample_id)), int(n)))

    def acted(unit: UnitOfWork) -> Awaitable[Acted]:
        return act(unit, caller=caller, cipher=cipher)

    return await answer(database.act(caller.actor, acted, once), show=_shown_item, again=again)


def _shown_item(acted: Acted) -> Response:
    body = SampleItemAnswer.of(acted.item).model_dump_json()
    return Response(body, media_type="application/json")


async def _found(database: Database, caller: Principal, sample_id: UUID) -> Seen:
    async with database.reading() as connection:
        return await commands.get(connection, caller, SampleId(sample_id))


def _shown(seen: Seen, status: int = 200) -> Response:
    location = f"/v1/samples/{seen.id}" if status == 201 else None
    return resource(SampleAnswer.of(seen), seen.version, status, location)
