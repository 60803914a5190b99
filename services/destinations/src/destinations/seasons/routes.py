"""Routes of seasons."""

from functools import partial
from typing import Annotated
from uuid import UUID

from fastapi import Path, Query, Response

from common.auth import Caller
from common.http import Cipher, Db, IdempotencyKey, IfMatchOrNone, Page, PageOf, Router, answer, page_of, resource
from common.http.models import Whole
from common.identifiers import Cohort, GraduateId, SchoolCode
from destinations.seasons import commands
from destinations.seasons.commands import Extended
from destinations.seasons.domain import ExtensionId
from destinations.seasons.storage import ExtensionFilters
from destinations.seasons.wire import (
    ExtendedAnswer,
    ExtensionAnswer,
    NewExtension,
    SeasonAnswer,
    SeasonBody,
)

router = Router(prefix="/v1/seasons/{school_code}/{cohort}", tags=["seasons"])

OfSchool = Annotated[SchoolCode, Path(pattern=r"^[0-9]{5}$")]
OfCohort = Annotated[Whole, Path(ge=1977, le=2200)]


@router.get("", response_model=SeasonAnswer, summary="Read what the school set for a cohort, or the defaults")
async def read_season(*, database: Db, caller: Caller, school_code: OfSchool, cohort: OfCohort) -> Response:
    async with database.reading() as connection:
        season = await commands.read(connection, caller, school_code, Cohort(cohort))
    return resource(SeasonAnswer.model_validate(season), season.version)


@router.put(
    "",
    response_model=SeasonAnswer,
    summary="Save the settings of a cohort",
    description="What the body leaves out stays as it stands. A day that has passed stays; the first settings may name"
    " any last day of changes. Other levels hold for what is submitted later.",
)
async def put_season(
    *, database: Db, caller: Caller, school_code: OfSchool, cohort: OfCohort, expected: IfMatchOrNone, body: SeasonBody
) -> Response:
    act = partial(
        commands.put,
        caller=caller,
        school_code=school_code,
        cohort=Cohort(cohort),
        expected=expected,
        changes=body.changes(school_code, Cohort(cohort)),
    )
    season = await database.act(caller.actor, act)
    return resource(SeasonAnswer.model_validate(season), season.version)


@router.post("/extensions", status_code=201, response_model=ExtendedAnswer, summary="Let graduates change until later")
async def extend(
    *,
    database: Db,
    cipher: Cipher,
    caller: Caller,
    school_code: OfSchool,
    cohort: OfCohort,
    once: IdempotencyKey,
    body: NewExtension,
) -> Response:
    act = partial(
        commands.extend,
        caller=caller,
        cipher=cipher,
        school_code=school_code,
        cohort=Cohort(cohort),
        plan=body.plan(),
    )

    async def again(extension_id: str) -> Extended:
        named = ExtensionFilters(school_code, Cohort(cohort), ExtensionId(UUID(extension_id)))
        async with database.reading() as connection:
            return await commands.extension(connection, cipher, caller, named)

    return await answer(
        database.act(caller.actor, act, once),
        show=lambda extended: resource(ExtendedAnswer.of(extended), 1, 201),
        again=lambda done: again(done.object_id),
    )


@router.get("/extensions", summary="List extensions of the graduates in scope, as they were given")
async def list_extensions(
    *,
    database: Db,
    cipher: Cipher,
    caller: Caller,
    school_code: OfSchool,
    cohort: OfCohort,
    page: Page,
    graduate: Annotated[UUID | None, Query()] = None,
) -> PageOf[ExtensionAnswer]:
    after = page.after(UUID, UUID)
    filters = ExtensionFilters(
        school_code,
        Cohort(cohort),
        graduate_id=None if graduate is None else GraduateId(graduate),
        after=None if after is None else (after[0], after[1]),
    )
    async with database.reading() as connection:
        found = await commands.extensions(connection, cipher, caller, filters, page.limit + 1)
    return page_of(page, found, lambda each: (each.id, each.graduate_id), ExtensionAnswer.model_validate)
