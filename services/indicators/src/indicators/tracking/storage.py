"""SQL of editions: which are due, what they are counted from, what they keep."""

import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from functools import lru_cache
from typing import Any

from sqlalchemy import TextClause, text

from common import rows
from common.clock import NOW_SQL
from common.shown_groups.tables import name_of
from common.sql import Connection
from indicators.reading.spans import Question as Asking
from indicators.responses.domain import RELEASED, SUBMITTED
from indicators.schemes.groupings import DIMENSIONS, joins_of
from indicators.tracking import domain
from indicators.tracking.domain import Asked, Because, Columns, Due, Edition, Key, Question, Series, Taken
from indicators.tracking_counts.edition import Counted, Memory, Row
from indicators.tracking_counts.indicators import MATCH_GAP

_OF_SERIES = """
    school_code = :school AND cohort IS NOT DISTINCT FROM CAST(:cohort AS integer)
    AND cycle IS NOT DISTINCT FROM CAST(:cycle AS integer) AND year IS NOT DISTINCT FROM CAST(:year AS integer)
"""
_SERIES = "school_code, cohort, cycle, year"

_CLOSED = text(
    f"""
    SELECT {_SERIES}, wave_id FROM closed_waves
     WHERE ((cohort IS NOT NULL AND cycle IS NOT NULL AND year IS NULL)
            OR (cohort IS NULL AND cycle IS NULL AND year IS NOT NULL))
       AND NOT EXISTS (SELECT FROM tracking_editions WHERE tracking_editions.wave_id = closed_waves.wave_id)
     ORDER BY arrived_at, wave_id LIMIT :limit
    """
)
# a wave of career updates belongs to no cycle
_WEEKLY = text(
    f"""
    WITH newest AS (
        SELECT DISTINCT ON ({_SERIES}) {_SERIES}, taken_at FROM tracking_editions ORDER BY {_SERIES}, number DESC
    )
    SELECT answers.school_code, answers.cohort, answers.cycle, answers.year FROM (
        SELECT school_code, CASE WHEN employer_id IS NULL THEN cohort END AS cohort,
               CASE WHEN employer_id IS NULL THEN cycle END AS cycle,
               CASE WHEN employer_id IS NOT NULL THEN year END AS year, changed_at, withdrawn
          FROM measure_answers
         WHERE changed_at <= :monday AND (employer_id IS NOT NULL AND year IS NOT NULL
                                          OR employer_id IS NULL AND cohort IS NOT NULL AND cycle IS NOT NULL)
    ) AS answers
    LEFT JOIN newest ON (newest.school_code, newest.cohort, newest.cycle, newest.year)
        IS NOT DISTINCT FROM (answers.school_code, answers.cohort, answers.cycle, answers.year)
    WHERE taken_at IS NULL OR taken_at < :monday
    GROUP BY answers.school_code, answers.cohort, answers.cycle, answers.year, taken_at
    HAVING CASE WHEN taken_at IS NULL THEN count(*) FILTER (WHERE NOT withdrawn) >= {domain.FIRST_NEEDS}
                ELSE count(*) FILTER (WHERE changed_at > taken_at) >= {domain.NEXT_NEEDS} END
    ORDER BY 1, 2, 3, 4
    """
)
_LISTED = "id, number, taken_at, because, answers, moved, reference_tables"
_EDITIONS = text(
    f"""
    SELECT {_LISTED} FROM tracking_editions
     WHERE {_OF_SERIES} AND number < coalesce(CAST(:before AS integer), 2147483647) ORDER BY number DESC LIMIT :limit
    """
)
_MEMORIES = text(f"SELECT memory FROM tracking_editions WHERE {_OF_SERIES} ORDER BY number")
_MOVED = text(
    """
    SELECT count(*) FROM measure_answers
     WHERE school_code = :school AND changed_at > coalesce(CAST(:since AS timestamptz), '-infinity')
       AND CASE WHEN CAST(:year AS integer) IS NULL
                THEN employer_id IS NULL AND cohort = CAST(:cohort AS integer) AND cycle = CAST(:cycle AS integer)
                ELSE employer_id IS NOT NULL AND year = CAST(:year AS integer) END
    """
)
_ROWS = text("SELECT table_name, indicator, figures FROM tracking_figures WHERE edition_id = :edition")
_FIGURES = text(
    """
    SELECT table_name, indicator, figures FROM tracking_figures
     WHERE edition_id = :edition AND table_name = :table AND indicator = ANY(:indicators)
    """
)
_EMPLOYERS = text(
    """
    SELECT employer_id, response_id, hires, measured, by_level, measured_since, by_level_since, response_version
      FROM measure_answers
     WHERE school_code = :school AND year = :year AND employer_id IS NOT NULL AND NOT withdrawn
     ORDER BY response_id
    """
)
_EMPLOYERS_ASKED = f"""
    WITH states AS (
        SELECT DISTINCT ON (employer_id, wave_id) employer_id, state FROM employer_response_versions
        WHERE school_code = :scope AND year = :year ORDER BY employer_id, wave_id, sequence DESC
    ), asked AS (
        SELECT employer_id, bool_or(state = '{SUBMITTED}') AS valid FROM states
         WHERE state <> '{RELEASED}' GROUP BY employer_id
    )
    SELECT count(*), count(*) FILTER (WHERE valid) FROM asked
"""
_ADD = text(
    f"""
    INSERT INTO tracking_editions
        ({_SERIES}, number, taken_at, because, wave_id, answers, moved, reference_tables, memory)
    SELECT :school, CAST(:cohort AS integer), CAST(:cycle AS integer), CAST(:year AS integer),
           CAST(:number AS integer), CAST(:taken_at AS timestamptz), CAST(:because AS text), CAST(:wave_id AS uuid),
           CAST(:answers AS integer), CAST(:moved AS integer), CAST(:reference_tables AS jsonb), CAST(:memory AS jsonb)
    ON CONFLICT DO NOTHING RETURNING id
    """
)
_ADD_FIGURES = text(
    """
    INSERT INTO tracking_figures (edition_id, school_code, table_name, indicator, figures)
    SELECT CAST(:edition AS uuid), :school, counted.*
      FROM unnest(CAST(:tables AS text[]), CAST(:indicators AS text[]), CAST(:figures AS jsonb[])) AS counted
    """
)


