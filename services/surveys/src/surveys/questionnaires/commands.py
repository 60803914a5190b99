"""Acts on questionnaires."""

from uuid import UUID

from common.auth import Principal, Role, RowScope
from common.database import UnitOfWork
from common.errors import Forbidden, Invalid, NotFound
from surveys.questionnaires import storage
from surveys.questionnaires.checks import ambiguities, obstacles
from surveys.questionnaires.domain import Content, Questionnaire

EDITORS = frozenset({Role.SURVEY_MANAGER, Role.SCHOOL_OFFICER, Role.ADMIN})


async def create(uow: UnitOfWork, principal: Principal, content: Content) -> Questionnaire:
    """A new draft of the caller's school; an admin's belongs to every school."""
    _must_be_unambiguous(content)
    questionnaire = await storage.add(uow.connection, _owner(principal), content)
    await _audit(uow, "create", questionnaire)
    return questionnaire


async def edit(uow: UnitOfWork, questionnaire: Questionnaire, content: Content) -> Questionnaire:
    """Changes the draft; what was published stays published."""
    _must_be_unambiguous(content)
    changed = await storage.save_draft(uow.connection, questionnaire, content)
    await _audit(uow, "edit", changed)
    return changed


async def publish(uow: UnitOfWork, questionnaire: Questionnaire) -> Questionnaire:
    """Freezes the draft as the next version once nothing in it is unanswerable or untranslated."""
    if problems := obstacles(questionnaire.content):
        raise Invalid(problems)
    published = await storage.publish(uow.connection, questionnaire)
    await _audit(uow, "publish", published)
    return published


async def locked(uow: UnitOfWork, principal: Principal, questionnaire_id: UUID) -> Questionnaire:
    """The questionnaire, held until the unit of work ends; refused to whoever may not change it."""
    found = await storage.find(uow.connection, principal.row_scope(), questionnaire_id, for_update=True)
    return permitted(principal, found)


def permitted(principal: Principal, questionnaire: Questionnaire | None) -> Questionnaire:
    """Not found before not allowed; one kept for all schools is changed by an admin alone."""
    if questionnaire is None:
        raise NotFound
    principal.must_be_in(EDITORS)
    if questionnaire.school_code is None:
        principal.must_be(Role.ADMIN)
    return questionnaire


def visible_to(principal: Principal) -> RowScope:
    """Whose questionnaires the caller reads."""
    principal.must_be_in(EDITORS)
    return principal.row_scope()


def _owner(principal: Principal) -> str | None:
    principal.must_be_in(EDITORS)
    if principal.row_scope().nothing:
        raise Forbidden
    return None if principal.role is Role.ADMIN else principal.school_code


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
