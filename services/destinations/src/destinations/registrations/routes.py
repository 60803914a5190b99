"""HTTP routes of registrations."""

from collections.abc import Awaitable, Callable
from functools import partial
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Depends, Query, Request, Response

from common.auth import Principal
from common.auth.dependencies import Caller
from common.database import Database
from common.http import (
    Answered,
    Db,
    Idempotency,
    IfMatch,
    LazyBody,
    Once,
    Page,
    PageOf,
    Whole,
    page_response,
    resource,
)
from common.http.paging import BadCursor, Paging
from common.identifiers import ClassCode, Cohort, CollegeCode, GraduateId, MajorCode, RegistrationId, SchoolCode
from destinations.registrations import commands, storage
from destinations.registrations.commands import Outcome, Target
from destinations.registrations.domain.lifecycle import TRANSITIONS, Action, State
from destinations.registrations.storage import Filters
from destinations.registrations.wire import (
    Explanation,
    NewRegistration,
    RegistrationAnswer,
    RegistrationPatch,
    VersionAnswer,
)
from destinations.registry_client import Registry

router = APIRouter(prefix="/v1/registrations", tags=["registrations"])

_UNIT_CODE = Query(min_length=1, max_length=64)


async def registry_of(request: Request) -> Registry:
    """The client of registry that the application keeps."""
    registry: Registry = request.app.state.registry
    return registry


async def read_filters(
    *,
    school: Annotated[SchoolCode | None, Query(pattern=r"^[0-9]{5}$")] = None,
    cohort: Annotated[Whole | None, Query(ge=1977, le=2200)] = None,
    college: Annotated[CollegeCode | None, _UNIT_CODE] = None,
    major: Annotated[MajorCode | None, _UNIT_CODE] = None,
    class_: Annotated[ClassCode | None, Query(alias="class", min_length=1, max_length=64)] = None,
    state: State | None = None,
    destination: Annotated[str | None, Query(pattern=r"^[0-9]{2,3}$", description="Newest destination code")] = None,
) -> Filters:
    """Filters of the list; all given ones must hold."""
    return Filters(school, None if cohort is None else Cohort(cohort), college, major, class_, state, destination)


@router.get("", summary="List registrations of the caller's scope", response_model=PageOf[RegistrationAnswer])
async def list_registrations(
    request: Request, database: Db, caller: Caller, page: Page, filters: Annotated[Filters, Depends(read_filters)]
) -> Response:
    after = page.after(UUID)
    beyond = RegistrationId(after[0]) if after else None
    async with database.reading() as connection:
        found = await storage.page(connection, commands.scope_of(caller), filters, beyond, page.limit + 1)
    person = commands.person_of(caller)
    items = [RegistrationAnswer.of(each, person) for each in found[: page.limit]]
    return page_response(request, items, page.cursor_for(items[-1].id) if len(found) > page.limit else None)


@router.post("", status_code=201, summary="Register a graduate's destination", response_model=RegistrationAnswer)
async def create_registration(
    database: Db,
    caller: Caller,
    once: Once,
    registry: Annotated[Registry, Depends(registry_of)],
    body: LazyBody[NewRegistration],
) -> Response:
    commands.must_be_author(caller)
    new = body.parse()
    act = commands.register(database, registry, caller, GraduateId(new.graduate_id), new.content(), once)
    return await once.answer(act, partial(_created, caller), partial(_again, database, caller))


@router.get("/{registration_id}", summary="Read a registration", response_model=RegistrationAnswer)
async def read_registration(database: Db, caller: Caller, registration_id: RegistrationId) -> Response:
    async with database.reading() as connection:
        registration = await storage.get(connection, commands.scope_of(caller), registration_id)
    return _shown(caller, Outcome(registration, None))


@router.patch(
    "/{registration_id}",
    summary="Change the content",
    description="Effective at once when the school officer corrects an approved registration, else pending.",
    response_model=RegistrationAnswer,
)
async def edit_registration(
    database: Db, caller: Caller, registration_id: RegistrationId, if_match: IfMatch, body: LazyBody[RegistrationPatch]
) -> Response:
    target = Target(registration_id, if_match.must_equal)
    return _shown(caller, await commands.edit(database, caller, target, lambda: body.parse().changes()))


