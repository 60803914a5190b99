"""Acts on questionnaires."""

from collections.abc import Mapping
from dataclasses import asdict
from typing import TypeVar

from common.auth import Principal, Role
from common.database import UnitOfWork
from common.errors import ExpectedVersion, Forbidden, Invalid, NotFound, must_equal
from common.identifiers import QuestionnaireId, SchoolCode
from surveys.questionnaires import storage
from surveys.questionnaires.domain.changes import changes
from surveys.questionnaires.domain.checks import ambiguities, obstacles
from surveys.questionnaires.domain.content import (
    AlreadyPublished,
    Content,
    ContentChange,
    Questionnaire,
    QuestionnaireState,
)
from surveys.questionnaires.domain.facts import Facts
from surveys.questionnaires.domain.lint import unanswerable
from surveys.questionnaires.domain.logic import Judged, Logic, Values

EDITORS = frozenset({Role.SURVEY_MANAGER, Role.SCHOOL_OFFICER, Role.ADMIN})

Found = TypeVar("Found")


async def create(unit: UnitOfWork, *, caller: Principal, content: Content) -> Questionnaire:
    """Begins a draft of the caller's school; an admin's belongs to every school.

    Raises Forbidden, or Invalid for ambiguous ids.
    """
    owner = owner_of(caller)
    if problems := ambiguities(content):
        raise Invalid(problems)
    made = await storage.add(unit.connection, owner, content)
    await _audit(unit, "create", made)
    return made


async def edit(
    unit: UnitOfWork,
    *,
    caller: Principal,
    questionnaire_id: QuestionnaireId,
    expected: ExpectedVersion,
    change: ContentChange,
) -> Questionnaire:
    """Changes the draft; what was published stays published.

    Raises NotFound, Forbidden, the refusals of a precondition, or Invalid for ambiguous ids.
    """
    found = await _locked(unit, caller, questionnaire_id)
    must_equal(expected, found.version)
    content = change.applied_to(found)
    if problems := ambiguities(content):
        raise Invalid(problems)
    state = QuestionnaireState.DRAFT
    if found.published_version is not None:
        newest = await storage.published(unit.connection, found.id, found.published_version)
        # whichever way it got there, the content of the newest version is published
        if newest is not None and newest.asks_the_same_as(content):
            state = QuestionnaireState.PUBLISHED
    changed = await storage.save(unit.connection, found, content, state=state.value)
    await _audit(unit, "edit", changed)
    return changed


async def publish(
    unit: UnitOfWork, *, caller: Principal, questionnaire_id: QuestionnaireId, expected: ExpectedVersion
) -> Questionnaire:
    """Freezes the draft as the next version, and says what became of each variable.

    Raises NotFound, Forbidden, the refusals of a precondition, AlreadyPublished, or
    Invalid if something in it is unanswerable or untranslated.
    """
    found = await _locked(unit, caller, questionnaire_id)
    must_equal(expected, found.version)
    if found.state is QuestionnaireState.PUBLISHED:
        raise AlreadyPublished(state=found.state.value, allowed_transitions=[])
    if problems := obstacles(await storage.draft_asked(unit.connection, found, found.school_code)):
        raise Invalid(problems)
    number = (found.published_version or 0) + 1
    before = await storage.published(unit.connection, found.id, number - 1)
    await storage.add_version(unit.connection, found, number)
    published = await storage.save(
        unit.connection,
        found,
        found,
        state=QuestionnaireState.PUBLISHED.value,
        published_version=number,
        changes=[asdict(each) for each in changes(before, found)],
    )
    await _audit(unit, "publish", published)
    return published


def owner_of(caller: Principal) -> SchoolCode | None:
    """The school of what a caller begins; None of an admin, whose is for every school. Raises Forbidden."""
    caller.must_be_in(EDITORS)
    # a token that lacks the school its role needs would make a draft for all schools
    if caller.row_scope().nothing:
        raise Forbidden
    return None if caller.role is Role.ADMIN or caller.school_code is None else SchoolCode(caller.school_code)


def evaluated(content: Content, values: Values, facts: Facts, language: str) -> tuple[Judged, Mapping[str, str]]:
    """What the logic of a draft says of values, and its texts; raises Invalid where its expressions are wrong."""
    if problems := unanswerable(content):
        raise Invalid(problems)
    logic = Logic(content)
    judged = logic.judge(values, facts)
    return judged, logic.texts(judged, language)


def permitted(caller: Principal, found: Found | None) -> Found:
    """What was looked for in the caller's scope; raises NotFound, then Forbidden."""
    if found is None:
        raise NotFound
    caller.must_be_in(EDITORS)
    return found


async def _locked(unit: UnitOfWork, caller: Principal, questionnaire_id: QuestionnaireId) -> Questionnaire:
    """The questionnaire to change; one kept for all schools is changed by an admin alone."""
    scope = caller.row_scope()
    found = permitted(caller, await storage.find(unit.connection, scope, questionnaire_id, for_update=True))
    if found.school_code is None:
        caller.must_be(Role.ADMIN)
    return found


async def _audit(unit: UnitOfWork, act: str, questionnaire: Questionnaire) -> None:
    await unit.audit(
        f"questionnaire.{act}",
        "questionnaire",
        questionnaire.id,
        school_code=questionnaire.school_code,
        detail={"version": questionnaire.version, "published_version": questionnaire.published_version},
    )
