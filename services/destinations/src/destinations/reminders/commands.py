"""Reminding graduates of what they still have to do, each under the lock of the graduate's stream."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from common.auth import Actor, Principal, Role
from common.database import UnitOfWork
from common.errors import NotFound
from common.identifiers import Cohort, SchoolCode
from common.sql import Connection
from destinations.registrations import storage as registrations
from destinations.reminders import storage
from destinations.reminders.announcements import reminded
from destinations.reminders.domain import Cohorted, Due, Filter, RemindedOf
from destinations.seasons import storage as seasons
from destinations.seasons.domain import NoSeason

ASKERS = frozenset({Role.COUNSELLOR, Role.COLLEGE_OFFICER, Role.SCHOOL_OFFICER})


@dataclass(frozen=True)
class Asked:
    """Who asked, with the scope of then, of what to remind whom."""

    caller: Principal
    what: RemindedOf
    filter: Filter


async def must_ask(connection: Connection, caller: Principal, wanted: Filter) -> None:
    """Raises NotFound for a school out of scope, NoSeason for a cohort without deadlines."""
    if not caller.sees_school(wanted.school_code):
        raise NotFound
    if (await seasons.of(connection, wanted.school_code, wanted.cohort)).version == 0:
        raise NoSeason


def parameters_of(asked: Asked) -> dict[str, Any]:
    """What long work needs to know, through JSON."""
    return {
        "what": asked.what.value,
        "filter": dict(asked.filter.given),
        "school_code": asked.caller.school_code,
        "college_code": asked.caller.college_code,
        "class_codes": sorted(asked.caller.class_codes),
    }


def asked_of(parameters: Mapping[str, Any], actor: Actor) -> Asked:
    """What `parameters_of` was given."""
    caller = Principal(
        actor.subject,
        Role(actor.role),
        school_code=parameters["school_code"],
        college_code=parameters["college_code"],
        class_codes=frozenset(parameters["class_codes"]),
    )
    return Asked(caller, RemindedOf(parameters["what"]), Filter(**parameters["filter"]))


async def remind(unit: UnitOfWork, *, school_code: SchoolCode, cohort: Cohort, due: Sequence[Due]) -> int:
    """Reminds graduates of one cohort of what they were not reminded of today; how many reminders that were."""
    if not due:
        return 0
    await registrations.open_streams(unit.connection, school_code, [*{each.graduate_id for each in due}])
    sent = await storage.remind(unit.connection, due)
    if sent:
        await unit.announce_all(reminded(school_code, cohort, sent))
        detail = {"cohort": cohort, "reminded": len(sent)}
        await unit.audit("reminder.send", "reminders", cohort, school_code=school_code, detail=detail)
    return len(sent)


async def end_round(unit: UnitOfWork, *, season: Cohorted, day: date) -> None:
    """Notes that all is sent that was due of a cohort on a day."""
    await storage.end_round(unit.connection, season.school_code, season.cohort, day)
