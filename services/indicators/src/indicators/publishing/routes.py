"""Routes of publications: those of their authors, and those that are open to all."""

from collections.abc import Mapping
from functools import partial
from hashlib import sha256
from typing import Annotated
from uuid import UUID

from fastapi import Depends, Query, Request, Response
from fastapi.responses import HTMLResponse

from common.approvals.answering import RequestAnswers
from common.approvals.wire import OfCohort, OfSchool
from common.auth import Caller, Principal, require
from common.database import Database
from common.errors import BadQuery, FieldProblem, Message, NotFound
from common.http import Cipher, Db, IdempotencyKey, IfMatch, Page, PageOf, Router, page_of, resource
from common.http.routing import OPEN
from common.identifiers import Cohort
from common.operations.routes import Operation, accept
from indicators.formats.answering import IN_FORMATS, JSON, Format, in_format
from indicators.publishing import commands, storage
from indicators.publishing.domain.publications import PROPOSE, PublicationGone, PublicationId, State
from indicators.publishing.wire import page as html
from indicators.publishing.wire.bodies import (
    NewPublicationBody,
    PublicationBody,
    PublicationPatch,
    PublishedBody,
    PublishedItem,
    ReleaseBody,
    ReturnBody,
)
from indicators.publishing.wire.files import table_of
from indicators.publishing.wire.words import Vocabulary
from indicators.reading.query import Language

router = Router(prefix="/v1/publications", tags=["publications"])
open_router = Router(prefix="/v1/published", tags=["published"], credential=OPEN)
page_router = Router(tags=["published"], credential=OPEN)

Reader = Annotated[Principal, Depends(require(*commands.READERS))]
ANSWERS = RequestAnswers("/v1/publications", commands.find, PublicationBody.of_publication)

_PUBLIC = "public, max-age=300"
_NO_TABLE = Message("没有这张表", "There is no such table")


@router.get("", summary="List the publications in scope, in the order in which they were begun")
async def list_publications(
    *,
    database: Db,
    cipher: Cipher,
    caller: Reader,
    page: Page,
    school: OfSchool = None,
    cohort: OfCohort = None,
    state: State | None = None,
) -> PageOf[PublicationBody]:
    of_cohort = None if cohort is None else Cohort(cohort)
    async with database.reading() as connection:
        found = await commands.page(
            connection,
            cipher,
            caller,
            page.last_seen(UUID),
            page.limit + 1,
            school=school,
            cohort=of_cohort,
            state=state,
        )
    return page_of(page, found, lambda each: each.id, lambda each: PublicationBody.of_publication(each, caller))


@router.post("", status_code=201, response_model=PublicationBody, summary="Begin a publication of a frozen snapshot")
async def create_publication(
    *, database: Db, cipher: Cipher, caller: Caller, body: NewPublicationBody, once: IdempotencyKey
) -> Response:
    act = partial(commands.create, caller=caller, cipher=cipher, draft=body.draft())
    return await ANSWERS.asked(database, cipher, caller, once, act)


@router.get("/{publication_id}", response_model=PublicationBody, summary="Read a publication")
async def read_publication(*, database: Db, cipher: Cipher, caller: Reader, publication_id: UUID) -> Response:
    return ANSWERS.shown(await ANSWERS.found(database, cipher, caller, publication_id), caller)


@router.patch("/{publication_id}", response_model=PublicationBody, summary="Change a draft")
async def change_publication(
    *, database: Db, cipher: Cipher, caller: Caller, publication_id: UUID, if_match: IfMatch, body: PublicationPatch
) -> Response:
    act = partial(
        commands.change,
        caller=caller,
        cipher=cipher,
        of=PublicationId(publication_id),
        expected=if_match,
        patch=body.changes(),
    )
    return await ANSWERS.acted(database, cipher, caller, None, act)


@router.post(
    "/{publication_id}/propose",
    status_code=202,
    response_model=Operation,
    summary="Count and protect the tables of a draft, which is proposed when the operation has succeeded",
)
async def propose_publication(
    *,
    request: Request,
    database: Db,
    cipher: Cipher,
    caller: Caller,
    publication_id: UUID,
    if_match: IfMatch,
    once: IdempotencyKey,
) -> Response:
    async with database.reading() as connection:
        found = await commands.must_be_proposable(
            connection, caller=caller, cipher=cipher, of=publication_id, expected=if_match
        )
    return await accept(
        request,
        database,
        caller,
        once,
        kind=PROPOSE,
        parameters={"publication_id": f"{found.id}", "version": found.version},
        school_code=found.school_code,
    )


@router.post("/{publication_id}/return", response_model=PublicationBody, summary="Make a proposal a draft again")
async def return_publication(
    *,
    database: Db,
    cipher: Cipher,
    caller: Caller,
    publication_id: UUID,
    if_match: IfMatch,
    body: ReturnBody,
    once: IdempotencyKey,
) -> Response:
    act = partial(
        commands.give_back,
        caller=caller,
        cipher=cipher,
        of=PublicationId(publication_id),
        expected=if_match,
        reason=body.reason,
    )
    return await ANSWERS.acted(database, cipher, caller, once, act)


