"""Papers over HTTP."""

from functools import partial
from typing import Annotated
from uuid import UUID

from fastapi import Query, Response

from common.auth import EVERYTHING, Caller
from common.database import Database
from common.http import Cipher, Db, IdempotencyKey, IfMatch, Page, PageOf, Router, answer, page_of, resource
from common.identifiers import WaveId
from common.once import Answered
from surveys.answers.commands import must_be_taken
from surveys.papers import commands, storage
from surveys.papers.commands import Handled
from surveys.papers.domain import PaperId, PaperState
from surveys.papers.wire import PaperBody, PaperForm, ResolutionForm
from surveys.responses import storage as responses
from surveys.waves.commands import managed

keying = Router(prefix="/v1/waves/{wave_id}/papers", tags=["papers"])
router = Router(prefix="/v1/papers", tags=["papers"])

StateQuery = Annotated[PaperState | None, Query(description="Only those in this state")]


@keying.get("", summary="Papers of a wave, without what was keyed")
async def list_papers(
    *, caller: Caller, database: Db, wave_id: WaveId, page: Page, state: StateQuery = None
) -> PageOf[PaperBody]:
    async with database.reading() as connection:
        await managed(connection, caller, wave_id)
        scope, after = caller.row_scope(), page.last_seen(UUID)
        found = await storage.page(connection, scope, wave_id, state, after, page.limit + 1)
    return page_of(page, found, lambda paper: paper.id, lambda paper: PaperBody.of(Handled(paper)))


@keying.post(
    "",
    status_code=201,
    response_model=PaperBody,
    summary="Key a paper: two people do, and where they agree the answer is submitted",
    description="201 for the first person, 200 for the second. Neither sees what the other has keyed; where they "
    "differ the paper waits for a manager. Refused as a submission is, at `/values/ID`.",
)
async def key_paper(
    *, caller: Caller, database: Db, cipher: Cipher, wave_id: WaveId, body: PaperForm, once: IdempotencyKey
) -> Response:
    act = partial(
        commands.key,
        caller=caller,
        cipher=cipher,
        wave_id=wave_id,
        graduate_id=body.graduate_id,
        keyed=body.keyed(),
    )
    return await answer(database.act(caller.actor, act, once), show=_shown, again=partial(_again, database))


@router.get("/{paper_id}", response_model=PaperBody, summary="One paper, without what was keyed")
async def read_paper(*, caller: Caller, database: Db, paper_id: PaperId) -> Response:
    async with database.reading() as connection:
        paper = await commands.managed(connection, caller, paper_id)
    return resource(PaperBody.of(Handled(paper)), paper.version)


@router.post(
    "/{paper_id}/resolve", response_model=PaperBody, summary="Say what a paper says that two people read differently"
)
async def resolve_paper(
    *,
    caller: Caller,
    database: Db,
    cipher: Cipher,
    paper_id: PaperId,
    body: ResolutionForm,
    if_match: IfMatch,
    once: IdempotencyKey,
) -> Response:
    act = partial(
        commands.resolve, caller=caller, cipher=cipher, paper_id=paper_id, expected=if_match, values=body.values
    )
    return await answer(database.act(caller.actor, act, once), show=_shown, again=partial(_again, database))


async def _again(database: Database, done: Answered) -> Handled:
    async with database.reading() as connection:
        paper = await storage.find(connection, EVERYTHING, PaperId(UUID(done.object_id)))
        assert paper is not None, "it was answered before"
        of_paper = paper.response_id
        response = None if of_paper is None else await responses.find(connection, EVERYTHING, of_paper)
    return Handled(paper, response)


def _shown(handled: Handled) -> Response:
    """Raises CapFull, once that is committed."""
    if handled.response is not None:
        must_be_taken(handled.response)
    paper, is_first = handled.paper, handled.paper.version == 1
    location = f"{router.prefix}/{paper.id}" if is_first else None
    return resource(PaperBody.of(handled), paper.version, 201 if is_first else 200, location)
