"""Routes of data copies."""

from functools import partial
from typing import Annotated, Any
from uuid import UUID

from fastapi import Depends, Request, Response

from common.auth import Principal, Role, require
from common.data_copies import data_router, noted_by
from common.http import Cipher, Db, IdempotencyKey, Router
from common.identifiers import OperationId
from common.operations.downloads import Download
from common.operations.routes import Operation, accept
from registry.data_copies import commands
from registry.data_copies.domain.copies import KIND
from registry.data_copies.storage.collecting import collect

data_routes = data_router(collect, noted_by("entry"))
router = Router(prefix="/v1/data-copies", tags=["data copies"])

Graduate = Annotated[Principal, Depends(require(Role.GRADUATE))]
ZIP = "application/zip"
_FILE: dict[int | str, dict[str, Any]] = {200: {"content": {ZIP: {"schema": {"type": "string", "format": "binary"}}}}}


@router.post(
    "",
    status_code=202,
    response_model=Operation,
    summary="Have a copy made of all that is held about oneself",
    description="The work goes on as an operation, and waits for a service that does not answer. While one is being "
    "made, another request is answered with the same operation; a copy that is there gives way to the new one.",
)
async def ask_for_data_copy(
    *, request: Request, caller: Graduate, database: Db, cipher: Cipher, once: IdempotencyKey
) -> Response:
    return await accept(
        request,
        database,
        caller,
        once,
        kind=KIND,
        parameters={},
        # officers of a school see its operations, and may cancel them
        school_code=None,
        before=partial(commands.ask, caller=caller, cipher=cipher),
        beside=partial(commands.asked, caller=caller),
    )


@router.get(
    "/{operation_id}/file",
    summary="Fetch the copy, as who asked: within 24 hours",
    description="A ZIP: what each service holds as JSON, the photo and the proofs, who has read the data, and "
    "`index.html`, a page to read. `operation_id` is that of the operation.",
    response_class=Response,
    responses=_FILE,
)
async def read_data_copy(*, caller: Graduate, database: Db, cipher: Cipher, operation_id: UUID) -> Response:
    fetch = partial(commands.fetch, caller=caller, operation_id=OperationId(operation_id))
    return Download(database, cipher, await database.act(caller.actor, fetch))