@router.get(
    "/{registration_id}/history", summary="All versions of a registration", response_model=PageOf[VersionAnswer]
)
async def list_versions(
    request: Request, database: Db, caller: Caller, registration_id: RegistrationId, page: Page
) -> Response:
    beyond = _version_after(page)
    async with database.reading() as connection:
        registration = await storage.get(connection, commands.scope_of(caller), registration_id)
        found = await storage.versions(connection, registration.id, beyond, page.limit + 1)
    items = [VersionAnswer.of(each) for each in found[: page.limit]]
    return page_response(request, items, page.cursor_for(items[-1].version) if len(found) > page.limit else None)


_VERSIONS = range(2**31)
"""What a version can be; 0 is the one before the first."""


def _version_after(page: Paging) -> int:
    (version,) = page.after(int) or (0,)
    if version not in _VERSIONS:
        raise BadCursor
    return int(version)


_SUMMARIES = {
    Action.SUBMIT: "Submit the draft to the college",
    Action.COLLEGE_APPROVE: "Approve as the college, or consent to a requested void",
    Action.SCHOOL_APPROVE: "Approve as the school: the content becomes effective",
    Action.RETURN: "Return for correction, or refuse a requested void",
    Action.CONFIRM: "Confirm as the graduate (确认无误)",
    Action.DISPUTE: "Dispute as the graduate (确认有误)",
    Action.REQUEST_VOID: "Ask for the registration to be voided (作废申请)",
    Action.VOID: "Void the registration (作废)",
}


def _transition(action: Action) -> Callable[..., Awaitable[Response]]:
    """The route of a transition that needs nothing but the version it is meant for."""

    async def transition(
        database: Db, caller: Caller, once: Once, registration_id: RegistrationId, if_match: IfMatch
    ) -> Response:
        target = Target(registration_id, if_match.must_equal)
        return await _acted(database, caller, once, commands.act(database, caller, target, action, once))

    return transition


def _explained_transition(action: Action) -> Callable[..., Awaitable[Response]]:
    """The route of a transition that needs a reason."""

    async def transition(
        database: Db,
        caller: Caller,
        once: Once,
        registration_id: RegistrationId,
        if_match: IfMatch,
        body: LazyBody[Explanation],
    ) -> Response:
        target = Target(registration_id, if_match.must_equal)
        act = commands.act(database, caller, target, action, once, lambda: body.parse().reason)
        return await _acted(database, caller, once, act)

    return transition


for _action in TRANSITIONS:
    _route = _explained_transition(_action) if _action in commands.EXPLAINED else _transition(_action)
    router.add_api_route(
        f"/{{registration_id}}/{_action.value}",
        _route,
        methods=["POST"],
        name=f"{_action.value.replace('-', '_')}_registration",
        summary=_SUMMARIES[_action],
        response_model=RegistrationAnswer,
    )


async def _acted(database: Database, caller: Principal, once: Idempotency, act: Awaitable[Outcome]) -> Response:
    return await once.answer(act, partial(_shown, caller), partial(_again, database, caller))


async def _again(database: Database, caller: Principal, done: Answered) -> Response:
    registration_id = RegistrationId(UUID(done.object_id))
    async with database.reading() as connection:
        registration = await storage.get(connection, commands.scope_of(caller), registration_id)
        token = await storage.change_token_of(connection, registration, done.version or 0)
    return _shown(caller, Outcome(registration, token), done.status, done.location)


def _created(caller: Principal, outcome: Outcome) -> Response:
    return _shown(caller, outcome, 201, f"{router.prefix}/{outcome.registration.id}")


def _shown(caller: Principal, outcome: Outcome, status: int = 200, location: str | None = None) -> Response:
    registration = outcome.registration
    body: Any = RegistrationAnswer.of(registration, commands.person_of(caller), outcome.change_token)
    return resource(body, registration.version, status, location)
