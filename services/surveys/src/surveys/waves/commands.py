"""Acts on waves."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from common.auth import Principal, Role
from common.contracts import ChangeToken
from common.database import Database, UnitOfWork
from common.errors import NotFound
from common.http import Idempotency, RequestedChanges
from surveys.questionnaires.domain import PublishedVersion
from surveys.questionnaires.storage import find_version
from surveys.roster.domain import COUNTED
from surveys.roster.storage import includes
from surveys.waves import storage
from surveys.waves.announcements import request_responses
from surveys.waves.domain import (
    Wave,
    WavePlan,
    already_over,
    must_open_before_it_closes,
    unknown_questionnaire_version,
)

MANAGERS = frozenset({Role.SURVEY_MANAGER, Role.SCHOOL_OFFICER, Role.ADMIN})


@dataclass(frozen=True)
class Announced:
    """A wave with the token of the last event about it; without eligible graduates there is none.

    `min_change_met` says whether its population includes the changes that the caller named.
    """

    wave: Wave
    token: ChangeToken | None
    min_change_met: bool


def must_manage(principal: Principal, school_code: str) -> None:
    """A foreign school looks like one that does not exist; a role without surveys is refused."""
    if not principal.sees_school(school_code):
        raise NotFound
    principal.must_be_in(MANAGERS)


def permitted(caller: Principal, wave: Wave | None) -> Wave:
    """Not found before not allowed."""
    if wave is None:
        raise NotFound
    caller.must_be_in(MANAGERS)
    return wave


async def create(
    database: Database, caller: Principal, plan: WavePlan, min_change: RequestedChanges, once: Idempotency
) -> Announced:
    """Freezes the cohort's population as eligible and announces that each of them is asked.

    The changes that the population must include are waited for, but not for a plan that would be refused afterwards.
    """
    must_open_before_it_closes(plan)
    if min_change.tokens:
        async with database.transaction(caller.actor) as unit:
            await _judged(unit, caller, plan, once)
    met = await includes_changes(database, min_change)
    async with database.transaction(caller.actor) as unit:
        asked = await _judged(unit, caller, plan, once)
        made = await _create(unit, plan, asked, met)
        await once.remember(unit, made.wave.id, made.wave.version, 201)
        await unit.commit()
    return made


async def includes_changes(database: Database, min_change: RequestedChanges) -> bool:
    """True as soon as the roster holds the changes that the caller names, False when the wait ran out."""

    async def applied(tokens: Sequence[ChangeToken]) -> bool:
        async with database.reading() as connection:
            return await includes(connection, tokens)

    return await min_change.met(applied)


async def _judged(unit: UnitOfWork, caller: Principal, plan: WavePlan, once: Idempotency) -> PublishedVersion:
    """What is asked; a request that was done before leaves here, since its plan was possible at its time."""
    await once.claim(unit)
    if await storage.has_passed(unit.connection, plan.closes_at):
        raise already_over()
    asked = await find_version(unit.connection, caller.row_scope(), plan.questionnaire_id, plan.questionnaire_version)
    if asked is None or asked.school_code not in {None, plan.school_code}:
        raise unknown_questionnaire_version()
    return asked


async def _create(unit: UnitOfWork, plan: WavePlan, asked: PublishedVersion, met: bool) -> Announced:
    wave = await storage.add(unit.connection, plan)
    eligible = await storage.freeze_eligible(unit.connection, wave, COUNTED)
    questions = len(list(asked.content.questions))
    token = await request_responses(unit.connection, wave, questions, unit.correlation_id)
    await unit.audit(
        "wave.create", "wave", wave.id, school_code=plan.school_code, detail={"version": 1, "eligible": eligible}
    )
    return Announced(replace(wave, eligible=eligible), token, met)
