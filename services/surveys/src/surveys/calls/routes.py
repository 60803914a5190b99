"""Calls over HTTP."""

from collections.abc import Awaitable, Callable
from functools import partial
from typing import Annotated
from uuid import UUID

from fastapi import Depends, Request, Response

from common.auth import Caller
from common.errors import Missing
from common.http import Cipher, Db, IdempotencyKey, Router, answer, resource
from common.identifiers import GraduateId, WaveId
from common.once import Answered
from common.registry_client import RegistryClient
from surveys.calls import commands, storage
from surveys.calls.commands import Claimed
from surveys.calls.domain import FIELDS, PURPOSE, Call, CallId, NobodyToCall, Reachable
from surveys.calls.wire import CallBody, ClaimedBody, OutcomeForm

claiming = Router(prefix="/v1/waves/{wave_id}/calls", tags=["calls"])
router = Router(prefix="/v1/calls", tags=["calls"])

MOST_TRIES = 30
"""People whose name and phone are asked for in one request, until one of them can be called."""


async def _registry_of(request: Request) -> RegistryClient:
    registry: RegistryClient = request.app.state.registry
    return registry


Registry = Annotated[RegistryClient, Depends(_registry_of)]


@claiming.post(
    "",
    status_code=201,
    response_model=ClaimedBody,
    summary="Claim a case for 30 minutes: whom to call, and a token that answers for the person",
    description="204 where no person is left to be called now, and outside 09:00 to 21:00 in Shanghai. 409 `frozen` "
    "once the wave is frozen.",
    responses={204: {"description": "No person to call now"}},
)
async def claim_call(
    *, caller: Caller, database: Db, cipher: Cipher, registry: Registry, wave_id: WaveId, once: IdempotencyKey
) -> Response:
    without: list[GraduateId] = []

    async def claim(person: Reachable | None) -> Claimed:
        act = partial(
            commands.claim, caller=caller, cipher=cipher, wave_id=wave_id, person=person, without=tuple(without)
        )
        return await database.act(caller.actor, act, once)

    async def again(done: Answered) -> Claimed:
        act = partial(commands.resume, caller=caller, call_id=CallId(UUID(done.object_id)))
        return await _reaching(registry, [], lambda person: database.act(caller.actor, partial(act, person=person)))

    try:
        return await answer(
            _reaching(registry, without, claim),
            show=lambda claimed: resource(ClaimedBody.of(claimed), claimed.version, 201),
            again=again,
        )
    except NobodyToCall:
        return Response(status_code=204)


@router.post("/{call_id}/outcome", response_model=CallBody, summary="Say what came of a call, once")
async def say_outcome(
    *, caller: Caller, database: Db, call_id: CallId, body: OutcomeForm, once: IdempotencyKey
) -> Response:
    act = partial(
        commands.say_outcome, caller=caller, call_id=call_id, outcome=body.outcome, callback_at=body.callback_at
    )

    async def again(_: object) -> Call:
        async with database.reading() as connection:
            found = await storage.find(connection, caller, call_id)
        assert found is not None, "it was answered before"
        return found

    return await answer(
        database.act(caller.actor, act, once),
        show=lambda call: resource(CallBody.model_validate(call), call.version),
        again=again,
    )


async def _reaching(
    registry: RegistryClient, without: list[GraduateId], act: Callable[[Reachable | None], Awaitable[Claimed]]
) -> Claimed:
    """Acts with the name and the phone of whom the act asks for; who has none is left out from then on.

    Raises NobodyToCall after some without a phone, and RegistryUnavailable.
    """
    person: Reachable | None = None
    for _ in range(MOST_TRIES):
        try:
            return await act(person)
        except Missing as missing:
            graduate_id = GraduateId(missing.what)  # type: ignore[arg-type]
        said = (await registry.reveal(PURPOSE, [graduate_id], FIELDS))[graduate_id] or {}
        name, phone = said.get("name"), said.get("phone")
        if not name or not phone:
            without.append(graduate_id)
        person = Reachable(graduate_id, name, phone) if name and phone else None
    raise NobodyToCall
