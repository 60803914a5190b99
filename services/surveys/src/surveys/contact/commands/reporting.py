"""What others report of a message after it has left."""

from collections.abc import Mapping

from common.database import UnitOfWork
from common.errors import NotFound
from surveys.contact.domain import AttemptId, AttemptState
from surveys.contact.storage import attempts

_BEFORE: Mapping[AttemptState, frozenset[AttemptState]] = {
    AttemptState.DELIVERED: frozenset({AttemptState.SENDING, AttemptState.ACCEPTED, AttemptState.UNKNOWN}),
    AttemptState.BOUNCED: frozenset(
        {AttemptState.SENDING, AttemptState.ACCEPTED, AttemptState.UNKNOWN, AttemptState.DELIVERED}
    ),
}
"""From which states a report leads on: what has failed by what the receiver said itself stays so."""


async def report(unit: UnitOfWork, *, attempt_id: AttemptId, state: AttemptState) -> bool:
    """Notes that a message was delivered or has bounced; False where that is known, or cannot be any more.

    Raises NotFound for an attempt that there is not.
    """
    school = await attempts.report(unit.connection, attempt_id, state, _BEFORE[state])
    if school is None:
        if await attempts.find(unit.connection, attempt_id) is None:
            raise NotFound
        return False
    await unit.audit("contact.report", "attempt", attempt_id, school_code=school, detail={"state": state.value})
    return True
