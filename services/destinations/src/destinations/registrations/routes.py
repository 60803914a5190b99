"""HTTP routes of registrations."""

from collections.abc import Awaitable, Callable, Mapping
from functools import partial
from typing import Annotated, Any, cast
from uuid import UUID

from fastapi import Depends, Query, Request, Response

from common.auth import Principal
from common.auth.dependencies import Caller
from common.database import Database
from common.errors import Missing
from common.http import Db, IdempotencyKey, IfMatch, KnownOn, Page, PageOf, Router, Whole, answer, page_of, resource
from common.identifiers import ClassCode, Cohort, CollegeCode, GraduateId, MajorCode, RegistrationId, SchoolCode
from common.once import Answered, Once
from destinations.cases.wire import Approval
from destinations.employers.domain import EmployerId
from destinations.registrations import commands, storage
from destinations.registrations.commands import Recorded
from destinations.registrations.domain.content import Destination
from destinations.registrations.domain.fields import located
from destinations.registrations.domain.lifecycle import APPROVALS, TRANSITIONS, Action, State
from destinations.registrations.domain.permitting import LATE_BOUND
from destinations.registrations.domain.refusals import UnknownGraduate
from destinations.registrations.domain.targeted import TrainedFor
from destinations.registrations.storage import Filters
from destinations.registrations.wire import (
    Explanation,
    LateChange,
    NewRegistration,
    RegistrationAnswer,
    RegistrationPatch,
    View,
    Viewed,
)
from destinations.registry_client import Registry
from destinations.tasks.storage import sealed_reason
from destinations.tasks.wire import Disputed

router = Router(prefix="/v1/registrations", tags=["registrations"])

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
    late: Annotated[bool | None, Query(description="Whether it came after the last day of changes")] = None,
    employer_id: Annotated[UUID | None, Query(description="Of the newest content")] = None,
) -> Filters:
    """Filters of the list; all given ones must hold."""
    of_cohort = None if cohort is None else Cohort(cohort)
    of_employer = None if employer_id is None else EmployerId(employer_id)
    return Filters(school, of_cohort, college, major, class_, state, destination, late, of_employer)


@router.get("", summary="List registrations of the caller's scope", response_model=PageOf[RegistrationAnswer])
async def list_registrations(
    *,
    database: Db,
    caller: Caller,
    view: Viewed,
    page: Page,
    filters: Annotated[Filters, Depends(read_filters)],
    known_on: KnownOn,
) -> PageOf[dict[str, Any]]:
    last, limit = page.last_seen(UUID), page.limit + 1
    async with database.reading() as connection:
        found = await storage.page(connection, commands.scope_of(caller), filters, last, limit, known_on.before)
    show = await view.showing(found, past=known_on.before is not None)
    return page_of(page, found, lambda registration: registration.id, show)


@router.post("", status_code=201, summary="Register a graduate's destination", response_model=RegistrationAnswer)
async def create_registration(
    *,
    database: Db,
    caller: Caller,
    view: Viewed,
    once: IdempotencyKey,
    registry: Annotated[Registry, Depends(registry_of)],
    body: NewRegistration,
) -> Response:
    graduate_id = GraduateId(body.graduate_id)
    content = Destination(**storage.sealed(view.cipher, graduate_id, located(body.said())))
    register = partial(commands.register, caller=caller, graduate_id=graduate_id, content=content)

    async def registered() -> Recorded:
        try:
            return await database.act(caller.actor, register, once)
        except Missing:
            # the graduate's first event may still be on its way
            entry = await registry.graduate(graduate_id)
        if entry is None:
            raise UnknownGraduate
        return await database.act(caller.actor, partial(register, entry=entry), once)

    async def show(recorded: Recorded) -> Response:
        return await _shown(view, recorded, 201, f"{router.prefix}/{recorded.id}")

    return await answer(registered(), show, partial(_again, database, caller))


@router.get("/{registration_id}", summary="Read a registration", response_model=RegistrationAnswer)
async def read_registration(
    *, database: Db, caller: Caller, view: Viewed, registration_id: RegistrationId, known_on: KnownOn
) -> Response:
    async with database.reading() as connection:
        found = await storage.get(connection, commands.scope_of(caller), registration_id, known_on.before)
    show = await view.showing([found], past=known_on.before is not None)
    return resource(show(found), found.version)


@router.patch(
    "/{registration_id}",
    summary="Change the content",
    description="Effective at once when the school officer corrects an approved registration in phase open, else "
    "pending. In phase late it needs a `late_reason`, but for a draft.",
    response_model=RegistrationAnswer,
)
async def edit_registration(
    *,
    database: Db,
    caller: Caller,
    view: Viewed,
    registration_id: RegistrationId,
    if_match: IfMatch,
    body: RegistrationPatch,
) -> Response:
    edit = partial(
        commands.edit,
        caller=caller,
        registration_id=registration_id,
        expected=if_match,
        patch=body.changes(),
        cipher=view.cipher,
        late_reason=body.late_reason,
        case_id=body.case_id,
    )
    return await _shown(view, await database.act(caller.actor, edit))


