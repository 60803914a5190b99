"""What the gateway says of messages: it comes again, late, and in any order."""

from common.auth import Actor, Role
from common.database import UnitOfWork
from common.errors import FieldProblem, Message
from surveys.contact.commands.opting_out import end_contact
from surveys.contact.domain import AttemptId, Handed, OptOutSource, Receipt, UnknownMessage, after
from surveys.contact.storage import receipts

GATEWAY = Actor("gateway", Role.SYSTEM.value)

_UNKNOWN = Message("没有以此编号交给网关的消息", "No message with this id was handed to the gateway")


async def receive(unit: UnitOfWork, *, attempt_id: AttemptId, receipt: Receipt) -> None:
    """Notes what became of a message, or that its person wants to be left alone; repeatable. Raises UnknownMessage."""
    if receipt is Receipt.STOP:
        # the person's stream comes before the message in the order of locks, and the message stays as it is
        handed = _known(await receipts.find(unit.connection, attempt_id))
        await end_contact(unit, invitation_id=handed.invitation_id, source=OptOutSource.RECEIPT, everywhere=True)
        return
    handed = _known(await receipts.find(unit.connection, attempt_id, hold=True))
    state = after(handed.state, receipt)
    if state is None:
        return
    await receipts.keep(unit.connection, attempt_id, state)
    detail = {"state": state.value}
    await unit.audit("contact.report", "attempt", attempt_id, school_code=handed.school_code, detail=detail)


def _known(handed: Handed | None) -> Handed:
    if handed is None:
        raise UnknownMessage([FieldProblem("/id", UnknownMessage.code, _UNKNOWN)])
    return handed
