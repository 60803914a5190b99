"""Adding rows to code lists."""

from dataclasses import dataclass

from common.auth import Principal, Role
from common.contracts import ChangeToken
from common.database import UnitOfWork
from registry.codes import storage
from registry.codes.announcements import entry_added
from registry.codes.domain import AddedEntry, CodeInForce, EntryId, EntryPlan, require_addable


@dataclass(frozen=True)
class WrittenEntry:
    """A row after its write, with the change that it published."""

    stored: AddedEntry
    change_token: ChangeToken

    @property
    def id(self) -> EntryId:
        """That of the row."""
        return self.stored.id

    @property
    def version(self) -> int:
        """The stored version."""
        return self.stored.version


async def add(unit: UnitOfWork, *, caller: Principal, plan: EntryPlan) -> WrittenEntry:
    """Adds a dated row to a code list.

    Raises Forbidden, NotFound for an unknown list, CodeListFixed, Invalid, CodeInForce or LabelInUse.
    """
    caller.must_be(Role.ADMIN)
    await storage.lock(unit.connection, plan.code_list)
    require_addable(await storage.current(unit.connection, plan.code_list), plan.entry)
    if existing := await storage.starting_with(unit.connection, plan):
        raise CodeInForce(existing)
    stored, sequence = await storage.add(unit, plan)
    named = {"code_list": plan.code_list, "code": plan.entry.code}
    await unit.audit("code_entry.add", "code_entry", stored.id, school_code=None, detail=named)
    return WrittenEntry(stored, await unit.announce(entry_added(stored, sequence)))
