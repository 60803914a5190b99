"""Employers over HTTP."""

from functools import partial
from typing import Annotated
from uuid import UUID

from fastapi import Query, Response

from common.auth import Caller, Principal
from common.crypto import FieldCipher
from common.database import Database
from common.errors import NotFound
from common.http import Cipher, Db, IdempotencyKey, IfMatch, Page, PageOf, Router, answer, page_of, resource
from common.identifiers import EmployerId, SchoolCode
from surveys.employers import commands, storage
from surveys.employers.domain import Employer, KeptContact
from surveys.employers.storage import contacts
from surveys.employers.wire import ContactBody, EmployerBody, EmployerPatch, NewContact, NewEmployer

router = Router(prefix="/v1/employers", tags=["employers"])

School = Annotated[SchoolCode | None, Query(description="Only this school's", max_length=64)]
UsccQuery = Annotated[str | None, Query(description="Only the one with this credit code", max_length=18)]
IndustryQuery = Annotated[str | None, Query(description="Only those of this industry", max_length=16)]


@router.get("", summary="Employers of the school's directory")
async def list_employers(
    *,
    caller: Caller,
    database: Db,
    page: Page,
    school: School = None,
    uscc: UsccQuery = None,
    industry_code: IndustryQuery = None,
) -> PageOf[EmployerBody]:
    scope, after = commands.scope_of(caller), page.last_seen(UUID)
    async with database.reading() as connection:
        found = await storage.page(
            connection, scope, after, page.limit + 1, school_code=school, uscc=uscc, industry_code=industry_code
        )
    return page_of(page, found, lambda employer: employer.id, EmployerBody.model_validate)


@router.post("", status_code=201, response_model=EmployerBody, summary="Take an employer into the directory")
async def create_employer(*, caller: Caller, database: Db, body: NewEmployer, once: IdempotencyKey) -> Response:
    return await answer(
        database.act(caller.actor, partial(commands.create, caller=caller, plan=body.plan()), once),
        show=lambda made: resource(EmployerBody.model_validate(made), made.version, 201, f"/v1/employers/{made.id}"),
        again=lambda done: _found(database, caller, EmployerId(UUID(done.object_id))),
    )


@router.get("/{employer_id}", response_model=EmployerBody, summary="One employer")
async def read_employer(*, caller: Caller, database: Db, employer_id: UUID) -> Response:
    return _shown(await _found(database, caller, EmployerId(employer_id)))


@router.patch(
    "/{employer_id}",
    response_model=EmployerBody,
    summary="Change an employer; what people wrote no registration changes any more",
)
async def change_employer(
    *, caller: Caller, database: Db, employer_id: UUID, if_match: IfMatch, body: EmployerPatch
) -> Response:
    of, changes = EmployerId(employer_id), body.changes()
    act = partial(commands.change, caller=caller, employer_id=of, expected=if_match, changes=changes)
    return _shown(await database.act(caller.actor, act))


@router.get(
    "/{employer_id}/contacts",
    summary="Contacts of an employer, in clear; every reading is noted",
    description="For survey managers, school officers and admins.",
)
async def list_contacts(*, caller: Caller, database: Db, cipher: Cipher, employer_id: UUID) -> PageOf[ContactBody]:
    of = EmployerId(employer_id)
    act = partial(commands.read_contacts, caller=caller, cipher=cipher, employer_id=of)
    found = await database.act(caller.actor, act)
    return PageOf(items=[ContactBody.model_validate(each) for each in found], next_cursor=None)


@router.post(
    "/{employer_id}/contacts",
    status_code=201,
    response_model=ContactBody,
    summary="Keep a contact of an employer, until a day",
)
async def add_contact(
    *, caller: Caller, database: Db, cipher: Cipher, employer_id: UUID, body: NewContact, once: IdempotencyKey
) -> Response:
    of = EmployerId(employer_id)
    act = partial(
        commands.add_contact,
        caller=caller,
        cipher=cipher,
        employer_id=of,
        contact=body.contact(),
        expires_on=body.expires_on,
    )
    return await answer(
        database.act(caller.actor, act, once),
        show=lambda kept: resource(ContactBody.model_validate(kept), kept.version, 201),
        again=lambda done: _contact(database, caller, cipher, of, UUID(done.object_id)),
    )


@router.delete("/{employer_id}/contacts/{contact_id}", status_code=204, summary="Take a contact out")
async def remove_contact(
    *, caller: Caller, database: Db, cipher: Cipher, employer_id: UUID, contact_id: UUID
) -> Response:
    act = partial(
        commands.remove_contact,
        caller=caller,
        cipher=cipher,
        employer_id=EmployerId(employer_id),
        contact_id=contact_id,
    )
    await database.act(caller.actor, act)
    return Response(status_code=204)


async def _contact(
    database: Database, caller: Principal, cipher: FieldCipher, employer_id: EmployerId, contact_id: UUID
) -> KeptContact:
    async with database.reading() as connection:
        employer = await commands.readable(connection, caller, employer_id)
        found = await contacts.find(connection, cipher, employer.id, contact_id)
    if found is None:
        raise NotFound
    return found


async def _found(database: Database, caller: Principal, employer_id: EmployerId) -> Employer:
    async with database.reading() as connection:
        return commands.found_by(await storage.find(connection, commands.scope_of(caller), employer_id))


def _shown(employer: Employer) -> Response:
    return resource(EmployerBody.model_validate(employer), employer.version)
