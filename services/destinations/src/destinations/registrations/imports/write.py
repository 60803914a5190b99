"""A plan of an import, stored."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from common.codes import CodeLists
from common.contracts import ChangeToken
from common.database import UnitOfWork
from destinations.cases.commands import clear_signals, open_signals, opening_of, subject_of
from destinations.cases.domain import OF_ONE_RECORD, Rule
from destinations.registrations import storage
from destinations.registrations.commands import record_many
from destinations.registrations.imports.plan import Plan
from destinations.registrations.storage import Stamped, Unsaved


@dataclass(frozen=True)
class Writing:
    """What all rows of one write have in common; the code lists are those that they were read with.

    Without `effective_on` they count from the day on which the file was sent. What is doubted of them is kept
    `in_season`; of pay the file must say something.
    """

    school_code: str
    effective_on: date | None
    lists: CodeLists
    asked_on: date | None = None
    in_season: bool = False
    knows_pay: bool = False


async def write(unit: UnitOfWork, plan: Plan, writing: Writing) -> ChangeToken | None:
    """Stores the rows with history and events; gives the token of the last event."""
    await storage.remember_lines(unit.connection, plan.remembered)
    unsaved = [
        Unsaved(known.graduate, known.registration, each.change, known.last_decided_on, each.row.line)
        for each in plan.planned
        for known in [each.known]
    ]
    days = {"effective_on": writing.effective_on, "asked_on": writing.asked_on}
    stamped, token = await record_many(unit, unsaved, writing.lists, **days)
    if writing.in_season:
        await _signal(unit, plan, stamped, writing)
    return token


async def _signal(unit: UnitOfWork, plan: Plan, stamped: Sequence[Stamped], writing: Writing) -> None:
    """Opens the cases of what is doubted of the rows, and clears those of what is not doubted any more."""
    openings = [
        opening_of(each.unsaved.graduate, each.id, doubt)
        for each in stamped
        for doubt in plan.doubts.get(each.unsaved.graduate.id, ())
    ]
    await open_signals(unit, openings)
    decided = OF_ONE_RECORD if writing.knows_pay else OF_ONE_RECORD - {Rule.PAY_BELOW_MINIMUM}
    if subjects := [subject_of(each.id) for each in stamped if _is_said_anew(each.unsaved)]:
        kept = [(each.rule or "", each.subject or "") for each in openings]
        await clear_signals(unit, writing.school_code, sorted(decided), subjects, kept)


def _is_said_anew(unsaved: Unsaved) -> bool:
    """Whether a row leaves nothing of what was doubted before: a late one leaves what is effective in the figures."""
    before = unsaved.before
    return before is not None and (unsaved.change.takes_effect or before.effective is None)
