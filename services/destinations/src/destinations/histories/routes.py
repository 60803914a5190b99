"""Routes of the versions of a registration."""

from typing import Annotated

from fastapi import Query

from common.auth.dependencies import Caller
from common.http import Cipher, Db, Page, PageOf, Router, Whole, page_of
from common.http.paging import BadCursor
from common.identifiers import RegistrationId
from destinations.histories import storage
from destinations.histories.domain import differences
from destinations.histories.wire import DifferenceAnswer, DifferencesAnswer, VersionAnswer
from destinations.registrations import commands
from destinations.registrations import storage as registrations
from destinations.registrations.wire import READS_PAY
from destinations.tasks.storage import shown_disputes

router = Router(prefix="/v1/registrations", tags=["registrations"])

# a cursor comes from outside: a number that the column cannot hold would be an error of the database
_VERSIONS = range(2**31)
"""What a version can be; 0 is the one before the first."""


@router.get("/{registration_id}/history", summary="All versions of a registration")
async def list_versions(
    *, database: Db, cipher: Cipher, caller: Caller, registration_id: RegistrationId, page: Page
) -> PageOf[VersionAnswer]:
    (after,) = page.after(int) or (0,)
    if after not in _VERSIONS:
        raise BadCursor
    async with database.reading() as connection:
        registration = await registrations.get(connection, commands.scope_of(caller), registration_id)
        person = commands.person_of(caller)
        disputes = await shown_disputes(connection, cipher, person.party if person else None, registration.id)
        found = await registrations.versions(connection, registration.id, after, page.limit + 1, disputes)
    return page_of(page, found, lambda each: each.version, VersionAnswer.model_validate)


@router.get(
    "/{registration_id}/diff",
    summary="What differs between two versions",
    description="In either direction: `from` may be the later one. Of pay nothing is said to who does not read it.",
)
async def read_differences(
    *,
    database: Db,
    cipher: Cipher,
    caller: Caller,
    registration_id: RegistrationId,
    first: Annotated[Whole, Query(alias="from", ge=1, le=_VERSIONS[-1])],
    second: Annotated[Whole, Query(alias="to", ge=1, le=_VERSIONS[-1])],
) -> DifferencesAnswer:
    person = commands.person_of(caller)
    async with database.reading() as connection:
        registration = await registrations.get(connection, commands.scope_of(caller), registration_id)
        before, after = [await storage.version(connection, cipher, registration, each) for each in (first, second)]
    found = differences(before, after, with_pay=person is not None and person.party in READS_PAY)
    return DifferencesAnswer(items=[DifferenceAnswer.model_validate(each) for each in found])
