"""Questionnaires over HTTP."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Path, Query, Request, Response

from common.auth import Caller, Principal
from common.database import Database
from common.errors import NotFound
from common.http import Answered, Db, IfMatch, LazyBody, Once, Page, PageOf, resource
from surveys.listing import last_seen, listed
from surveys.questionnaires import commands, storage
from surveys.questionnaires.domain import Questionnaire
from surveys.questionnaires.forms import (
    NewQuestionnaire,
    QuestionnaireBody,
    QuestionnairePatch,
    VersionBody,
    questionnaire_body,
    version_body,
)

router = APIRouter(prefix="/v1/questionnaires", tags=["questionnaires"])

School = Annotated[str | None, Query(description="Only this school's own", max_length=64)]
Number = Annotated[int, Path(ge=1, le=2**31 - 1)]


@router.get("", response_model=PageOf[QuestionnaireBody], summary="Questionnaires of the school and those for all")
async def list_questionnaires(
    *, request: Request, caller: Caller, database: Db, page: Page, school: School = None
) -> Response:
    scope = commands.reading(caller)
    async with database.reading() as connection:
        found = await storage.page(connection, scope, school, last_seen(page), page.limit + 1)
    return listed(request, page, found, questionnaire_body)


@router.post("", status_code=201, response_model=QuestionnaireBody, summary="Begin a questionnaire")
async def create_questionnaire(
    *, caller: Caller, database: Db, body: LazyBody[NewQuestionnaire], once: Once
) -> Response:
    return await once.answer(
        commands.create(database, caller, body, once),
        show=_created,
        again=lambda done: _read(database, caller, UUID(done.object_id), done),
    )


@router.get("/{questionnaire_id}", response_model=QuestionnaireBody, summary="One questionnaire with its draft")
async def read_questionnaire(*, caller: Caller, database: Db, questionnaire_id: UUID) -> Response:
    return await _read(database, caller, questionnaire_id)


@router.patch("/{questionnaire_id}", response_model=QuestionnaireBody, summary="Change the draft")
async def edit_questionnaire(
    *, caller: Caller, database: Db, questionnaire_id: UUID, if_match: IfMatch, body: LazyBody[QuestionnairePatch]
) -> Response:
    return _shown(await commands.edit(database, caller, questionnaire_id, if_match, body))


@router.post("/{questionnaire_id}/publish", response_model=QuestionnaireBody, summary="Freeze the draft as a version")
async def publish_questionnaire(
    *, caller: Caller, database: Db, questionnaire_id: UUID, if_match: IfMatch, once: Once
) -> Response:
    return await once.answer(
        commands.publish(database, caller, questionnaire_id, if_match, once),
        show=_shown,
        again=lambda done: _read(database, caller, questionnaire_id, done),
    )


@router.get("/{questionnaire_id}/versions/{number}", response_model=VersionBody, summary="A published version")
async def read_version(*, caller: Caller, database: Db, questionnaire_id: UUID, number: Number) -> Response:
    async with database.reading() as connection:
        found = await storage.find_version(connection, caller.row_scope(), questionnaire_id, number)
    if found is None:
        raise NotFound
    caller.must_be_in(commands.EDITORS)
    return resource(version_body(found), number)


async def _read(
    database: Database, caller: Principal, questionnaire_id: UUID, done: Answered | None = None
) -> Response:
    async with database.reading() as connection:
        found = await storage.find(connection, caller.row_scope(), questionnaire_id)
    if found is None:
        raise NotFound
    caller.must_be_in(commands.EDITORS)
    return _created(found) if done is not None and done.status == 201 else _shown(found)


def _shown(questionnaire: Questionnaire) -> Response:
    return resource(questionnaire_body(questionnaire), questionnaire.version)


def _created(questionnaire: Questionnaire) -> Response:
    location = f"/v1/questionnaires/{questionnaire.id}"
    return resource(questionnaire_body(questionnaire), questionnaire.version, 201, location)
