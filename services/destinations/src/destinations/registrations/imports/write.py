"""A plan of an import, stored."""

from dataclasses import dataclass
from datetime import date

from common.codes import CodeLists
from common.contracts import ChangeToken
from common.database import UnitOfWork
from destinations.registrations import storage
from destinations.registrations.commands import record_many
from destinations.registrations.imports.plan import Plan
from destinations.registrations.storage import Unsaved


@dataclass(frozen=True)
class Writing:
    """What all rows of one write have in common; the code lists are those that they were read with.

    Without `effective_on` they count from the day on which the file was sent.
    """

    school_code: str
    effective_on: date | None
    lists: CodeLists
    asked_on: date | None = None


async def write(unit: UnitOfWork, plan: Plan, writing: Writing) -> ChangeToken | None:
    """Stores the rows with history and events; gives the token of the last event."""
    await storage.remember_lines(unit.connection, plan.remembered)
    unsaved = [
        Unsaved(known.graduate, known.registration, each.change, known.last_decided_on, each.row.line)
        for each in plan.planned
        for known in [each.known]
    ]
    days = {"effective_on": writing.effective_on, "asked_on": writing.asked_on}
    _, token = await record_many(unit, unsaved, writing.lists, **days)
    return token
