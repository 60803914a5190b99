"""Acts on waves."""

from collections.abc import Callable, Mapping, Sequence, Set
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

from common.auth import EVERYTHING, Principal, Role
from common.contracts import ChangeToken
from common.database import UnitOfWork
from common.errors import ExpectedVersion, FieldProblem, Invalid, Message, NotFound, must_equal
from common.identifiers import WaveId
from common.sql import Connection
from surveys.ballots import storage as ballots
from surveys.ballots.domain import must_be_enough, must_be_unlinkable, must_not_have_begun
from surveys.caps.domain import problems_of
from surveys.ladders import domain as ladders
from surveys.privacy.storage.statements import newest
from surveys.questionnaires.domain.audiences import misfits
from surveys.questionnaires.domain.content import PublishedVersion
from surveys.questionnaires.storage import published
from surveys.waves import storage
from surveys.waves.announcements import hold_streams, release_responses, request_responses
from surveys.waves.domain import (
    Anonymity,
    Audience,
    Cycle,
    NotChangeable,
    Wave,
    WavePhase,
    WavePlan,
    changes_of,
)
from surveys.waves.storage import asking
from surveys.waves.storage.asking import Member

MANAGERS = frozenset({Role.SURVEY_MANAGER, Role.SCHOOL_OFFICER, Role.ADMIN})

_ANNOUNCED = frozenset({"cycle", "unit", "year", "questionnaire_id", "questionnaire_version"})
"""What events about those who are asked say of a wave."""

_AT_GRADUATION_ONLY = Message("只用于毕业去向调查（cycle 0）", "Of cycle 0 only")
_UNKNOWN_WAVE = Message("本校没有这一轮调查", "This school has no such wave")
_OTHER_COHORT = Message("须是同一届毕业生的轮次", "The wave must be one of the same cohort")
_LATER = Message("须是先于本轮建立的轮次", "The wave must have been created before this one")
_ORDER = Message("截止时间须晚于开始时间", "The wave must close after it opens")
_OVER = Message("截止时间已过", "The closing time has passed already")
_UNKNOWN_STATEMENT = Message("没有这份已发布的隐私声明", "There is no such published privacy statement")
_UNKNOWN_VERSION = Message("没有这份已发布的问卷版本", "There is no such published questionnaire version")


async def create(unit: UnitOfWork, *, caller: Principal, plan: WavePlan) -> Wave:
    """Freezes the population as eligible and announces that each of them is asked.

    Raises Forbidden, NotFound for a school out of scope, CodeTaken, Invalid for a plan that cannot be carried out (of
    an unlinkable wave NotForUnlinkable or TooFewForUnlinkable).
    """
    must_manage(caller, plan)
    return await make(unit, plan)


async def make(unit: UnitOfWork, plan: WavePlan) -> Wave:
    """What `create` does, without a look at who may; raises Invalid for a plan that cannot be carried out."""
    asked = await judged(unit.connection, plan)
    await _must_be_drawable(unit.connection, plan)
    wave = await storage.add(unit.connection, plan)
    must_be_enough(wave.anonymity, wave.eligible)
    await _announce(unit, wave, asked)
    detail = {"version": wave.version, "eligible": wave.eligible}
    await unit.audit("wave.create", "wave", wave.id, school_code=wave.school_code, detail=detail)
    return wave


@dataclass(frozen=True)
class Changed:
    """A changed wave with the token of the last event about the change; None where nothing was announced."""

    wave: Wave
    token: ChangeToken | None


async def change(
    unit: UnitOfWork,
    *,
    caller: Principal,
    wave_id: WaveId,
    expected: ExpectedVersion,
    patched: Callable[[Wave], WavePlan],
    said: Set[str],
) -> Changed:
    """Changes what is `said` of a wave that has not closed, to what it is as `patched`.

    Where others are asked than before, they are those of now, with their groups of now. Raises NotFound, Forbidden,
    the refusals of a precondition, WaveClosed, NotChangeable, CodeTaken, or Invalid.
    """
    await managed(unit.connection, caller, wave_id)
    wave = await storage.lock(unit.connection, wave_id)
    must_equal(expected, wave.version)
    changed = changes_of(wave, patched, said)
    after = replace(wave, **changed)
    await _must_not_be_due(unit.connection, wave, changed)
    asked = await judged(unit.connection, after)
    if wave.asks_others(after):
        await _must_be_drawable(unit.connection, after, wave)
    members = await asking.members(unit.connection, wave.id) if _releases(wave, after) else []
    await _must_fit_codes(unit.connection, wave, after)
    saved = await storage.save(unit.connection, wave, changed)
    must_be_enough(saved.anonymity, saved.eligible)
    token = await _announce_change(unit, wave, saved, members, asked)
    detail = {"version": saved.version, "changed": sorted(changed), "eligible": saved.eligible}
    await unit.audit("wave.change", "wave", saved.id, school_code=saved.school_code, detail=detail)
    return Changed(saved, token)


