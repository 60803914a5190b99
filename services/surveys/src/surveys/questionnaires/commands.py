"""Acts on questionnaires."""

from uuid import UUID

from common.auth import Principal, Role, RowScope
from common.database import Database, UnitOfWork
from common.errors import Forbidden, Invalid, NotFound
from common.http import Idempotency, LazyBody
from common.http.etags import Precondition
from surveys.questionnaires import storage
from surveys.questionnaires.checks import ambiguities, obstacles
from surveys.questionnaires.domain import Content, Questionnaire
from surveys.questionnaires.forms import NewQuestionnaire, QuestionnairePatch

EDITORS = frozenset({Role.SURVEY_MANAGER, Role.SCHOOL_OFFICER, Role.ADMIN})


async def create(
    database: Database, caller: Principal, body: LazyBody[NewQuestionnaire], once: Idempotency
) -> Questionnaire:
    """A new draft of the caller's school; an admin's belongs to every school."""
    owner = _owner(caller)
    content = body.parse().content()
    _must_be_unambiguous(content)
    async with database.transaction(caller.actor) as uow:
        await once.claim(uow)
        questionnaire = await storage.add(uow.connection, owner, content)
        await _audit(uow, "create", questionnaire)
        await once.remember(uow, questionnaire.id, questionnaire.version, 201)
        await uow.commit()
    return questionnaire


async def edit(
    database: Database,
    caller: Principal,
    questionnaire_id: UUID,
    if_match: Precondition,
    body: LazyBody[QuestionnairePatch],
) -> Questionnaire:
    """Changes the draft; what was published stays published."""
    async with database.transaction(caller.actor) as uow:
        questionnaire = await _locked(uow, caller, questionnaire_id)
        if_match.must_equal(questionnaire.version)
        content = body.parse().applied_to(questionnaire.content)
        _must_be_unambiguous(content)
        changed = await storage.save_draft(uow.connection, questionnaire, content)
        await _audit(uow, "edit", changed)
        await uow.commit()
    return changed


async def publish(
    database: Database, caller: Principal, questionnaire_id: UUID, if_match: Precondition, once: Idempotency
) -> Questionnaire:
    """Freezes the draft as the next version once nothing in it is unanswerable or untranslated."""
    async with database.transaction(caller.actor) as uow:
        await once.claim(uow)
        questionnaire = await _locked(uow, caller, questionnaire_id)
        if_match.must_equal(questionnaire.version)
        if problems := obstacles(questionnaire.content):
            raise Invalid(problems)
        published = await storage.publish(uow.connection, questionnaire)
        await _audit(uow, "publish", published)
        await once.remember(uow, published.id, published.version)
        await uow.commit()
    return published


def reading(caller: Principal) -> RowScope:
    """Whose questionnaires the caller reads."""
    caller.must_be_in(EDITORS)
    return caller.row_scope()


async def _locked(uow: UnitOfWork, caller: Principal, questionnaire_id: UUID) -> Questionnaire:
    """Not found before not allowed; one kept for all schools is changed by an admin alone."""
    found = await storage.find(uow.connection, caller.row_scope(), questionnaire_id, for_update=True)
    if found is None:
        raise NotFound
    caller.must_be_in(EDITORS)
    if found.school_code is None:
        caller.must_be(Role.ADMIN)
    return found


def _owner(caller: Principal) -> str | None:
    caller.must_be_in(EDITORS)
    if caller.row_scope().nothing:
        raise Forbidden
    return None if caller.role is Role.ADMIN else caller.school_code


def _must_be_unambiguous(content: Content) -> None:
    if problems := ambiguities(content):
        raise Invalid(problems)


async def _audit(uow: UnitOfWork, act: str, questionnaire: Questionnaire) -> None:
    await uow.audit(
        f"questionnaire.{act}",
        "questionnaire",
        questionnaire.id,
        school_code=questionnaire.school_code,
        detail={"version": questionnaire.version, "published_version": questionnaire.published_version},
    )