_SUMMARIES = {
    Action.SUBMIT: "Submit the draft to its first level of review",
    Action.COUNSELLOR_APPROVE: "Approve as the counsellor",
    Action.COLLEGE_APPROVE: "Approve as the college, or consent to a requested void",
    Action.SCHOOL_APPROVE: "Approve as the school: the content becomes effective",
    Action.RETURN: "Return for correction, or refuse a requested void",
    Action.CONFIRM: "Confirm as the graduate (确认无误)",
    Action.DISPUTE: "Dispute as the graduate (确认有误)",
    Action.REQUEST_VOID: "Ask for the registration to be voided (作废申请)",
    Action.VOID: "Void the registration (作废)",
}


def _transition(action: Action) -> Callable[..., Awaitable[Response]]:
    """The route of a transition that needs only the version it is meant for."""

    async def transition(
        *,
        view: Viewed,
        once: IdempotencyKey,
        registration_id: RegistrationId,
        if_match: IfMatch,
    ) -> Response:
        act = partial(commands.act, registration_id=registration_id, expected=if_match, action=action)
        return await _acted(view, once, act)

    return transition


def _approval(action: Action) -> Callable[..., Awaitable[Response]]:
    """The route of an approval; before the last one registry may have to say whom a unit had trained."""

    async def transition(
        *,
        view: Viewed,
        registry: Annotated[Registry, Depends(registry_of)],
        once: IdempotencyKey,
        registration_id: RegistrationId,
        if_match: IfMatch,
        body: Approval | None = None,
    ) -> Response:
        note = body.note if body else None
        act = partial(commands.act, registration_id=registration_id, expected=if_match, action=action, note=note)
        act = partial(act, cipher=view.cipher)
        try:
            return await _acted(view, once, act)
        except Missing as missing:
            graduate_id = cast("GraduateId", missing.what)
        units = await registry.commissioning_units([graduate_id])
        return await _acted(view, once, partial(act, trained_for=TrainedFor(units[graduate_id])))

    return transition


def _late_transition(action: Action) -> Callable[..., Awaitable[Response]]:
    """The route of a transition that needs a reason once it is late."""

    async def transition(
        *,
        view: Viewed,
        once: IdempotencyKey,
        registration_id: RegistrationId,
        if_match: IfMatch,
        body: LateChange | None = None,
    ) -> Response:
        act = partial(commands.act, registration_id=registration_id, expected=if_match, action=action)
        late = body or LateChange()
        act = partial(act, late_reason=late.late_reason, case_id=late.case_id, cipher=view.cipher)
        return await _acted(view, once, act)

    return transition


async def _return(
    *, view: Viewed, once: IdempotencyKey, registration_id: RegistrationId, if_match: IfMatch, body: Explanation
) -> Response:
    """The route of a return, which needs a reason."""
    act = partial(commands.act, registration_id=registration_id, expected=if_match, action=Action.RETURN)
    return await _acted(view, once, partial(act, note=body.reason))


async def _dispute(
    *, view: Viewed, once: IdempotencyKey, registration_id: RegistrationId, if_match: IfMatch, body: Disputed
) -> Response:
    """The route of a dispute, which says what is wrong."""
    reason = sealed_reason(view.cipher, registration_id, body.reason)
    act = partial(commands.dispute, registration_id=registration_id, expected=if_match, kind=body.kind, reason=reason)
    return await _acted(view, once, act)


def _route_of(action: Action) -> Callable[..., Awaitable[Response]]:
    if action in _EXPLAINED:
        return _EXPLAINED[action]
    if action in APPROVALS:
        return _approval(action)
    return _late_transition(action) if action in LATE_BOUND else _transition(action)


_EXPLAINED: Mapping[Action, Callable[..., Awaitable[Response]]] = {Action.RETURN: _return, Action.DISPUTE: _dispute}

# routes of the table of acts: what differs is a name and a sentence
for _action in TRANSITIONS:
    router.add_api_route(
        f"/{{registration_id}}/{_action.value}",
        _route_of(_action),
        methods=["POST"],
        name=f"{_action.value.replace('-', '_')}_registration",
        summary=_SUMMARIES[_action],
        response_model=RegistrationAnswer,
    )


async def _acted(view: View, once: Once | None, act: Callable[..., Awaitable[Recorded]]) -> Response:
    acted = view.database.act(view.caller.actor, partial(act, caller=view.caller), once)
    return await answer(acted, partial(_shown, view), partial(_again, view.database, view.caller))


async def _again(database: Database, caller: Principal, done: Answered) -> Recorded:
    """The registration as it is by now, with the token of the version that the first request made."""
    async with database.reading() as connection:
        scope = commands.scope_of(caller)
        registration = await storage.get(connection, scope, RegistrationId(UUID(done.object_id)))
        token = await storage.change_token_of(connection, registration, done.version or 0)
    return Recorded(registration, token)


async def _shown(view: View, recorded: Recorded, status: int = 200, location: str | None = None) -> Response:
    show = await view.showing([recorded.registration])
    return resource(show(recorded.registration, recorded.change_token), recorded.version, status, location)
