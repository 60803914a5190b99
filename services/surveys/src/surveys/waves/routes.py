"""Waves over HTTP."""

from datetime import UTC, datetime
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Query, Request, Response
from pydantic import AfterValidator, AwareDatetime, BaseModel, Field

from common.auth import Caller, Principal
from common.database import Database
from common.errors import Message
from common.http import (
    Db,
    LazyBody,
    MinChange,
    Once,
    Page,
    PageOf,
    RequestedChanges,
    StrictModel,
    Whole,
    resource,
    rule_broken,
)
from surveys.listing import last_seen, listed
from surveys.waves import commands, storage
from surveys.waves.announcements import announced
from surveys.waves.commands import Announced
from surveys.waves.domain import Cycle, Wave, WavePlan

router = APIRouter(prefix="/v1/waves", tags=["waves"])

School = Annotated[str | None, Query(description="Only this school's", max_length=64)]
CohortQuery = Annotated[Whole | None, Query(ge=1977, le=2200, description="Only this cohort's")]
Instant = Annotated[AwareDatetime, Field(ge=datetime(2000, 1, 1, tzinfo=UTC), le=datetime(2200, 1, 1, tzinfo=UTC))]


def _known_cycle(years: int) -> int:
    # not a Literal, for which true is 1
    if years not in set(Cycle):
        raise rule_broken("not_allowed", Message("应为 0、1、3 或 5", "Must be 0, 1, 3 or 5"))
    return years


CycleField = Annotated[
    int, AfterValidator(_known_cycle), Field(description="Years after graduation", json_schema_extra={"enum": [*Cycle]})
]


class NewWave(StrictModel):
    """A wave to create; its questions are those of a published questionnaire version."""

    school_code: Annotated[str, Field(pattern=r"^[0-9]{5}$")]
    cohort: Annotated[int, Field(ge=1977, le=2200)]
    cycle: CycleField
    questionnaire_id: UUID
    questionnaire_version: Annotated[int, Field(ge=1, le=2**31 - 1)]
    opens_at: Instant
    closes_at: Instant

    def plan(self) -> WavePlan:
        """As the value that is worked with."""
        given = self.model_dump()
        return WavePlan(**{**given, "cycle": Cycle(given["cycle"])})


class WaveBody(BaseModel):
    """A wave; `eligible` was counted when it was created."""

    id: UUID
    version: int
    school_code: str
    cohort: int
    cycle: int
    questionnaire_id: UUID
    questionnaire_version: int
    opens_at: datetime
    closes_at: datetime
    eligible: int
    created_at: datetime


class NewWaveBody(WaveBody):
    """A wave that was just created."""

    change_token: str | None
    min_change_met: bool


@router.get("", response_model=PageOf[WaveBody], summary="Waves")
async def list_waves(
    *,
    request: Request,
    caller: Caller,
    database: Db,
    page: Page,
    school: School = None,
    cohort: CohortQuery = None,
) -> Response:
    caller.must_be_in(commands.MANAGERS)
    scope = caller.row_scope()
    async with database.reading() as connection:
        found = await storage.page(
            connection, scope, school_code=school, cohort=cohort, after=last_seen(page), limit=page.limit + 1
        )
    return listed(request, page, found, wave_body)


@router.post("", status_code=201, response_model=NewWaveBody, summary="Create a wave for a cohort's population")
async def create_wave(
    *, caller: Caller, database: Db, body: LazyBody[NewWave], min_change: MinChange, once: Once
) -> Response:
    plan = _permitted(caller, body)
    min_change.must_be_of(lambda school_code: school_code == plan.school_code)
    return await once.answer(
        commands.create(database, caller, plan, min_change, once),
        show=_created,
        again=lambda done: _again(database, caller, UUID(done.object_id), min_change),
    )


@router.get("/{wave_id}", response_model=WaveBody, summary="One wave")
async def read_wave(*, caller: Caller, database: Db, wave_id: UUID) -> Response:
    async with database.reading() as connection:
        wave = commands.permitted(caller, await storage.find(connection, caller.row_scope(), wave_id))
    return resource(wave_body(wave), wave.version)


def wave_body(wave: Wave) -> dict[str, Any]:
    """A wave as `WaveBody` describes it."""
    plan = wave.plan
    return {
        "id": wave.id,
        "version": wave.version,
        "school_code": plan.school_code,
        "cohort": plan.cohort,
        "cycle": plan.cycle.value,
        "questionnaire_id": plan.questionnaire_id,
        "questionnaire_version": plan.questionnaire_version,
        "opens_at": plan.opens_at,
        "closes_at": plan.closes_at,
        "eligible": wave.eligible,
        "created_at": wave.created_at,
    }


def _permitted(caller: Principal, body: LazyBody[NewWave]) -> WavePlan:
    """A role that never manages surveys is refused before its body is judged, a foreign school as not found."""
    caller.must_be_in(commands.MANAGERS)
    plan = body.parse().plan()
    commands.must_manage(caller, plan.school_code)
    return plan


async def _again(database: Database, caller: Principal, wave_id: UUID, min_change: RequestedChanges) -> Response:
    met = await commands.includes_changes(database, min_change)
    async with database.reading() as connection:
        wave = commands.permitted(caller, await storage.find(connection, caller.row_scope(), wave_id))
        return _created(Announced(wave, await announced(connection, wave), met))


def _created(made: Announced) -> Response:
    body = wave_body(made.wave) | {
        "change_token": made.token and made.token.encode(),
        "min_change_met": made.min_change_met,
    }
    return resource(body, made.wave.version, 201, f"/v1/waves/{made.wave.id}")
