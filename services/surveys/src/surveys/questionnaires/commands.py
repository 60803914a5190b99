"""Acts on questionnaires."""

from uuid import UUID

from common.auth import Principal, Role, RowScope
from common.database import Database, UnitOfWork
from common.errors import Conflict, Forbidden, Invalid, Message, NotFound
from common.http import Idempotency, LazyBody
from common.http.etags import Precondition
from surveys.questionnaires import storage
from surveys.questionnaires.checks import ambiguities, obstacles
from surveys.questionnaires.domain import Content, Questionnaire, QuestionnaireState
from surveys.questionnaires.forms import NewQuestionnaire, QuestionnairePatch

EDITORS = frozenset({Role.SURVEY_MANAGER, Role.SCHOOL_OFFICER, Role.ADMIN})

_ALREADY_PUBLISHED = Message("内容已发布，没有改动", "This content is published already")


async def create(
    database: Database, caller: Principal, body: LazyBody[NewQuestionnaire], once: Idempotency
) -> Questionnaire:
    """A new draft of the caller's school; an admin's belongs to every school."""
    owner = _owner(caller)
    content = body.parse().content()
    _must_be_unambiguous(content)
    async with database.transaction(caller.actor) as unit:
        await once.claim(unit)
        questionnaire = await storage.add(unit.connection, owner, content)
        await _audit(unit, "create", questionnaire)
        await once.remember(unit, questionnaire.id, questionnaire.version, 201)
        await unit.commit()
    return questionnaire


async def edit(
    database: Database,
    caller: Principal,
    questionnaire_id: UUID,
    if_match: Precondition,
    body: LazyBody[QuestionnairePatch],
) -> Questionnaire:
    """Changes the draft; what was published stays published."""
    async with database.transaction(caller.actor) as unit:
        questionnaire = await _locked(unit, caller, questionnaire_id)
        if_match.must_equal(questionnaire.version)
        content = body.parse().applied_to(questionnaire.content)
        _must_be_unambiguous(content)
        state = await _state_with(unit, questionnaire, content)
        changed = await storage.save_content(unit.connection, questionnaire, content, state)
        await _audit(unit, "edit", changed)
        await unit.commit()
    return changed


async def publish(
    database: Database, caller: Principal, questionnaire_id: UUID, if_match: Precondition, once: Idempotency
) -> Questionnaire:
    """Freezes the draft as the next version once nothing in it is unanswerable or untranslated."""
    async with database.transaction(caller.actor) as unit:
        await once.claim(unit)
        questionnaire = await _locked(unit, caller, questionnaire_id)
        if_match.must_equal(questionnaire.version)
        _must_be_draft(questionnaire)
        if problems := obstacles(questionnaire.content):
            raise Invalid(problems)
        published = await storage.publish(unit.connection, questionnaire)
        await _audit(unit, "publish", published)
        await once.remember(unit, published.id, published.version)
        await unit.commit()
    return published


def reading(caller: Principal) -> RowScope:
    """Whose questionnaires the caller reads."""
    caller.must_be_in(EDITORS)
    return caller.row_scope()


async def _locked(unit: UnitOfWork, caller: Principal, questionnaire_id: UUID) -> Questionnaire:
    """Not found before not allowed; one kept for all schools is changed by an admin alone."""
    found = await storage.find(unit.connection, caller.row_scope(), questionnaire_id, for_update=True)
    if found is None:
        raise NotFound
    caller.must_be_in(EDITORS)
    if found.school_code is None:
        caller.must_be(Role.ADMIN)
    return found


async def _state_with(unit: UnitOfWork, questionnaire: Questionnaire, content: Content) -> QuestionnaireState:
    """Published with the content of the newest version, whichever way it got there; else a draft."""
    if questionnaire.published_version is None:
        return QuestionnaireState.DRAFT
    newest = await storage.find_version(
        unit.connection, RowScope(everything=True), questionnaire.id, questionnaire.published_version
    )
    assert newest is not None, "a questionnaire names a version that was published"
    return QuestionnaireState.PUBLISHED if newest.content == content else QuestionnaireState.DRAFT


def _must_be_draft(questionnaire: Questionnaire) -> None:
    """Two versions with one content would be two questionnaires to whoever compares waves."""
    if questionnaire.state is QuestionnaireState.PUBLISHED:
        raise Conflict("already_published", _ALREADY_PUBLISHED, state=questionnaire.state.value, allowed_transitions=[])


def _owner(caller: Principal) -> str | None:
    caller.must_be_in(EDITORS)
    if caller.row_scope().nothing:
        raise Forbidden
    return None if caller.role is Role.ADMIN else caller.school_code


def _must_be_unambiguous(content: Content) -> None:
    if problems := ambiguities(content):
        raise Invalid(problems)


async def _audit(unit: UnitOfWork, act: str, questionnaire: Questionnaire) -> None:
    await unit.audit(
        f"questionnaire.{act}",
        "questionnaire",
        questionnaire.id,
        school_code=questionnaire.school_code,
        detail={"version": questionnaire.version, "published_version": questionnaire.published_version},
    )
