"""Acts on responses by people with an account: the graduate's own, or the survey team on the graduate's demand."""

from uuid import UUID

from common.auth import Principal, Role
from common.database import Database, UnitOfWork
from common.errors import Conflict, Message, NotFound
from common.http import Idempotency
from common.http.etags import Precondition
from surveys.invitations import storage as invitations
from surveys.invitations.domain import InvitationState
from surveys.responses import storage
from surveys.responses.announcements import announcement
from surveys.responses.domain import ResponseState
from surveys.responses.storage import Response
from surveys.waves import storage as waves

READERS = frozenset({Role.GRADUATE, Role.SURVEY_MANAGER, Role.SCHOOL_OFFICER, Role.ADMIN})
WITHDRAWERS = frozenset({Role.GRADUATE, Role.SURVEY_MANAGER, Role.ADMIN})

_NOT_SUBMITTED = Message("只有已提交的答卷才能撤回", "Only a submitted response can be withdrawn")


async def withdraw(
    database: Database, caller: Principal, response_id: UUID, if_match: Precondition, once: Idempotency
) -> Response:
    """Takes a submitted response back: the answers are erased, the response no longer counts as valid."""
    async with database.transaction(caller.actor) as unit:
        await once.claim(unit)
        response = await _locked(unit, caller, response_id)
        if_match.must_equal(response.version)
        _must_be_submitted(response)
        moment = await storage.next_moment(unit.connection, response)
        withdrawn = await storage.withdraw(unit.connection, response, moment)
        await invitations.mark(unit.connection, response.invitation_id, InvitationState.WITHDRAWN)
        wave, _ = await waves.with_phase(unit.connection, response.wave_id)
        await unit.announce(announcement(withdrawn, wave, moment))
        await _audit(unit, withdrawn)
        await once.remember(unit, withdrawn.id, withdrawn.version)
        await unit.commit()
    return withdrawn


async def _locked(unit: UnitOfWork, caller: Principal, response_id: UUID) -> Response:
    found = await storage.find(unit.connection, caller.row_scope(), response_id, for_update=True)
    if found is None:
        raise NotFound
    caller.must_be_in(WITHDRAWERS)
    return found


def _must_be_submitted(response: Response) -> None:
    if response.state is not ResponseState.SUBMITTED:
        raise Conflict("not_submitted", _NOT_SUBMITTED, state=response.state.value, allowed_transitions=[])


async def _audit(unit: UnitOfWork, response: Response) -> None:
    await unit.audit(
        "response.withdraw",
        "response",
        response.id,
        school_code=response.school_code,
        detail={"version": response.version, "wave_id": str(response.wave_id)},
    )
