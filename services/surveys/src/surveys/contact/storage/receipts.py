"""Messages that left through the gateway, as receipts speak of them, in SQL."""

from sqlalchemy import bindparam, or_, select, update

from common import rows
from common.database import NOW
from common.sql import Connection
from surveys.contact.domain import AttemptId, AttemptState, Handed
from surveys.contact.tables import contact_attempts
from surveys.ladders.domain import GATED

_GATED = or_(*(contact_attempts.c.channel == each.value for each in GATED))
_HANDED = select(contact_attempts).where(contact_attempts.c.id == bindparam("id"), _GATED)
_HELD = _HANDED.with_for_update()
_KEEP = (
    update(contact_attempts)
    .where(contact_attempts.c.id == bindparam("of_id"))
    .values(state=bindparam("to_state"), due_at=None, at=NOW)
)


async def find(connection: Connection, attempt_id: AttemptId, *, hold: bool = False) -> Handed | None:
    """A message that was handed to the gateway, None where there is none with this id; `hold` locks it."""
    return rows.one_or_none(Handed, await connection.execute(_HELD if hold else _HANDED, {"id": attempt_id}))


async def keep(connection: Connection, attempt_id: AttemptId, state: AttemptState) -> None:
    """Stores the state of a held message; it is not sent again."""
    await connection.execute(_KEEP, {"of_id": attempt_id, "to_state": state.value})
