"""SQL of versions, on the driver's own connection: the fold is the hottest path of the service.

One statement stores what arrived and gives everything known of the graduates it touches, so one graduate and five
thousand cost the same number of round trips.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from operator import attrgetter
from typing import Any, NamedTuple
from uuid import UUID

import asyncpg
from sqlalchemy import text

from common.consuming.counted import version_counted
from common.consuming.forks import Fork
from common.errors import Forked
from common.identifiers import Cohort, GraduateId, RegistrationId, SchoolCode
from common.sql import Connection
from indicators.timeline.arrays import columns_of
from indicators.timeline.cells import SPAN_ROW, SpanKey, span_from
from indicators.timeline.domain import (
    BEFORE,
    ROSTER_GROUPS,
    WIDE,
    Destination,
    DestinationVersion,
    RosterVersion,
    Span,
    groups_of,
)

LOCK_SPACE = 7301
"""First key of the advisory locks, so that a partition's number never meets a lock of another use."""


class StoredRosterVersion(NamedTuple):
    """A row of `roster_versions`, in the order of its columns."""

    graduate_id: GraduateId
    sequence: int
    school_code: SchoolCode
    cohort: Cohort
    event_id: UUID
    decided_on: date
    recorded_at: datetime
    status: str
    college_code: str | None
    major_code: str | None
    class_code: str | None
    education_level_code: str | None
    sex_code: str | None
    origin_place_code: str | None
    ethnicity_code: str | None
    hardship_code: str | None
    training_mode_code: str | None
    teacher_training_code: str | None
    study_form: str | None
    counted: bool
    urban_rural: str | None
    generation: int

    @property
    def version(self) -> RosterVersion:
        """What of it the timeline looks at."""
        head = (self.sequence, self.decided_on, self.school_code, self.cohort, self.counted)
        return RosterVersion(*head, groups_of(_SAID_GROUPS(self)), self.generation)


class StoredDestinationVersion(NamedTuple):
    """A row of `destination_versions`, in the order of its columns."""

    graduate_id: GraduateId
    sequence: int
    school_code: SchoolCode
    event_id: UUID
    decided_on: date
    recorded_at: datetime
    registration_id: RegistrationId
    state: str
    confirmation: str | None
    destination_code: str
    code_list_version: str
    flexible: bool
    flexible_kind: str | None
    employer_nature_code: str | None
    industry_code: str | None
    place_code: str | None
    position_code: str | None
    study_level_code: str | None
    abroad_country_code: str | None
    generation: int

    @property
    def version(self) -> DestinationVersion:
        """What of it the timeline looks at."""
        destination = Destination._make(_SAID_DESTINATION(self))
        return DestinationVersion(self.sequence, self.decided_on, self.state, destination, self.generation)


_SAID_GROUPS = attrgetter(*ROSTER_GROUPS)
_SAID_DESTINATION = attrgetter(*Destination._fields)


@dataclass
class StoredGraduates:
    """All versions of some graduates, by graduate and sequence, and their spans as stored.

    `events` names the event that a version came with, by graduate, sequence and kind.
    """

    roster: defaultdict[GraduateId, dict[int, RosterVersion]] = field(default_factory=lambda: defaultdict(dict))
    decisions: defaultdict[GraduateId, dict[int, DestinationVersion]] = field(default_factory=lambda: defaultdict(dict))
    spans: dict[SpanKey, Span] = field(default_factory=dict)
    events: dict[tuple[GraduateId, int, int], UUID] = field(default_factory=dict)


COUNTED = version_counted("roster_versions")
"""Whether the population N has the graduate by a stored version."""

_TYPES = {
    UUID: "uuid",
    int: "bigint",
    str: "text",
    date: "date",
    datetime: "timestamptz",
    bool: "boolean",
}


def _insert(table: str, row: type[NamedTuple], first_parameter: int) -> str:
    # an identifier of ours is stored as what it is a name for
    hints = [getattr(hint, "__supertype__", hint) for hint in row.__annotations__.values()]
    kinds = [next(sql for kind, sql in _TYPES.items() if hint in {kind, kind | None}) for hint in hints]
    arrays = ", ".join(f"${number}::{kind}[]" for number, kind in enumerate(kinds, first_parameter))
    return f"INSERT INTO {table} ({', '.join(row._fields)}) SELECT * FROM unnest({arrays}) ON CONFLICT DO NOTHING"


# Planning a statement of the fold anew takes a fifth of the time of a single change and gains nothing: every one of
# them finds its rows by key, however many it is given.
_LOCK = text(
    """
    SELECT pg_advisory_xact_lock(:space, number), set_config('plan_cache_mode', 'force_generic_plan', true)
    FROM (SELECT unnest(CAST(:numbers AS integer[])) AS number ORDER BY 1) AS numbers
    """
)