async def due_by_close(connection: Connection, limit: int) -> list[Due]:
    """Closed waves that no edition was taken for, the longest closed first."""
    found = await connection.execute(_CLOSED, {"limit": limit})
    return [Due(Series(*row[:4]), Because.CLOSED, row.wave_id) for row in found]


async def due_by_week(connection: Connection, monday: datetime) -> list[Due]:
    """Series of which enough answers came, went or changed until that Monday since their newest edition."""
    found = await connection.execute(_WEEKLY, {"monday": monday})
    return [Due(Series(*row), Because.WEEKLY) for row in found]


async def instant(connection: Connection) -> datetime:
    """The database's clock."""
    now: datetime = await connection.scalar(text(f"SELECT {NOW_SQL}"), {})
    return now


async def listed(connection: Connection, series: Series, *, before: int | None, limit: int) -> list[Edition]:
    """Editions of a series, the newest first; `before` is a number."""
    values = {**series.values(), "before": before, "limit": limit}
    return rows.all(Edition, await connection.execute(_EDITIONS, values))


async def newest(connection: Connection, series: Series) -> Edition | None:
    """The newest edition of a series."""
    return next(iter(await listed(connection, series, before=None, limit=1)), None)


async def memories(connection: Connection, series: Series) -> list[Memory]:
    """What all editions of a series remember, the oldest first."""
    return [Memory.model_validate(row.memory) for row in await connection.execute(_MEMORIES, series.values())]


async def moved(connection: Connection, series: Series, since: datetime | None) -> int:
    """Answers that came, went or changed since then."""
    return int(await connection.scalar(_MOVED, {**series.values(), "since": since}) or 0)


async def all_figures(connection: Connection, edition: Edition) -> list[Row]:
    """All figures of an edition."""
    return [_row(row) for row in await connection.execute(_ROWS, {"edition": edition.id})]


async def figures(connection: Connection, edition: Edition, table: str, indicators: Sequence[str]) -> list[Row]:
    """The figures of some indicators in one table of an edition."""
    values = {"edition": edition.id, "table": table, "indicators": list(indicators)}
    return [_row(row) for row in await connection.execute(_FIGURES, values)]


async def newest_asked(connection: Connection, question: Question) -> Taken:
    """The newest editions of what is asked."""
    other = question.other_series
    return Taken(await newest(connection, question.series), None if other is None else await newest(connection, other))


async def asked_figures(connection: Connection, question: Question, taken: Taken) -> dict[str, dict[Key, Columns]]:
    """The figures of the cells asked for, by indicator."""
    if taken.edition is None:
        return {}
    found = await _of_cells(connection, taken.edition, question.asked, question.stored)
    if taken.employers is not None and question.other_asked is not None:
        said = await _of_cells(connection, taken.employers, question.other_asked, ["employer_match"])
        found[MATCH_GAP] = domain.gaps(found.get("major_match", {}), said.get("employer_match", {}), question.top)
    return found