@router.post(
    "/{publication_id}/release",
    response_model=PublicationBody,
    summary="Open a proposal to all, with the consent of the province; the one before it is superseded",
)
async def release_publication(
    *,
    database: Db,
    cipher: Cipher,
    caller: Caller,
    publication_id: UUID,
    if_match: IfMatch,
    body: ReleaseBody,
    once: IdempotencyKey,
) -> Response:
    act = partial(
        commands.release,
        caller=caller,
        cipher=cipher,
        of=PublicationId(publication_id),
        expected=if_match,
        consent=None if body.consent is None else body.consent.consent(),
    )
    return await ANSWERS.acted(database, cipher, caller, once, act)


@router.post("/{publication_id}/withdraw", response_model=PublicationBody, summary="Take a released one back")
async def withdraw_publication(
    *,
    database: Db,
    cipher: Cipher,
    caller: Caller,
    publication_id: UUID,
    if_match: IfMatch,
    body: ReturnBody,
    once: IdempotencyKey,
) -> Response:
    act = partial(
        commands.withdraw,
        caller=caller,
        cipher=cipher,
        of=PublicationId(publication_id),
        expected=if_match,
        reason=body.reason,
    )
    return await ANSWERS.acted(database, cipher, caller, once, act)


@open_router.get("", summary="What a school has published; open to all")
async def list_published(
    *, database: Db, page: Page, school: Annotated[str, Query(pattern=r"^[0-9]{5}$", description="院校代码")]
) -> PageOf[PublishedItem]:
    async with database.reading() as connection:
        found = await storage.listed(connection, school, page.last_seen(UUID), page.limit + 1)
    return page_of(page, found, lambda each: each.id, PublishedItem.of)


@open_router.get(
    "/{publication_id}",
    response_model=PublishedBody,
    responses=IN_FORMATS,
    summary="A published cohort, whole or one of its tables in a format of figures; open to all",
)
async def read_published(
    *,
    request: Request,
    database: Db,
    publication_id: UUID,
    wanted: Format,
    language: Language,
    table: Annotated[int | None, Query(ge=0, le=49, description="One table, counted from 0")] = None,
) -> Response:
    found, _ = await _opened(database, publication_id, language)
    if table is not None and table >= len(found.tables):
        raise BadQuery([FieldProblem("table", "no_such_table", _NO_TABLE)])
    kept = _kept(found, f"{table}-{wanted}-{language}")
    if _has_it(request, kept):
        return Response(status_code=304, headers=kept)
    if wanted == JSON:
        tables = found.tables if table is None else [found.tables[table]]
        answered = resource(found.model_copy(update={"tables": tables}), 1)
    else:
        made = await in_format(wanted, found, partial(table_of, number=table or 0, language=language), language)
        assert isinstance(made, Response), "a file of the format"
        answered = made
    answered.headers.update(kept)
    return answered


@page_router.get("/published/{publication_id}", response_class=HTMLResponse, summary="The page of a publication")
async def published_page(*, request: Request, database: Db, publication_id: UUID, language: Language) -> Response:
    policy = {"Content-Security-Policy": html.POLICY}
    try:
        found, vocabulary = await _opened(database, publication_id, language)
    except (NotFound, PublicationGone) as refused:
        # programs get the problem that every route answers
        if "text/html" not in request.headers.get("accept", ""):
            raise
        gone = refused if isinstance(refused, PublicationGone) else None
        headers = {**policy, "Cache-Control": "no-cache", "Vary": "Accept, Accept-Language"}
        return HTMLResponse(html.page_of_nothing(language, gone), 404 if gone is None else 410, headers)
    kept = _kept(found, f"page-{language}")
    if _has_it(request, kept):
        return Response(status_code=304, headers=kept)
    return HTMLResponse(html.page_of(found, vocabulary), headers={**policy, **kept})


async def _opened(database: Database, of: UUID, language: str) -> tuple[PublishedBody, Vocabulary]:
    """A released publication and its words; raises NotFound, PublicationGone."""
    async with database.reading() as connection:
        opened = await storage.opened(connection, of)
        vocabulary = Vocabulary(language, await storage.unit_names(connection, opened.school_code))
    return PublishedBody.of_opened(opened, vocabulary), vocabulary


def _kept(found: PublishedBody, form: str) -> dict[str, str]:
    """Headers of what everybody may keep for five minutes; units may get other names, so the tag is of all words."""
    digest = sha256(found.model_dump_json().encode()).hexdigest()
    return {"ETag": f'"{digest[:32]}-{form}"', "Vary": "Accept, Accept-Language", "Cache-Control": _PUBLIC}


def _has_it(request: Request, kept: Mapping[str, str]) -> bool:
    return request.headers.get("if-none-match") == kept["ETag"]
