"""Waves over HTTP."""

from contextlib import suppress
from functools import partial
from typing import Annotated
from uuid import UUID

from fastapi import Query, Response

from common.auth import Caller, Principal
from common.database import Database
from common.errors import Invalid
from common.http import Db, IdempotencyKey, IfMatch, MinChange, Page, PageOf, Router, Whole, answer, page_of, resource
from common.identifiers import Cohort, SchoolCode, WaveId
from common.once import Answered
from surveys.directory import FreshDirectory
from surveys.populations.storage import panel
from surveys.populations.wire import PanelWaveBody
from surveys.waves import commands, storage
from surveys.waves.announcements import change_token
from surveys.waves.domain import Audience, Wave, WavePlan
from surveys.waves.wire import NewWave, NewWaveBody, WaveBody, WavePatch, WrittenWaveBody

router = Router(prefix="/v1/waves", tags=["waves"])

School = Annotated[SchoolCode | None, Query(description="Only this school's", max_length=64)]
CohortQuery = Annotated[Whole | None, Query(ge=1977, le=2200, description="Only this cohort's")]


@router.get("", summary="Waves")
async def list_waves(
    *, caller: Caller, database: Db, page: Page, school: School = None, cohort: CohortQuery = None
) -> PageOf[WaveBody]:
    caller.must_be_in(commands.MANAGERS)
    scope, after = caller.row_scope(), page.last_seen(UUID)
    only = None if cohort is None else Cohort(cohort)
    async with database.reading() as connection:
        found = await storage.page(connection, scope, school, only, after, page.limit + 1)
    return page_of(page, found, lambda wave: wave.id, WaveBody.model_validate)


@router.post("", status_code=201, response_model=NewWaveBody, summary="Create a wave for a cohort's population")
async def create_wave(
    *,
    caller: Caller,
    database: Db,
    directory: FreshDirectory,
    body: NewWave,
    min_change: MinChange,
    once: IdempotencyKey,
) -> Response:
    plan = body.plan()
    commands.must_manage(caller, plan)
    if plan.audience is Audience.EMPLOYERS:
        # whom registrations name by now is asked, too
        await directory.read_school(plan.school_code, plan.population.cohorts)
    min_change.must_be_of(lambda school_code: school_code == plan.school_code)
    # before the act: a transaction that waits for events of another service would hold its locks
    possible = not min_change.tokens or await _is_possible(database, plan)
    # an impossible plan is refused, and nothing waited for
    met = possible and await min_change.met()

    async def found_again(done: Answered) -> Wave:
        nonlocal met
        if not possible:
            # it was possible when the wave was created
            met = await min_change.met()
        return await _found(database, caller, WaveId(UUID(done.object_id)))

    async def created(wave: Wave) -> Response:
        async with database.reading() as connection:
            token = await change_token(connection, wave)
        return resource(NewWaveBody.of(wave, token, min_change_met=met), wave.version, 201, f"/v1/waves/{wave.id}")

    return await answer(
        database.act(caller.actor, partial(commands.create, caller=caller, plan=plan), once),
        show=created,
        again=found_again,
    )


@router.patch(
    "/{wave_id}",
    response_model=WrittenWaveBody,
    summary="Change a wave that has not closed",
    description="Everything before it opens: another `audience`, `cohort` or `population` is drawn anew, and links of "
    "those who are not asked any more are gone. While it is open a later `closes_at`, higher caps and steps that are "
    "not due, else 422 `not_changeable`; afterwards 409.",
)
async def change_wave(
    *, caller: Caller, database: Db, directory: FreshDirectory, wave_id: WaveId, if_match: IfMatch, body: WavePatch
) -> Response:
    wave = await _found(database, caller, wave_id)
    with suppress(Invalid):
        # the act judges it
        after = body.patched(wave)
        if after.audience is Audience.EMPLOYERS and wave.asks_others(after):
            await directory.read_school(after.school_code, after.population.cohorts)
    act = partial(
        commands.change,
        caller=caller,
        wave_id=wave_id,
        expected=if_match,
        patched=body.patched,
        said=body.model_fields_set,
    )
    changed = await database.act(caller.actor, act)
    return resource(WrittenWaveBody.of(changed.wave, changed.token), changed.wave.version)


@router.get("/{wave_id}/panel", summary="What became of a panel, wave by wave")
async def read_panel(*, caller: Caller, database: Db, wave_id: WaveId) -> PageOf[PanelWaveBody]:
    await _found(database, caller, wave_id)
    async with database.reading() as connection:
        found = await panel(connection, wave_id)
    return PageOf(items=[PanelWaveBody.of(each) for each in found], next_cursor=None)


@router.get("/{wave_id}", response_model=WaveBody, summary="One wave")
async def read_wave(*, caller: Caller, database: Db, wave_id: WaveId) -> Response:
    wave = await _found(database, caller, wave_id)
    return resource(WaveBody.model_validate(wave), wave.version)


async def _is_possible(database: Database, plan: WavePlan) -> bool:
    """Whether the plan can be carried out now; the act refuses another one, unless it was answered before."""
    try:
        async with database.reading() as connection:
            await commands.judged(connection, plan)
    except Invalid:
        return False
    return True


async def _found(database: Database, caller: Principal, wave_id: WaveId) -> Wave:
    async with database.reading() as connection:
        return await commands.managed(connection, caller, wave_id)
