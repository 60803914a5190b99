"""Many registrations at once, written through COPY and a few statements.

`write` does for each row what `registrations.storage.save` and `announcements.to_event` do for one registration; a test
compares the two.
"""

import asyncio
import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import lru_cache
from operator import itemgetter

from common import copying
from common.codes import CodeLists
from common.contracts import ChangeToken
from common.contracts import registration as contract
from common.copying import copy_rows
from common.database import UnitOfWork
from destinations.registrations import announcements, storage
from destinations.registrations.imports.plan import Plan
from destinations.registrations.storage import Stamped, Unsaved

_EVENT = ("topic", "correlation_id", "recorded_at", "school_code", "sequence", "type", "decided_on", "key", "data")
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
    await copy_rows(unit.driver, "outbox", _EVENT, events)
    return ChangeToken(contract.TOPIC, writing.school_code, str(rows[-1].unsaved.graduate.id), rows[-1].sequence)


def _events(rows: Sequence[Stamped], correlation_id: str, recorded_at: datetime) -> list[bytes]:
    """The events as rows of the outbox, in the order of the graduates."""
    instant = recorded_at.isoformat()
    common = copying.text(contract.TOPIC) + copying.text(correlation_id) + copying.instant(recorded_at)
    said: dict[object, str] = {}
    events: list[bytes] = []
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
        place = _place(graduate.school_code, sequence, kind, day)
        events.append(b"".join((common, place, copying.text(key), copying.jsonb(data))))
    return events


@lru_cache(maxsize=1_024)
def _place(school_code: str, sequence: int, kind: str | None, day: date) -> bytes:
    """What many events have in common beside their moment."""
    return copying.text(school_code) + copying.bigint(sequence) + copying.text(kind) + copying.day(day)
