"""Acts on waves."""

from dataclasses import dataclass, replace

from common.auth import Principal, Role
from common.contracts import ChangeToken
from common.database import Database, UnitOfWork
from common.errors import NotFound
from common.http import Idempotency
from surveys.questionnaires.storage import find_version
from surveys.roster.domain import COUNTED
from surveys.waves import storage
from surveys.waves.announcements import request_responses
from surveys.waves.domain import Wave, WavePlan, must_open_before_it_closes, unknown_questionnaire_version

MANAGERS = frozenset({Role.SURVEY_MANAGER, Role.SCHOOL_OFFICER, Role.ADMIN})


@dataclass(frozen=True)
class Announced:
    """A wave with the token of the last event about it; without eligible graduates there is none."""

    wave: Wave
    token: ChangeToken | None


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


async def create(database: Database, caller: Principal, plan: WavePlan, once: Idempotency) -> Announced:
    """Freezes the cohort's population as eligible and announces that each of them is asked."""
    must_open_before_it_closes(plan)
    async with database.transaction(caller.actor) as uow:
        await once.claim(uow)
        made = await _create(uow, caller, plan)
        await once.remember(uow, made.wave.id, made.wave.version, 201)
        await uow.commit()
    return made


async def _create(uow: UnitOfWork, caller: Principal, plan: WavePlan) -> Announced:
    asked = await find_version(uow.connection, caller.row_scope(), plan.questionnaire_id, plan.questionnaire_version)
    if asked is None or asked.school_code not in {None, plan.school_code}:
        raise unknown_questionnaire_version()
    wave = await storage.add(uow.connection, plan)
    eligible = await storage.freeze_eligible(uow.connection, wave, COUNTED)
    questions = len(list(asked.content.questions))
    token = await request_responses(uow.connection, wave, questions, uow.correlation_id)
    await uow.audit(
        "wave.create", "wave", wave.id, school_code=plan.school_code, detail={"version": 1, "eligible": eligible}
    )
    return Announced(replace(wave, eligible=eligible), token)
