"""Acts on waves."""

from dataclasses import replace

from common.auth import Principal, Role
from common.contracts import ChangeToken
from common.database import UnitOfWork
from common.errors import NotFound
from surveys.questionnaires.storage import find_version
from surveys.roster.domain import COUNTED
from surveys.waves import storage
from surveys.waves.announcements import request_responses
from surveys.waves.domain import Wave, WavePlan, must_open_before_it_closes, unknown_questionnaire_version

MANAGERS = frozenset({Role.SURVEY_MANAGER, Role.SCHOOL_OFFICER, Role.ADMIN})


def must_manage(principal: Principal, school_code: str) -> None:
    """A foreign school looks like one that does not exist; a role without surveys is refused."""
    if not principal.sees_school(school_code):
        raise NotFound
    principal.must_be_in(MANAGERS)


async def create(uow: UnitOfWork, principal: Principal, plan: WavePlan) -> tuple[Wave, ChangeToken | None]:
    """Freezes the cohort's population as eligible and announces that each of them is asked."""
    must_open_before_it_closes(plan)
    asked = await find_version(uow.connection, principal.row_scope(), plan.questionnaire_id, plan.questionnaire_version)
    if asked is None or asked.school_code not in {None, plan.school_code}:
        raise unknown_questionnaire_version()
    wave = await storage.add(uow.connection, plan)
    eligible = await storage.freeze_eligible(uow.connection, wave, COUNTED)
    questions = len(list(asked.content.questions))
    token = await request_responses(uow.connection, wave, questions, uow.correlation_id)
    await uow.audit(
        "wave.create", "wave", wave.id, school_code=plan.school_code, detail={"version": 1, "eligible": eligible}
    )
    return replace(wave, eligible=eligible), token
