"""Acts on waves."""

from common.auth import Principal, Role
from common.database import UnitOfWork
from common.errors import FieldProblem, Invalid, Message, NotFound
from common.sql import Connection
from surveys.privacy.storage.statements import newest
from surveys.questionnaires.domain.content import PublishedVersion
from surveys.questionnaires.storage import published
from surveys.waves import storage
from surveys.waves.announcements import request_responses
from surveys.waves.domain import Wave, WavePlan

MANAGERS = frozenset({Role.SURVEY_MANAGER, Role.SCHOOL_OFFICER, Role.ADMIN})

_ORDER = Message("截止时间须晚于开始时间", "The wave must close after it opens")
_OVER = Message("截止时间已过", "The closing time has passed already")
_UNKNOWN_STATEMENT = Message("没有这份已发布的隐私声明", "There is no such published privacy statement")
_UNKNOWN_VERSION = Message("没有这份已发布的问卷版本", "There is no such published questionnaire version")


async def create(unit: UnitOfWork, *, caller: Principal, plan: WavePlan) -> Wave:
    """Freezes the cohort's population as eligible and announces that each of them is asked.

    Raises Forbidden, NotFound for a school out of scope, Invalid for a plan that cannot be carried out.
    """
    must_manage(caller, plan)
    asked = await judged(unit.connection, plan)
    wave = await storage.add(unit.connection, plan)
    await request_responses(unit, wave, len(list(asked.questions)))
    detail = {"version": wave.version, "eligible": wave.eligible}
    await unit.audit("wave.create", "wave", wave.id, school_code=wave.school_code, detail=detail)
    return wave


def must_manage(caller: Principal, plan: WavePlan) -> None:
    """Raises Forbidden for a role without surveys, NotFound for a school out of scope."""
    caller.must_be_in(MANAGERS)
    if not caller.sees_school(plan.school_code):
        raise NotFound


def permitted(caller: Principal, wave: Wave | None) -> Wave:
    """The wave that was looked for in the caller's scope; raises NotFound, then Forbidden."""
    if wave is None:
        raise NotFound
    caller.must_be_in(MANAGERS)
    return wave


async def judged(connection: Connection, plan: WavePlan) -> PublishedVersion:
    """The questionnaire version that the plan asks; raises Invalid for a plan that cannot be carried out."""
    if plan.closes_at <= plan.opens_at:
        raise Invalid([FieldProblem("/closes_at", "opens_before_closes", _ORDER)])
    if await storage.has_passed(connection, plan.closes_at):
        raise Invalid([FieldProblem("/closes_at", "closes_in_future", _OVER)])
    asked = await published(connection, plan.questionnaire_id, plan.questionnaire_version)
    # what another school keeps to itself is as good as unknown
    if asked is None or asked.school_code not in {None, plan.school_code}:
        raise Invalid([FieldProblem("/questionnaire_version", "unknown_questionnaire_version", _UNKNOWN_VERSION)])
    if plan.privacy_statement_id is not None:
        told = await newest(connection, plan.school_code, plan.privacy_statement_id)
        if told is None or told.school_code not in {None, plan.school_code}:
            raise Invalid([FieldProblem("/privacy_statement_id", "unknown_privacy_statement", _UNKNOWN_STATEMENT)])
    return asked
