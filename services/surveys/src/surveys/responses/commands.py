"""Acts on responses by people with an account: the graduate's own, or the survey team on the graduate's demand."""

from uuid import UUID

from common.auth import Principal, Role
from common.contracts import ChangeToken
from common.database import UnitOfWork
from common.errors import Conflict, NotFound, Text
from surveys.invitations import storage as invitations
from surveys.invitations.domain import InvitationState
from surveys.responses import storage
from surveys.responses.announcements import announcement
from surveys.responses.domain import ResponseState
from surveys.responses.storage import Response
from surveys.waves import storage as waves

READERS = frozenset({Role.GRADUATE, Role.SURVEY_MANAGER, Role.SCHOOL_OFFICER, Role.ADMIN})
WITHDRAWERS = frozenset({Role.GRADUATE, Role.SURVEY_MANAGER, Role.ADMIN})

_NOT_SUBMITTED = Text("只有已提交的答卷才能撤回", "Only a submitted response can be withdrawn")


async def locked(uow: UnitOfWork, principal: Principal, response_id: UUID) -> Response:
    """The response, held until the unit of work ends."""
    found = await storage.find(uow.connection, principal.row_scope(), response_id, for_update=True)
    if found is None:
        raise NotFound
    principal.must_be_in(WITHDRAWERS)
    return found


async def withdraw(uow: UnitOfWork, response: Response) -> tuple[Response, ChangeToken]:
    """Takes a submitted response back: the answers are erased, the response no longer counts as valid."""
    if response.state is not ResponseState.SUBMITTED:
        raise Conflict("not_submitted", _NOT_SUBMITTED, state=response.state.value, allowed_transitions=[])
    withdrawn = await storage.withdraw(uow.connection, response)
    await invitations.mark(uow.connection, response.invitation_id, InvitationState.WITHDRAWN)
    wave, _ = await waves.with_phase(uow.connection, response.wave_id)
    token = await uow.announce(announcement(withdrawn, wave, await storage.next_moment(uow.connection, withdrawn)))
    await uow.audit(
        "response.withdraw",
        "response",
        withdrawn.id,
        school_code=withdrawn.school_code,
        detail={"version": withdrawn.version, "wave_id": str(withdrawn.wave_id)},
    )
    return withdrawn, token
