"""Routes of reminders."""

from typing import Annotated

from fastapi import Depends, Request, Response

from common.auth import Principal, require
from common.database import UnitOfWork
from common.errors import NotFound
from common.http import Db, IdempotencyKey, Router
from common.identifiers import SchoolCode
from common.operations.routes import Operation, accept
from destinations.reminders import commands
from destinations.reminders.commands import Asked
from destinations.reminders.domain import REMINDING
from destinations.reminders.wire import NewReminders

router = Router(prefix="/v1/reminders", tags=["tasks"])

Asker = Annotated[Principal, Depends(require(*commands.ASKERS))]


@router.post(
    "",
    status_code=202,
    response_model=Operation,
    summary="Remind graduates of what they miss, each at most once a day of the same",
    description="The work goes on as an operation: `result.reminded`, and `result.skipped` who were reminded today. "
    "A reminder is an event (`quxiang.task.reminded`); the school's front ends deliver it.",
)
async def remind_graduates(
    *, request: Request, database: Db, caller: Asker, body: NewReminders, once: IdempotencyKey
) -> Response:
    if caller.school_code is None:
        raise NotFound
    asked = Asked(caller, body.what, body.filter.meant(SchoolCode(caller.school_code)))

    async def before(unit: UnitOfWork) -> None:
        await commands.must_ask(unit.connection, caller, asked.filter)

    return await accept(
        request,
        database,
        caller,
        once,
        kind=REMINDING,
        parameters=commands.parameters_of(asked),
        school_code=asked.filter.school_code,
        before=before,
    )
