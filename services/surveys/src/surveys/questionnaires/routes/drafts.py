"""Drafts and versions over HTTP."""

import asyncio
from functools import partial
from typing import Annotated
from uuid import UUID

from fastapi import Path, Query, Request, Response

from common.auth import Caller, Principal
from common.clock import today
from common.database import Database
from common.errors import Invalid
from common.http import Db, IdempotencyKey, IfMatch, Page, PageOf, Router, answer, page_of, resource
from common.http.language import preferred_language
from common.identifiers import QuestionnaireId, SchoolCode
from surveys.questionnaires import commands, storage
from surveys.questionnaires.domain.checks import findings
from surveys.questionnaires.domain.content import PublishedVersion, Questionnaire
from surveys.questionnaires.domain.facts import Facts, facts_of, wrong_facts
from surveys.questionnaires.wire import (
    Evaluated,
    Evaluation,
    Linted,
    NewQuestionnaire,
    QuestionnaireBody,
    QuestionnairePatch,
    VersionBody,
)

router = Router(prefix="/v1/questionnaires", tags=["questionnaires"])

School = Annotated[SchoolCode | None, Query(description="Only this school's own", max_length=64)]
Number = Annotated[int, Path(ge=1, le=2**31 - 1)]


@router.get("", summary="Questionnaires of the school and those for all")
async def list_questionnaires(
    *, caller: Caller, database: Db, page: Page, school: School = None
) -> PageOf[QuestionnaireBody]:
    caller.must_be_in(commands.EDITORS)
    async with database.reading() as connection:
        after = page.last_seen(UUID)
        listed = await storage.page(connection, caller.row_scope(), school, after, page.limit + 1)
    return page_of(page, listed, lambda questionnaire: questionnaire.id, QuestionnaireBody.model_validate)


@router.post("", status_code=201, response_model=QuestionnaireBody, summary="Begin a questionnaire")
async def create_questionnaire(
    *, caller: Caller, database: Db, body: NewQuestionnaire, once: IdempotencyKey
) -> Response:
    act = partial(commands.create, caller=caller, content=body.content())
    return await answer(
        database.act(caller.actor, act, once),
        show=created,
        again=lambda done: found(database, caller, QuestionnaireId(UUID(done.object_id))),
    )


@router.get("/{questionnaire_id}", response_model=QuestionnaireBody, summary="One questionnaire with its draft")
async def read_questionnaire(*, caller: Caller, database: Db, questionnaire_id: QuestionnaireId) -> Response:
    return _shown(await found(database, caller, questionnaire_id))


@router.patch("/{questionnaire_id}", response_model=QuestionnaireBody, summary="Change the draft")
async def edit_questionnaire(
    *, caller: Caller, database: Db, questionnaire_id: QuestionnaireId, if_match: IfMatch, body: QuestionnairePatch
) -> Response:
    act = partial(
        commands.edit, caller=caller, questionnaire_id=questionnaire_id, expected=if_match, change=body.change()
    )
    return _shown(await database.act(caller.actor, act))


@router.post("/{questionnaire_id}/publish", response_model=QuestionnaireBody, summary="Freeze the draft as a version")
async def publish_questionnaire(
    *, caller: Caller, database: Db, questionnaire_id: QuestionnaireId, if_match: IfMatch, once: IdempotencyKey
) -> Response:
    act = partial(commands.publish, caller=caller, questionnaire_id=questionnaire_id, expected=if_match)
    return await answer(
        database.act(caller.actor, act, once),
        show=_shown,
        again=lambda _: found(database, caller, questionnaire_id),
    )


@router.post("/{questionnaire_id}/evaluate", summary="What the logic of the draft says of values; stores nothing")
async def evaluate_questionnaire(
    *, caller: Caller, database: Db, questionnaire_id: QuestionnaireId, body: Evaluation
) -> Evaluated:
    draft = await found(database, caller, questionnaire_id)
    if problems := list(wrong_facts(body.roster)):
        raise Invalid(problems)
    named = body.roster.get("roster_school")
    school = school_of(draft, caller) or (SchoolCode(named) if isinstance(named, str) else None)
    async with database.reading() as connection:
        draft = await storage.draft_asked(connection, draft, school)
    facts = Facts(body.day or today(), facts_of(body.roster))
    return Evaluated.of(*commands.evaluated(draft, body.values, facts, body.language), body.language)


@router.post(
    "/{questionnaire_id}/lint", summary="What is wrong with the draft: errors that publishing refuses, warnings"
)
async def lint_questionnaire(
    *, caller: Caller, database: Db, questionnaire_id: QuestionnaireId, request: Request
) -> Linted:
    draft = await found(database, caller, questionnaire_id)
    async with database.reading() as connection:
        draft = await storage.draft_asked(connection, draft, draft.school_code)
    language = preferred_language(request.headers.get("accept-language"))
    return Linted.of(await asyncio.to_thread(findings, draft), language)


@router.get("/{questionnaire_id}/versions/{number}", response_model=VersionBody, summary="A published version")
async def read_version(*, caller: Caller, database: Db, questionnaire_id: QuestionnaireId, number: Number) -> Response:
    async with database.reading() as connection:
        version = await storage.find_version(connection, caller.row_scope(), questionnaire_id, number)
    return resource(VersionBody.model_validate(commands.permitted(caller, version)), number)


def created(made: Questionnaire) -> Response:
    """The answer to what began a questionnaire."""
    return resource(QuestionnaireBody.model_validate(made), made.version, 201, f"/v1/questionnaires/{made.id}")


async def found(database: Database, caller: Principal, questionnaire_id: QuestionnaireId) -> Questionnaire:
    """A questionnaire in the caller's scope; raises NotFound, Forbidden."""
    async with database.reading() as connection:
        return commands.permitted(caller, await storage.find(connection, caller.row_scope(), questionnaire_id))


def school_of(content: Questionnaire | PublishedVersion, caller: Principal) -> SchoolCode | None:
    """The school as which a caller reads a content: its own, of one for all schools the caller's, of an admin none."""
    if content.school_code is not None or caller.school_code is None:
        return content.school_code
    return SchoolCode(caller.school_code)


def _shown(questionnaire: Questionnaire) -> Response:
    return resource(QuestionnaireBody.model_validate(questionnaire), questionnaire.version)
