"""Routes of the talent pool."""

from collections.abc import Awaitable, Callable
from functools import partial
from typing import Annotated
from uuid import UUID

from fastapi import Depends, Response

from common.auth import Caller, Principal, Role, require
from common.crypto import FieldCipher
from common.database import Database, UnitOfWork
from common.errors import NotFound
from common.http import OPEN, Cipher, Db, IdempotencyKey, Page, PageOf, Router, answer, page_of, resource
from common.identifiers import GraduateId
from common.once import Answered, Once
from registry.talents import commands
from registry.talents.domain.consents import consent_texts
from registry.talents.domain.contacts import Contact, ContactId
from registry.talents.domain.profiles import ProfileId
from registry.talents.storage.profiles import Wanted
from registry.talents.wire import (
    Acceptance,
    ConsentTextAnswer,
    ContactAnswer,
    NewContact,
    NewProfile,
    ProfileAnswer,
    TalentAnswer,
    wanted_of,
)

router = Router(prefix="/v1", tags=["talent pool"])
open_router = Router(prefix="/v1/consent-texts", tags=["talent pool"], credential=OPEN)

Employer = Annotated[Principal, Depends(require(Role.EMPLOYER))]
Graduate = Annotated[Principal, Depends(require(Role.GRADUATE))]
Party = Annotated[Principal, Depends(require(Role.EMPLOYER, Role.GRADUATE))]


@open_router.get("/{name}", response_model=ConsentTextAnswer, summary="The text of consent in force")
async def read_consent_text(*, name: str) -> ConsentTextAnswer:
    found = consent_texts().get(name)
    if found is None:
        raise NotFound
    return ConsentTextAnswer.model_validate(found)


@router.put(
    "/graduates/{graduate_id}/talent-profile",
    response_model=ProfileAnswer,
    summary="Publish the own profile in the talent pool, or another content of it",
)
async def publish_profile(
    *, database: Db, cipher: Cipher, caller: Caller, graduate_id: GraduateId, body: NewProfile
) -> Response:
    act = partial(commands.publish, caller=caller, cipher=cipher, graduate_id=graduate_id, plan=body.plan())
    profile = await database.act(caller.actor, act)
    return resource(ProfileAnswer.model_validate(profile), profile.version)


@router.get("/graduates/{graduate_id}/talent-profile", response_model=ProfileAnswer, summary="The own profile")
async def read_profile(*, database: Db, cipher: Cipher, caller: Caller, graduate_id: GraduateId) -> Response:
    async with database.reading() as connection:
        profile = await commands.read(connection, caller=caller, cipher=cipher, graduate_id=graduate_id)
    return resource(ProfileAnswer.model_validate(profile), profile.version)


@router.delete(
    "/graduates/{graduate_id}/talent-profile", status_code=204, summary="Take the own profile out of the talent pool"
)
async def take_profile_back(*, database: Db, cipher: Cipher, caller: Caller, graduate_id: GraduateId) -> Response:
    act = partial(commands.take_back, caller=caller, cipher=cipher, graduate_id=graduate_id)
    await database.act(caller.actor, act)
    return Response(status_code=204)


@router.get(
    "/talents",
    summary="Profiles that fit, at most 50 at once; each showing is logged",
    description="`major` fits what is shown of a major, which is as much as at least five graduates share.",
)
async def list_talents(
    *, database: Db, cipher: Cipher, caller: Employer, page: Page, wanted: Annotated[Wanted, Depends(wanted_of)]
) -> PageOf[TalentAnswer]:
    page.limit = min(page.limit, commands.MAX_SHOWN)
    act = partial(
        commands.search,
        caller=caller,
        cipher=cipher,
        wanted=wanted,
        after=page.last_seen(UUID),
        limit=page.limit,
    )
    found = await database.act(caller.actor, act)
    return page_of(page, found, lambda shown: shown.profile.profile_id, TalentAnswer.of)


@router.post(
    "/talents/{profile_id}/contact-requests",
    status_code=201,
    response_model=ContactAnswer,
    summary="Ask the graduate of a profile for a contact",
)
async def ask_for_contact(
    *, database: Db, cipher: Cipher, caller: Employer, profile_id: UUID, body: NewContact, once: IdempotencyKey
) -> Response:
    act = partial(commands.ask, caller=caller, cipher=cipher, profile_id=ProfileId(profile_id), plan=body.plan())
    return await _acted(database, cipher, caller, once, act, 201)


@router.get("/contact-requests", summary="The own requests, newest first")
async def list_contact_requests(*, database: Db, cipher: Cipher, caller: Party, page: Page) -> PageOf[ContactAnswer]:
    act = partial(commands.own_contacts, caller=caller, cipher=cipher, after=page.last_seen(UUID), limit=page.limit)
    found = await database.act(caller.actor, act)
    return page_of(page, found, lambda contact: contact.id, ContactAnswer.of)


@router.get("/contact-requests/{contact_id}", response_model=ContactAnswer, summary="One of the own requests")
async def read_contact_request(*, database: Db, cipher: Cipher, caller: Party, contact_id: UUID) -> ContactAnswer:
    return ContactAnswer.of(await _own(database, cipher, caller, contact_id))


@router.post(
    "/contact-requests/{contact_id}/accept",
    response_model=ContactAnswer,
    summary="Give the employer what is chosen, for 30 days",
)
async def accept_contact(
    *, database: Db, cipher: Cipher, caller: Graduate, contact_id: UUID, body: Acceptance, once: IdempotencyKey
) -> Response:
    act = partial(commands.accept, caller=caller, cipher=cipher, contact_id=ContactId(contact_id), share=body.share)
    return await _acted(database, cipher, caller, once, act)


@router.post(
    "/contact-requests/{contact_id}/decline", response_model=ContactAnswer, summary="Give the employer nothing"
)
async def decline_contact(
    *, database: Db, cipher: Cipher, caller: Graduate, contact_id: UUID, once: IdempotencyKey
) -> Response:
    act = partial(commands.decline, caller=caller, cipher=cipher, contact_id=ContactId(contact_id))
    return await _acted(database, cipher, caller, once, act)


async def _acted(
    database: Database,
    cipher: FieldCipher,
    caller: Principal,
    once: Once | None,
    act: Callable[[UnitOfWork], Awaitable[Contact]],
    status: int = 200,
) -> Response:
    async def again(done: Answered) -> Contact:
        return await _own(database, cipher, caller, UUID(done.object_id))

    def show(contact: Contact) -> Response:
        location = {"Location": f"/v1/contact-requests/{contact.id}"} if status == 201 else None
        return Response(ContactAnswer.of(contact).model_dump_json(), status, location, media_type="application/json")

    return await answer(database.act(caller.actor, act, once), show=show, again=again)


async def _own(database: Database, cipher: FieldCipher, caller: Principal, contact_id: UUID) -> Contact:
    act = partial(commands.own_contact, caller=caller, cipher=cipher, contact_id=ContactId(contact_id))
    return await database.act(caller.actor, act)