_ROSTER, _DECISION, _SPAN = 1, 2, 3
# of a version that the release before stored, what only a wide one can say tells that it is one
_READ = f"""
    SELECT {_ROSTER} AS kind, ROW(graduate_id, event_id, sequence, decided_on, school_code, cohort, {COUNTED},
                                  ROW({", ".join(ROSTER_GROUPS)}),
                                  coalesce(generation, CASE WHEN urban_rural IS NULL THEN {BEFORE} ELSE {WIDE} END)
                              ) AS stored
    FROM roster_versions WHERE graduate_id = ANY($2::uuid[])
    UNION ALL
    SELECT {_DECISION}, ROW(graduate_id, event_id, sequence, decided_on, state,
                            ROW({", ".join(Destination._fields)}), coalesce(generation, {BEFORE}))
    FROM destination_versions WHERE graduate_id = ANY($2::uuid[])
    UNION ALL
    SELECT {_SPAN}, {SPAN_ROW}
    FROM unnest($1::text[], $2::uuid[]) AS touched (school_code, graduate_id)
    JOIN spans USING (school_code, graduate_id)
"""
_READ_AS_KNOWN = _READ.replace("= ANY($2::uuid[])", "= ANY($2::uuid[]) AND recorded_at < $3")
# its SELECTs see what was stored before: what arrives is added in `arrive`
_ARRIVE = f"""
    WITH roster_arrived AS ({_insert("roster_versions", StoredRosterVersion, 3)}),
    destinations_arrived AS ({
    _insert("destination_versions", StoredDestinationVersion, 3 + len(StoredRosterVersion._fields))
})
    {_READ}
"""


# the application may not delete versions: a function of the owner does, and only such a one
_DROP = "SELECT drop_forked_version($1, $2::uuid, $3, $4)"


async def drop_forked_version(connection: asyncpg.Connection, fork: Fork) -> None:
    """Drops what is stored under the key and sequence of an event of the owner, if it is another event."""
    await connection.execute(_DROP, fork.topic, UUID(fork.key), fork.sequence, fork.event_id)


async def lock_partitions(connection: Connection, partitions: Iterable[int]) -> None:
    """Makes this transaction the only one that writes figures of these partitions; ascending, so never a deadlock."""
    await connection.execute(_LOCK, {"space": LOCK_SPACE, "numbers": sorted(set(partitions))})


async def arrive(
    connection: asyncpg.Connection,
    touched: Mapping[GraduateId, SchoolCode],
    roster: Sequence[StoredRosterVersion],
    destinations: Sequence[StoredDestinationVersion],
) -> StoredGraduates:
    """Stores versions that are not there yet and gives all of the touched graduates with them.

    The primary key drops repeats. Raises Forked for another event under the sequence of a stored one.
    """
    arrived = (
        *columns_of(roster, len(StoredRosterVersion._fields)),
        *columns_of(destinations, len(StoredDestinationVersion._fields)),
    )
    found = _graduates_in(await connection.fetch(_ARRIVE, list(touched.values()), list(touched), *arrived))
    for kind, versions in ((_ROSTER, roster), (_DECISION, destinations)):
        for each in versions:
            if found.events.setdefault((each.graduate_id, each.sequence, kind), each.event_id) != each.event_id:
                raise Forked
    for entry in roster:
        found.roster[entry.graduate_id].setdefault(entry.sequence, entry.version)
    for decision in destinations:
        found.decisions[decision.graduate_id].setdefault(decision.sequence, decision.version)
    return found


async def select_graduates(connection: asyncpg.Connection, touched: Mapping[GraduateId, SchoolCode]) -> StoredGraduates:
    """All that is stored of these graduates, each with its school."""
    return _graduates_in(await connection.fetch(_READ, list(touched.values()), list(touched)))


async def select_as_known(
    connection: asyncpg.Connection, graduates: Sequence[GraduateId], school_code: SchoolCode, known_at: datetime
) -> StoredGraduates:
    """The versions of a school's graduates that were recorded before a moment; the spans are those of now."""
    schools = [school_code] * len(graduates)
    return _graduates_in(await connection.fetch(_READ_AS_KNOWN, schools, graduates, known_at))


def _graduates_in(rows: Iterable[Any]) -> StoredGraduates:
    found = StoredGraduates()
    for kind, row in rows:
        if kind == _SPAN:
            key, span = span_from(row)
            found.spans[key] = span
            continue
        graduate_id, event_id, sequence, *head, said, generation = row
        found.events[graduate_id, sequence, kind] = event_id
        if kind == _ROSTER:
            entry = RosterVersion._make((sequence, *head, groups_of(said), generation))
            found.roster[graduate_id][sequence] = entry
        else:
            decision = DestinationVersion._make((sequence, *head, Destination._make(said), generation))
            found.decisions[graduate_id][sequence] = decision
    return found
