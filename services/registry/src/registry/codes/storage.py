"""Added rows in SQL."""

from sqlalchemy import bindparam, select, text

from common import history, rows
from common.code_entries import CodeEntries, notify
from common.codes import CodeEntry, CodeList, CodeLists
from common.database import UnitOfWork
from common.errors import NotFound
from common.sql import Connection
from registry.codes.domain import AddedEntry, EntryId, EntryPlan
from registry.codes.tables import code_entries

CODE_ENTRIES = CodeEntries(code_entries.main)

# before a list has its first row, it has none that could be locked
_LOCK = text("SELECT pg_advisory_xact_lock(hashtextextended('code list ' || :code_list, 0))")
_MAIN = code_entries.main.c
_ONE = select(code_entries.main).where(_MAIN.id == bindparam("id"), _MAIN.code_list == bindparam("code_list"))
_SAME_START = select(code_entries.main).where(
    _MAIN.code_list == bindparam("code_list"),
    _MAIN.code == bindparam("code"),
    _MAIN.valid_from == bindparam("valid_from"),
)
_SEQUENCE = select(code_entries.streams.c.sequence).where(code_entries.streams.c.code_list == bindparam("code_list"))


async def lock(connection: Connection, code_list: str) -> None:
    """Makes this transaction the only one that adds to the list; raises Busy while another one does."""
    await connection.execute(_LOCK, {"code_list": code_list})


async def current(connection: Connection, code_list: str) -> CodeList:
    """The list with all rows that are stored by now; raises NotFound for a name that no list has."""
    if code_list not in CodeLists.of_release().names():
        raise NotFound
    added = await CODE_ENTRIES.read(connection)
    return CodeLists.of_release().get(code_list).extended(added.get(code_list, ()))


async def starting_with(connection: Connection, plan: EntryPlan) -> CodeEntry | None:
    """The added row of the code with the same first day, though a release's row may have taken its place."""
    named = {"code_list": plan.code_list, "code": plan.entry.code, "valid_from": plan.entry.valid_from}
    found = rows.one_or_none(AddedEntry, await connection.execute(_SAME_START, named))
    return None if found is None else found.entry


async def add(unit: UnitOfWork, plan: EntryPlan) -> tuple[AddedEntry, int]:
    """Stores the row, and lets the processes of the service read it; gives it with the sequence of its event."""
    content = {"code_list": plan.code_list, **plan.entry.values()}
    written = await history.save(unit, code_entries, content, plan.said, action="add")
    await notify(unit.connection)
    return AddedEntry(plan.code_list, plan.entry, **written.stated()), written.sequence


async def get(connection: Connection, code_list: str, entry_id: EntryId) -> AddedEntry:
    """An added row of the list; raises NotFound."""
    found = rows.one_or_none(AddedEntry, await connection.execute(_ONE, {"id": entry_id, "code_list": code_list}))
    if found is None:
        raise NotFound
    return found


async def current_sequence(connection: Connection, code_list: str) -> int:
    """How many rows were announced of the list."""
    sequence: int = await connection.scalar(_SEQUENCE, {"code_list": code_list}) or 0
    return sequence