async def cell(
    connection: Connection, series: Series, asked: Asked, indicators: Sequence[str]
) -> tuple[Edition | None, dict[str, Columns]]:
    """The newest edition of a series, and the figures of the only cell asked for by indicator."""
    edition = await newest(connection, series)
    if edition is None:
        return None, {}
    found = await _of_cells(connection, edition, asked, indicators)
    return edition, {name: groups[()] for name, groups in found.items() if () in groups}


def asking_employers(series: Series) -> Asking:
    """Asks how many employers were asked and how many of them answered."""
    return Asking(_EMPLOYERS_ASKED, {"scope": series.school_code, "year": series.year})


async def graduates(connection: Connection, series: Series, dimensions: Sequence[str]) -> list[Any]:
    """Everybody in N: groups by the dimensions, then where they were on 31 December and what they answer."""
    return list(await connection.execute(_population(tuple(dimensions)), series.values()))


async def employers(connection: Connection, series: Series) -> list[Any]:
    """All valid answers of employers of a year."""
    return list(await connection.execute(_EMPLOYERS, {"school": series.school_code, "year": series.year}))


async def add(
    connection: Connection,
    due: Due,
    *,
    number: int,
    taken_at: datetime,
    moved: int,
    tables: Mapping[str, int],
    counted: Counted,
) -> bool:
    """Stores an edition with its figures; False where another worker has taken it."""
    values = {
        **due.series.values(),
        "number": number,
        "taken_at": taken_at,
        "because": due.because.value,
        "wave_id": due.wave_id,
        "answers": len(set(counted.memory.people)),
        "moved": moved,
        "reference_tables": json.dumps(tables),
        "memory": counted.memory.model_dump_json(),
    }
    edition = await connection.scalar(_ADD, values)
    if edition is None:
        return False
    kept = {
        "edition": edition,
        "school": due.series.school_code,
        "tables": [row.table for row in counted.rows],
        "indicators": [row.indicator for row in counted.rows],
        "figures": [json.dumps(row.figures, ensure_ascii=False) for row in counted.rows],
    }
    await connection.execute(_ADD_FIGURES, kept)
    return True


async def _of_cells(
    connection: Connection, edition: Edition, asked: Asked, indicators: Sequence[str]
) -> dict[str, dict[Key, Columns]]:
    rows_found = await figures(connection, edition, name_of(asked.table), indicators)
    return {row.indicator: asked.groups(dict(row.figures)) for row in rows_found}


def _row(row: Any) -> Row:
    return Row(table=row.table_name, indicator=row.indicator, figures=row.figures)


@lru_cache
def _population(dimensions: tuple[str, ...]) -> TextClause:
    """Statement for the graduates of a cohort; the day is 31 December of the cohort's year, or today before it."""
    columns = "".join(f"{DIMENSIONS[name].sql} AS group_{at}, " for at, name in enumerate(dimensions))
    newest = """
        SELECT DISTINCT ON (graduate_id) graduate_id, response_id, response_version, measured, measured_since
          FROM measure_answers
         WHERE school_code = :school AND cohort = :cohort AND cycle = {cycle} AND NOT withdrawn
           AND graduate_id IS NOT NULL
         ORDER BY graduate_id, recorded_at DESC, response_id DESC
    """
    return text(
        f"""
        WITH today AS (SELECT CAST({NOW_SQL} AT TIME ZONE 'Asia/Shanghai' AS date) AS today),
        day AS (SELECT least(today, make_date(:cohort, 12, 31)) AS day FROM today),
        answers AS ({newest.format(cycle=":cycle")}),
        firsts AS ({newest.format(cycle="0")} )
        SELECT {columns}graduate_id, then_was.code AS destination_code, answers.response_id,
               answers.response_version, answers.measured, answers.measured_since, firsts.measured AS first,
               firsts.response_version AS first_version,
               firsts.measured_since AS first_since
          FROM spans CROSS JOIN today
          {joins_of(DIMENSIONS[name] for name in dimensions)}
          LEFT JOIN (SELECT graduate_id, destination_code AS code FROM spans CROSS JOIN day
                      WHERE school_code = :school AND from_day <= day AND day < to_day) AS then_was USING (graduate_id)
          LEFT JOIN answers USING (graduate_id)
          LEFT JOIN firsts USING (graduate_id)
         WHERE school_code = :school AND cohort = :cohort AND from_day <= today AND today < to_day
           AND CAST(:year AS integer) IS NULL
         ORDER BY graduate_id
        """
    )
