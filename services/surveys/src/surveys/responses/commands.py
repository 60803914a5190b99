"""Acts on responses by people with an account: the graduate's own, or the survey team at the graduate's request."""

from common.approvals.domain import TransitionNotAllowed
from common.auth import Principal, Role
from common.database import UnitOfWork
from common.errors import ExpectedVersion, NotFound, must_equal
from common.identifiers import ResponseId
from common.objects import drop
from surveys.ballots import storage as ballots
from surveys.caps import storage as caps
from surveys.invitations import storage as invitations
from surveys.invitations.domain import InvitationState
from surveys.measures import commands as measures
from surveys.papers import storage as papers
from surveys.responses import storage
from surveys.responses.announcements import announcement
from surveys.responses.domain import Response
from surveys.waves import storage as waves
from surveys.waves.domain import Wave

READERS = frozenset({Role.GRADUATE, Role.SURVEY_MANAGER, Role.SCHOOL_OFFICER, Role.ADMIN})
WITHDRAWERS = frozenset({Role.GRADUATE, Role.SURVEY_MANAGER, Role.ADMIN})


async def withdraw(
    unit: UnitOfWork, *, caller: Principal, response_id: ResponseId, expected: ExpectedVersion
) -> Response:
    """Takes a response back, submitted or not: the answers are erased, the response no longer counts as valid.

    Raises NotFound, Forbidden, the refusals of a precondition, or TransitionNotAllowed once it was, and for a ballot.
    """
    if (ballot := await ballots.find(unit.connection, caller.row_scope(), response_id)) is not None:
        caller.must_be_in(WITHDRAWERS)
        # only who has its code can say that it is theirs
        raise TransitionNotAllowed(ballot.state.value, [])
    found = await _visible(unit, caller, response_id)
    caller.must_be_in(WITHDRAWERS)
    wave = await waves.current(unit.connection, found.wave_id, hold=True)
    await invitations.hold(unit.connection, found.invitation_id)
    # read once more: until the invitation was held, another act could change the response
    response = await _visible(unit, caller, response_id)
    must_equal(expected, response.version)
    if response.is_gone:
        raise TransitionNotAllowed(response.state.value, [])
    return await take_back(unit, response, wave)


async def take_back(unit: UnitOfWork, response: Response, wave: Wave) -> Response:
    """Does so with a response whose wave and invitation are held; its places under caps are free again."""
    await caps.free(unit.connection, [response.id])
    moment = await storage.next_moment(unit.connection, response)
    measured = None if response.measured_version is None else await measures.next_moment(unit, response)
    withdrawn = await storage.withdraw(unit.connection, response, moment)
    await waves.note_change(unit.connection, wave.id)
    others_stand = await storage.others_stand(unit.connection, withdrawn)
    if not others_stand:
        await invitations.mark(unit.connection, response.invitation_id, InvitationState.WITHDRAWN)
    await unit.announce(announcement(withdrawn, wave, moment, others_stand=others_stand))
    if measured is not None:
        await measures.take_back(unit, withdrawn, wave, measured)
    detail = {"version": withdrawn.version, "wave_id": str(withdrawn.wave_id)}
    await unit.audit("response.withdraw", "response", withdrawn.id, school_code=withdrawn.school_code, detail=detail)
    await papers.drop_of(unit.connection, withdrawn.wave_id, withdrawn.graduate_id)
    # rows of files are the last that an act locks
    await drop(unit, *await storage.take_files(unit.connection, withdrawn.id))
    return withdrawn


async def _visible(unit: UnitOfWork, caller: Principal, response_id: ResponseId) -> Response:
    found = await storage.find(unit.connection, caller.row_scope(), response_id)
    if found is None:
        raise NotFound
    return found
