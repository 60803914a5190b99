"""SQL of versions, on the driver's own connection: the fold is the hottest path of the service.

One statement stores what arrived and gives everything known of the graduates it touches, so one graduate and five
thousand cost the same number of round trips.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, NamedTuple
from uuid import UUID

import asyncpg
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from indicators.timeline.arrays import columns_of
from indicators.timeline.cells import SPAN_COLUMNS, SpanKey, span_from
from indicators.timeline.domain import Destination, DestinationVersion, Groups, RosterVersion, Span, province_of

LOCK_SPACE = 7301
"""First key of the advisory locks, so that a partition's number never meets another user's lock."""


class StoredRosterVersion(NamedTuple):
    """A row of `roster_versions`, in the order of its columns."""

    graduate_id: UUID
    sequence: int
    school_code: str
    cohort: int
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


class StoredDestinationVersion(NamedTuple):
    """A row of `destination_versions`, in the order of its columns."""

    graduate_id: UUID
    sequence: int
    school_code: str
    event_id: UUID
    decided_on: date
    recorded_at: datetime
    registration_id: UUID
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


@dataclass
class Known:
    """All versions of some graduates, by graduate and sequence, and their spans as stored."""

    roster: defaultdict[UUID, dict[int, RosterVersion]] = field(default_factory=lambda: defaultdict(dict))
    decisions: defaultdict[UUID, dict[int, DestinationVersion]] = field(default_factory=lambda: defaultdict(dict))
    spans: dict[SpanKey, Span] = field(default_factory=dict)


_TYPES = {UUID: "uuid", int: "bigint", str: "text", date: "date", datetime: "timestamptz", bool: "boolean"}


def _insert(table: str, row: type[NamedTuple], first_parameter: int) -> str:
    kinds = [_sql_type(hint) for hint in row.__annotations__.values()]
    arrays = ", ".join(f"${number}::{kind}[]" for number, kind in enumerate(kinds, first_parameter))
    return f"INSERT INTO {table} ({', '.join(row._fields)}) SELECT * FROM unnest({arrays}) ON CONFLICT DO NOTHING"


def _sql_type(hint: Any) -> str:
    return next(sql for kind, sql in _TYPES.items() if hint in {kind, kind | None})


# Planning a statement of the fold anew takes a fifth of the time of a single change and gains nothing: every one of
# them finds its rows by key, however many it is given.
_LOCK = text(
    """
    SELECT pg_advisory_xact_lock(:space, number), set_config('plan_cache_mode', 'force_generic_plan', true)
    FROM (SELECT unnest(CAST(:numbers AS integer[])) AS number ORDER BY 1) AS numbers
    """
)

_ROSTER, _DECISION, _SPAN = 1, 2, 3
_READ = f"""
    SELECT {_ROSTER} AS kind, ROW(graduate_id, sequence, decided_on, school_code, cohort, status, college_code,
                                  major_code, class_code, education_level_code, sex_code, origin_place_code) AS stored
    FROM roster_versions WHERE graduate_id = ANY($2::uuid[])
    UNION ALL
    SELECT {_DECISION}, ROW(graduate_id, sequence, decided_on, state, destination_code, flexible,
                            employer_nature_code, industry_code, place_code, position_code)
    FROM destination_versions WHERE graduate_id = ANY($2::uuid[])
    UNION ALL
    SELECT {_SPAN}, ROW({SPAN_COLUMNS})
    FROM unnest($1::text[], $2::uuid[]) AS touched (school_code, graduate_id)
    JOIN spans USING (school_code, graduate_id)
"""
# its SELECTs see what was stored before: what arrives is added by `_add`
_ARRIVE = f"""
    WITH roster_arrived AS ({_insert("roster_versions", StoredRosterVersion, 3)}),
    destinations_arrived AS ({
    _insert("destination_versions", StoredDestinationVersion, 3 + len(StoredRosterVersion._fields))
})
    {_READ}
"""


async def lock_partitions(connection: AsyncConnection, partitions: Iterable[int]) -> None:
    """Makes this transaction the only one that writes figures of these partitions; ascending, so never a deadlock."""
    await connection.execute(_LOCK, {"space": LOCK_SPACE, "numbers": sorted(set(partitions))})


async def arrive(
    connection: asyncpg.Connection,
    touched: Mapping[UUID, str],
    roster: Sequence[StoredRosterVersion],
    destinations: Sequence[StoredDestinationVersion],
) -> Known:
    """Stores versions that are not there yet and gives all that is known of the touched graduates with them.

    The primary key drops repeats, and a stored version wins over an arriving one with its sequence.
    """
    arrived = (
        *columns_of(roster, len(StoredRosterVersion._fields)),
        *columns_of(destinations, len(StoredDestinationVersion._fields)),
    )
    known = _known(await connection.fetch(_ARRIVE, list(touched.values()), list(touched), *arrived))
    _add(known, roster, destinations)
    return known


async def known_of(connection: asyncpg.Connection, touched: Mapping[UUID, str]) -> Known:
    """All that is known of these graduates, each with its school."""
    return _known(await connection.fetch(_READ, list(touched.values()), list(touched)))


def _known(rows: Iterable[Any]) -> Known:
    known = Known()
    for kind, row in rows:
        if kind == _ROSTER:
            groups = Groups._make((*row[6:11], province_of(row[11])))
            known.roster[row[0]][row[1]] = RosterVersion._make((*row[1:6], groups))
        elif kind == _DECISION:
            known.decisions[row[0]][row[1]] = DestinationVersion._make((*row[1:4], Destination._make(row[4:])))
        else:
            known.spans[SpanKey._make(row[:3])] = span_from(row)
    return known


def _add(known: Known, roster: Iterable[StoredRosterVersion], destinations: Iterable[StoredDestinationVersion]) -> None:
    for entry in roster:
        known.roster[entry.graduate_id].setdefault(entry.sequence, _entry(entry))
    for decision in destinations:
        known.decisions[decision.graduate_id].setdefault(decision.sequence, _decision(decision))


def _entry(row: StoredRosterVersion) -> RosterVersion:
    groups = Groups(
        row.college_code,
        row.major_code,
        row.class_code,
        row.education_level_code,
        row.sex_code,
        province_of(row.origin_place_code),
    )
    return RosterVersion(row.sequence, row.decided_on, row.school_code, row.cohort, row.status, groups)


def _decision(row: StoredDestinationVersion) -> DestinationVersion:
    destination = Destination(
        row.destination_code,
        row.flexible,
        row.employer_nature_code,
        row.industry_code,
        row.place_code,
        row.position_code,
    )
    return DestinationVersion(row.sequence, row.decided_on, row.state, destination)