def must_manage(caller: Principal, plan: WavePlan) -> None:
    """Raises Forbidden for a role without surveys, NotFound for a school out of scope."""
    caller.must_be_in(MANAGERS)
    if not caller.sees_school(plan.school_code):
        raise NotFound


async def managed(connection: Connection, caller: Principal, wave_id: WaveId) -> Wave:
    """A wave of the caller's school, for an act that managers do; raises NotFound, then Forbidden for other roles."""
    wave = await of_own_school(connection, caller, wave_id)
    caller.must_be_in(MANAGERS)
    return wave


async def of_own_school(connection: Connection, caller: Principal, wave_id: WaveId) -> Wave:
    """A wave of a school that the caller belongs to, for acts that roles of a college do, too; raises NotFound."""
    wave = await storage.find(connection, EVERYTHING, wave_id)
    if wave is None or not caller.sees_school(wave.school_code):
        raise NotFound
    return wave


async def _announce(unit: UnitOfWork, wave: Wave, asked: PublishedVersion) -> ChangeToken | None:
    """Announces that everybody eligible is asked; of an unlinkable wave nothing is."""
    if wave.anonymity is Anonymity.UNLINKABLE:
        return None
    return await request_responses(unit, wave, len(list(asked.questions)))


def _releases(wave: Wave, after: WavePlan) -> bool:
    """Whether what was announced of those who were asked holds of none of them as it was announced."""
    was, will = (each.anonymity is Anonymity.UNLINKABLE for each in (wave, after))
    is_another = wave.asks_others(after) or (wave.cycle, wave.year) != (after.cycle, after.year)
    return not was and (will or is_another)


async def _announce_change(
    unit: UnitOfWork, wave: Wave, after: Wave, members: Sequence[Member], asked: PublishedVersion
) -> ChangeToken | None:
    """Announces who is not asked any more, as it was asked, and who is asked from now on; the last event's token."""
    released = None
    if members and after.anonymity is not Anonymity.UNLINKABLE:
        await hold_streams(unit, after, members)
    if members:
        released = await release_responses(unit, wave, members)
    is_new = wave.anonymity is Anonymity.UNLINKABLE and after.anonymity is not wave.anonymity
    if is_new or wave.asks_others(after) or any(getattr(after, name) != getattr(wave, name) for name in _ANNOUNCED):
        return await _announce(unit, after, asked) or released
    return released


async def _must_fit_codes(connection: Connection, wave: Wave, after: WavePlan) -> None:
    """Raises Invalid for another anonymity, or other people, than links or codes without a person were made for."""
    if Anonymity.UNLINKABLE not in {wave.anonymity, after.anonymity}:
        return
    differing = "anonymity" if wave.anonymity is not after.anonymity else "population"
    if differing == "anonymity" or wave.asks_others(after):
        must_not_have_begun(await ballots.links_and_codes(connection, wave.id), differing)


async def _must_be_drawable(connection: Connection, plan: WavePlan, of: Wave | None = None) -> None:
    """Raises Invalid for a panel of another cohort, of another school's wave, of none, or of one made after `of`."""
    panel_of = plan.population.wave_id
    if panel_of is None:
        return
    earlier = await storage.find(connection, EVERYTHING, panel_of)
    if earlier is None or earlier.school_code != plan.school_code:
        raise Invalid([FieldProblem("/population/wave_id", "unknown_wave", _UNKNOWN_WAVE)])
    if earlier.cohort != plan.cohort:
        raise Invalid([FieldProblem("/population/wave_id", "other_cohort", _OTHER_COHORT)])
    if of is not None and earlier.id >= of.id:
        raise Invalid([FieldProblem("/population/wave_id", "later_wave", _LATER)])


async def _must_not_be_due(connection: Connection, wave: Wave, changed: Mapping[str, Any]) -> None:
    """Raises NotChangeable for other steps than before where one of them is due already."""
    day = ladders.first_difference(wave.ladder, changed.get("ladder", wave.ladder))
    due_at = None if day is None else changed.get("opens_at", wave.opens_at) + timedelta(days=day)
    if wave.phase is WavePhase.OPEN and due_at is not None and await storage.has_passed(connection, due_at):
        raise NotChangeable(["ladder"])


async def judged(connection: Connection, plan: WavePlan) -> PublishedVersion:
    """The questionnaire version that the plan asks; raises Invalid for a plan that cannot be carried out."""
    problems = [*ladders.problems_of(plan.ladder, with_codes=plan.anonymity is Anonymity.UNLINKABLE)]
    if plan.stop_when_known and plan.cycle is not Cycle.AT_GRADUATION:
        problems.append(FieldProblem("/stop_when_known", "not_allowed", _AT_GRADUATION_ONLY))
    if problems:
        raise Invalid(problems)
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
    if problems := [
        *misfits(asked, of_employers=plan.audience is Audience.EMPLOYERS),
        *problems_of(asked, plan.caps),
    ]:
        raise Invalid(problems)
    must_be_unlinkable(plan, asked)
    return asked
