"""Routes of tasks."""

from functools import partial
from typing import Annotated
from uuid import UUID

from fastapi import Depends, Query, Response

from common.approvals.wire import OfCohort, OfCollege, OfSchool
from common.auth import Caller, Principal, require
from common.crypto import FieldCipher
from common.database import Database
from common.http import Cipher, Db, IdempotencyKey, IfMatch, Page, PageOf, Router, answer, page_of, resource
from common.identifiers import Cohort, GraduateId
from destinations.tasks import commands, storage
from destinations.tasks.domain import Holder, Task, TaskId, TaskState
from destinations.tasks.storage import Filters
from destinations.tasks.wire import TaskAnswer, TaskReply

router = Router(prefix="/v1/tasks", tags=["tasks"])

Reader = Annotated[Principal, Depends(require(*commands.READERS))]


@router.get("", summary="List what is to be done about the registrations of graduates in scope, as it came up")
async def list_tasks(
    *,
    caller: Reader,
    database: Db,
    cipher: Cipher,
    page: Page,
    school: OfSchool = None,
    cohort: OfCohort = None,
    college: OfCollege = None,
    graduate_id: Annotated[UUID | None, Query()] = None,
    state: TaskState | None = None,
    held_by: Holder | None = None,
) -> PageOf[TaskAnswer]:
    after = page.last_seen(UUID)
    of_cohort = None if cohort is None else Cohort(cohort)
    of_graduate = None if graduate_id is None else GraduateId(graduate_id)
    filters = Filters(school, of_cohort, college, of_graduate, state, held_by)
    async with database.reading() as connection:
        found = await storage.page(connection, cipher, caller.row_scope(), filters, after, page.limit + 1)
    return page_of(page, found, lambda task: task.id, TaskAnswer.model_validate)


@router.get("/{task_id}", response_model=TaskAnswer, summary="Read a task")
async def read_task(*, caller: Caller, database: Db, cipher: Cipher, task_id: UUID) -> Response:
    return _shown(await _found(database, cipher, caller, task_id))


@router.post(
    "/{task_id}/answer",
    response_model=TaskAnswer,
    summary="Answer a dispute: what is registered stays",
    description="By the level that holds the task. A correction needs no answer: it ends the task by itself.",
)
async def answer_task(
    *,
    caller: Caller,
    database: Db,
    cipher: Cipher,
    task_id: UUID,
    if_match: IfMatch,
    body: TaskReply,
    once: IdempotencyKey,
) -> Response:
    act = partial(
        commands.answer,
        caller=caller,
        cipher=cipher,
        task_id=TaskId(task_id),
        expected=if_match,
        content=body.text,
    )
    return await answer(
        database.act(caller.actor, act, once),
        show=_shown,
        again=lambda done: _found(database, cipher, caller, UUID(done.object_id)),
    )


async def _found(database: Database, cipher: FieldCipher, caller: Principal, task_id: UUID) -> Task:
    async with database.reading() as connection:
        return await commands.find(connection, caller=caller, cipher=cipher, task_id=TaskId(task_id))


def _shown(task: Task) -> Response:
    return resource(TaskAnswer.model_validate(task), task.version)
