"""Routes of outside data."""

from functools import partial
from typing import Annotated
from uuid import UUID

from fastapi import Depends, Response

from common.approvals.wire import OfSchool
from common.auth import Caller, Principal, Role, require
from common.http import Cipher, Db, IdempotencyKey, Page, PageOf, Router, answer, page_of, resource
from common.identifiers import GraduateId
from destinations.outside import commands, storage
from destinations.outside.domain.authorisations import Authorisation, AuthorisationId, Source
from destinations.outside.wire import AuthorisationAnswer, FactAnswer, NewAuthorisation

router = Router(prefix="/v1/source-authorisations", tags=["outside data"])
facts_router = Router(prefix="/v1/graduates/{graduate_id}/facts", tags=["outside data"])

Officer = Annotated[Principal, Depends(require(Role.SCHOOL_OFFICER))]
Reader = Annotated[Principal, Depends(require(*commands.READERS))]


@router.post("", status_code=201, response_model=AuthorisationAnswer, summary="Note that the school may use a source")
async def authorise_source(*, caller: Caller, database: Db, body: NewAuthorisation, once: IdempotencyKey) -> Response:
    async def again(authorisation_id: AuthorisationId) -> Authorisation:
        async with database.reading() as connection:
            return await storage.get(connection, caller.row_scope(), authorisation_id)

    return await answer(
        database.act(caller.actor, partial(commands.authorise, caller=caller, plan=body.plan()), once),
        show=lambda made: resource(
            AuthorisationAnswer.model_validate(made), 1, 201, f"/v1/source-authorisations/{made.id}"
        ),
        again=lambda done: again(AuthorisationId(UUID(done.object_id))),
    )


@router.get("", summary="List what the school may use, in the order in which it was noted")
async def list_authorisations(
    *, caller: Officer, database: Db, page: Page, school: OfSchool = None, source: Source | None = None
) -> PageOf[AuthorisationAnswer]:
    after = page.last_seen(UUID)
    async with database.reading() as connection:
        found = await storage.page(
            connection, caller.row_scope(), after, page.limit + 1, school_code=school, source=source
        )
    return page_of(page, found, lambda each: each.id, AuthorisationAnswer.model_validate)


@router.get("/{authorisation_id}", response_model=AuthorisationAnswer, summary="Read an authorisation")
async def read_authorisation(*, caller: Officer, database: Db, authorisation_id: UUID) -> Response:
    async with database.reading() as connection:
        found = await storage.get(connection, caller.row_scope(), AuthorisationId(authorisation_id))
    return resource(AuthorisationAnswer.model_validate(found), 1)


@facts_router.get("", summary="List what outside sources say of a graduate, beside the registration")
async def list_facts(
    *, caller: Reader, database: Db, cipher: Cipher, page: Page, graduate_id: GraduateId
) -> PageOf[FactAnswer]:
    after = page.last_seen(UUID)
    async with database.reading() as connection:
        found = await commands.facts_of(connection, cipher, caller, graduate_id, after, page.limit + 1)
    return page_of(page, found, lambda each: each.fact.id, FactAnswer.of)
