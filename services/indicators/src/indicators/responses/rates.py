"""Response rates (回收率): distinct graduates who were asked, and those whose answer was not taken back."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from indicators.reading.selection import Selection
from indicators.reading.spans import IN_SCOPE, parameters_of
from indicators.schemes.groupings import Group, group_of
from indicators.schemes.rounding import percentage

SUBMITTED = "submitted"


@dataclass(frozen=True)
class ResponseFigure:
    """Eligible graduates and valid answers of a group; a graduate of several waves of a cycle counts once."""

    eligible: int
    valid: int

    @property
    def rate(self) -> str | None:
        """The published percentage; none for 0/0."""
        return percentage(self.valid, self.eligible)


async def response_figures(
    connection: AsyncConnection, selection: Selection, cycle: int
) -> Mapping[Group, ResponseFigure]:
    """Figures per group; who was eligible stays so, and group codes are those of the latest roster version."""
    parameters = parameters_of(selection) | {"cycle": cycle}
    eligible: Counter[Group] = Counter()
    valid: Counter[Group] = Counter()
    for row in await connection.execute(text(_statement(selection)), parameters):
        group = group_of(selection.by, row[:-2])
        eligible[group] += row[-2]
        valid[group] += row[-1]
    return {group: ResponseFigure(eligible[group], valid[group]) for group in eligible}


def _statement(selection: Selection) -> str:
    columns = [f"latest.{column}" for column in selection.columns]
    listed = "".join(f"{column} AS group_{number}, " for number, column in enumerate(columns))
    keys = ", ".join(str(number) for number in range(1, len(columns) + 1))
    return f"""
        WITH states AS (
            SELECT DISTINCT ON (graduate_id, wave_id) graduate_id, state FROM response_versions
            WHERE {IN_SCOPE[selection.scope.level]} AND cohort = :cohort AND cycle = :cycle
            ORDER BY graduate_id, wave_id, sequence DESC
        ), asked AS (
            SELECT graduate_id, bool_or(state = '{SUBMITTED}') AS valid FROM states GROUP BY graduate_id
        )
        SELECT {listed}count(*), count(*) FILTER (WHERE asked.valid) FROM asked {_LATEST}
        WHERE {_conditions(selection)}
        {f"GROUP BY {keys}" if keys else ""}
    """


_LATEST = """
    LEFT JOIN LATERAL (
        SELECT college_code, major_code, class_code, education_level_code, sex_code,
               left(origin_place_code, 2) || '0000' AS origin_province_code
        FROM roster_versions WHERE roster_versions.graduate_id = asked.graduate_id ORDER BY sequence DESC LIMIT 1
    ) AS latest ON true
"""


def _conditions(selection: Selection) -> str:
    kept: Sequence[str] = [
        f"latest.{each.column} = ANY(:filter_{number})" for number, each in enumerate(selection.conditions)
    ]
    return " AND ".join(kept) or "true"
