"""An added row as an event of the topic of code lists."""

from common.contracts import ChangeToken, OutgoingEvent
from common.contracts.code_list import CHANGED, TOPIC, CodeEntryData
from common.identifiers import NO_SCHOOL
from registry.codes.domain import AddedEntry


def entry_added(added: AddedEntry, sequence: int) -> OutgoingEvent:
    """The event of a new row; its key is the list."""
    data = CodeEntryData(
        school_code=NO_SCHOOL,
        decided_on=added.decided_on,
        recorded_at=added.recorded_at,
        changed_fields=tuple(added.said),
        code_list=added.code_list,
        entry_id=added.id,
        version=added.version,
        **added.entry.values(),
    )
    return OutgoingEvent(TOPIC, added.code_list, sequence, CHANGED, NO_SCHOOL, added.decided_on, data)


def last_change(code_list: str, sequence: int) -> ChangeToken:
    """The newest change of a list, which includes every earlier one."""
    return ChangeToken(TOPIC, NO_SCHOOL, code_list, sequence)
