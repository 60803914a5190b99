"""SQL of response versions and of the counts behind a response rate."""

from collections import Counter
from collections.abc import Mapping, Sequence

import asyncpg

from common.errors import Forked
from indicators.reading.selection import Level, Selection
from indicators.reading.snapshot import Answer
from indicators.reading.spans import IN_SCOPE, Question, on_day, parameters_of, too_old
from indicators.responses.domain import RELEASED, SUBMITTED, ResponseFigure
from indicators.schemes.groupings import Group, joins_of
from indicators.timeline.domain import Groups

COLUMNS = (
    "graduate_id", "sequence", "school_code", "cohort", "cycle", "wave_id", "event_id", "recorded_at", "state",
)  # fmt: skip

EMPLOYER_COLUMNS = (
    "employer_id", "sequence", "school_code", "year", "wave_id", "unit", "hires", "event_id", "recorded_at", "state",
)  # fmt: skip

_KINDS = {
    "graduate_id": "uuid", "employer_id": "uuid", "sequence": "bigint", "wave_id": "uuid", "event_id": "uuid",
    "cohort": "integer", "cycle": "integer", "year": "integer", "hires": "integer", "recorded_at": "timestamptz",
}  # fmt: skip


def _keeping(table: str, columns: Sequence[str]) -> str:
    listed = ", ".join(f"${number}::{_KINDS.get(name, 'text')}[]" for number, name in enumerate(columns, 1))
    return f"""
        INSERT INTO {table} ({", ".join(columns)}) SELECT * FROM unnest({listed})
        ON CONFLICT DO NOTHING RETURNING event_id
    """


def _stored_otherwise(table: str, key: str) -> str:
    return f"""
        SELECT EXISTS (
            SELECT FROM {table} AS stored
            JOIN unnest($1::uuid[], $2::bigint[], $3::uuid[]) AS arrived ({key}, sequence, event_id)
                USING ({key}, sequence)
            WHERE stored.event_id <> arrived.event_id
        )
    """


_KEEP: Mapping[tuple[str, ...], tuple[str, str]] = {
    columns: (_keeping(table, columns), _stored_otherwise(table, columns[0]))
    for table, columns in (("response_versions", COLUMNS), ("employer_response_versions", EMPLOYER_COLUMNS))
}
_GROUPS = ("school_code", *Groups._fields)
_OF_VERSION = {"origin_province_code": "left(origin_place_code, 2) || '0000'"}


def _placed(level: Level) -> str:
    """Who was asked, with the group codes of the latest version.

    Those are in the span that still lasts; the version is looked for only where there is none. LEFT: a graduate may be
    asked before registry's event about the entry has arrived.
    """
    listed = ", ".join(
        f"CASE WHEN lasting.graduate_id IS NULL THEN latest.{name} ELSE lasting.{name} END AS {name}"
        for name in _GROUPS
    )
    of_version = ", ".join(f"{_OF_VERSION.get(name, name)} AS {name}" for name in _GROUPS)
    return f"""
        SELECT asked.valid, {listed} FROM asked
        LEFT JOIN (
            SELECT graduate_id, {", ".join(_GROUPS)} FROM spans
            WHERE {IN_SCOPE[level]} AND cohort = :cohort AND to_day = 'infinity' AND roster_generation IS NOT NULL
        ) AS lasting USING (graduate_id)
        LEFT JOIN LATERAL (
            SELECT {of_version} FROM roster_versions
            WHERE lasting.graduate_id IS NULL AND roster_versions.graduate_id = asked.graduate_id
            ORDER BY sequence DESC LIMIT 1
        ) AS latest ON true
    """


async def keep_versions(
    connection: asyncpg.Connection, rows: Sequence[tuple[object, ...]], named: Sequence[str] = COLUMNS
) -> None:
    """Stores the versions that are not stored yet; rows have these columns, COLUMNS or EMPLOYER_COLUMNS.

    Raises Forked for another event under the sequence of a stored one.
    """
    if not rows:
        return
    keep, stored_otherwise = _KEEP[tuple(named)]
    # two workers that hold one partition for a while store in one order
    columns = dict(zip(named, zip(*sorted(rows, key=lambda row: row[:2]), strict=True), strict=True))
    new = await connection.fetch(keep, *columns.values())
    if len(new) < len(rows):
        arrived = (columns[named[0]], columns["sequence"], columns["event_id"])
        if await connection.fetchval(stored_otherwise, *arrived):
            raise Forked


def asking(selection: Selection, cycle: int) -> Question:
    """Asks for the figures per group; who was eligible stays so, and group codes are those of the latest version."""
    doubt = too_old(selection, on_day(selection))
    return Question(_counting(selection), parameters_of(selection) | {"cycle": cycle}, doubt)


_MARKED = """
    SELECT coalesce(string_agg(mark::text, ' ' ORDER BY source), '') FROM response_marks WHERE school_code = :scope
"""


def marking(selection: Selection) -> Question:
    """Asks for what changes whenever the figures of a school may, with the doubt that there is of them."""
    return Question(_MARKED, parameters_of(selection), too_old(selection, on_day(selection)))


def response_figures(answer: Answer) -> Mapping[Group, ResponseFigure]:
    """What `asking` found, by group."""
    eligible: Counter[Group] = Counter()
    valid: Counter[Group] = Counter()
    for row in answer.rows:
        group = row[:-2]
        eligible[group] += row[-2]
        valid[group] += row[-1]
    return {group: ResponseFigure(eligible[group], valid[group]) for group in eligible}


def _counting(selection: Selection) -> str:
    """Statement that counts eligible and valid per stored value of the groupings."""
    listed = "".join(f"{column} AS group_{number}, " for number, column in enumerate(selection.columns))
    keys = ", ".join(str(number) for number in range(1, len(selection.columns) + 1))
    kept = [f"{each.sql} = ANY(:filter_{number})" for number, each in enumerate(selection.conditions)]
    source = f"({_placed(selection.scope.level)}) AS placed" if selection.dimensions else "asked"
    return f"""
        WITH states AS (
            SELECT graduate_id, max(sequence) = max(sequence) FILTER (WHERE state = '{SUBMITTED}') AS valid
            FROM response_versions
            WHERE {IN_SCOPE[selection.scope.level]} AND cohort = :cohort AND cycle = :cycle
            GROUP BY graduate_id, wave_id
            HAVING max(sequence) IS DISTINCT FROM max(sequence) FILTER (WHERE state = '{RELEASED}')
        ), asked AS (
            SELECT graduate_id, coalesce(bool_or(valid), false) AS valid FROM states GROUP BY graduate_id
        )
        SELECT {listed}count(*), count(*) FILTER (WHERE valid)
        FROM {source} {joins_of(selection.dimensions)}
        WHERE {" AND ".join(kept) or "true"}
        {f"GROUP BY {keys}" if keys else ""}
    """
