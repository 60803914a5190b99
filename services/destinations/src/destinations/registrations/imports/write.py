"""Many registrations at once, written through COPY and a few statements.

`write` does for each row what `registrations.storage.save` and `announcements.to_event` do for one registration; a test
compares the two.
"""

import asyncio
import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from operator import itemgetter

from common.codes import CodeLists
from common.contracts import ChangeToken
from common.contracts import registration as contract
from common.database import UnitOfWork
from destinations.registrations import announcements, storage
from destinations.registrations.imports.plan import Plan
from destinations.registrations.storage import Stamped, Unsaved

_EVENT = ("topic", "correlation_id", "school_code", "key", "sequence", "type", "data", "decided_on", "recorded_at")
_carried = itemgetter(*announcements.CARRIED)


@dataclass(frozen=True)
class Writing:
    """What all rows of one write have in common; the code lists are those that they were read with."""

    school_code: str
    effective_on: date | None
    lists: CodeLists


async def write(unit: UnitOfWork, plan: Plan, writing: Writing) -> ChangeToken | None:
    """Stores the rows with history and events; gives the token of the last event."""
    await storage.remember_lines(unit.connection, plan.remembered)
    if not plan.planned:
        return None
    unsaved = [
        Unsaved(known.graduate, known.registration, each.change, known.last_decided_on, each.row.line)
        for each in plan.planned
        for known in [each.known]
    ]
    unsaved.sort(key=lambda each: each.graduate.id.int)
    rows, recorded_at = await storage.stamp_many(unit.connection, unsaved, writing.effective_on)
    await storage.save_many(unit.connection, rows, recorded_at, unit.actor, writing.lists)
    events = await asyncio.to_thread(_events, rows, unit.correlation_id, recorded_at)
    await storage.copy_rows(unit.driver, "outbox", _EVENT, events)
    return ChangeToken(contract.TOPIC, writing.school_code, str(rows[-1].unsaved.graduate.id), rows[-1].sequence)


def _events(rows: Sequence[Stamped], correlation_id: str, recorded_at: datetime) -> list[tuple[object, ...]]:
    """The events as rows of the outbox, in the order of the graduates."""
    instant = recorded_at.isoformat()
    said: dict[object, str] = {}
    events: list[tuple[object, ...]] = []
    for unsaved, registration_id, version, day, sequence in rows:
        (graduate, before, change, *_), content = unsaved, unsaved.change.content
        groups = (graduate.college_code, graduate.major_code, graduate.education_level_code)
        # what is said of many new registrations is put in words once
        same = None if before else (*groups, *_carried(vars(content)))
        if (open_object := said.get(same)) is None:
            judged = (change.source, change.stage.state, change.confirmation)
            facts = announcements.facts(graduate, before, content, *judged)
            del facts["graduate_id"]
            open_object = json.dumps(facts)[:-1]
            if same:
                said[same] = open_object
        key, kind = str(graduate.id), announcements.TYPES[change.announcement] if change.announcement else None
        data = (
            f'{open_object}, "graduate_id": "{key}", "registration_id": "{registration_id}", "version": {version}, '
            f'"decided_on": "{day}", "recorded_at": "{instant}"}}'
        )
        owner = (contract.TOPIC, correlation_id, graduate.school_code)
        events.append((*owner, key, sequence, kind, data, day, recorded_at))
    return events
