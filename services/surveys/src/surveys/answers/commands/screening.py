"""Places under the caps of a wave are taken by first answers, in the act that submits them; an edit changes nothing."""

from collections.abc import Sequence
from dataclasses import replace

from common.database import UnitOfWork
from common.objects import drop
from surveys.answers.commands.holding import Answer, Sheet, audit
from surveys.ballots import storage as ballots
from surveys.ballots.domain import Ballot
from surveys.caps import storage as caps
from surveys.caps.domain import Cap, matching
from surveys.caps.storage import Place
from surveys.invitations import storage as invitations
from surveys.invitations.domain import InvitationState
from surveys.responses import storage as responses
from surveys.responses.domain import ResponseState
from surveys.waves.domain import Unit


def caps_for(answer: Answer) -> list[Cap]:
    """The caps under which an answer needs a place."""
    if not answer.wave.caps or answer.response.effective_version is not None:
        return []
    return matching(answer.wave.caps, answer.judged.variables, answer.facts.day)


def full_at_first(asked: Sequence[Cap]) -> str | None:
    """Which of these caps was full when the act began: it need not be waited for."""
    return next((cap.id for cap in asked if cap.taken >= cap.limit), None)


async def take_places(unit: UnitOfWork, answer: Answer) -> str | None:
    """Takes the places of an answer whose invitation is held; the id of a cap that is full, and then takes none."""
    asked, wave_id = caps_for(answer), answer.wave.id
    full = full_at_first(asked)
    if full is None and asked:
        left = await caps.hold(unit.connection, [(wave_id, cap.id) for cap in asked])
        full = next((cap.id for cap in asked if not left[wave_id, cap.id]), None)
    if full is None:
        # who holds a place is known of the ballot alone
        named = None if isinstance(answer.response, Ballot) else answer.response.id
        await caps.take(unit.connection, (Place(wave_id, cap.id, named) for cap in asked))
    return full


async def screen_out(unit: UnitOfWork, answer: Answer, full: str) -> Sheet:
    """Ends a response that a cap has no place for, and its link: all that was answered is erased.

    A link that takes an answer about each graduate hired takes others on.
    """
    if isinstance(answer.response, Ballot):
        gone = await ballots.empty(unit.connection, answer.response, ResponseState.SCREENED_OUT)
        return replace(gone, full_cap=full)
    ended = await responses.screen_out(unit.connection, answer.response)
    if answer.wave.unit is not Unit.HIRE:
        await invitations.mark(unit.connection, ended.invitation_id, InvitationState.SCREENED_OUT)
    await audit(unit, "screen_out", ended)
    # rows of files are the last that an act locks
    await drop(unit, *await responses.take_files(unit.connection, ended.id))
    return replace(ended, full_cap=full)
