"""SQL of structure tables: graduates by group, destination code and the looked-at column, from the spans."""

from indicators.progress.storage import DAY
from indicators.reading.selection import Selection
from indicators.reading.snapshot import Answer
from indicators.reading.spans import Question, parameters_of, spans_where
from indicators.schemes.groupings import Group, group_of
from indicators.structures.domain.structure import Particulars


def asking(selection: Selection, column: str) -> Question:
    """Asks what the spans of a day say, per group."""
    columns = [*selection.columns, "destination_code", column]
    keys = ", ".join(str(number) for number in range(1, len(columns) + 1))
    # numbered, because a grouping and the dimension may look at one column
    listed = ", ".join(f"{name} AS column_{number}" for number, name in enumerate(columns))
    sql = f"""
        SELECT {listed}, count(*) FROM spans
        WHERE {spans_where(selection)} AND from_day <= {DAY} AND {DAY} < to_day GROUP BY {keys}
    """
    return Question(sql, parameters_of(selection))


def particulars(selection: Selection, answer: Answer) -> dict[Group, list[Particulars]]:
    """What `asking` found, by group."""
    found: dict[Group, list[Particulars]] = {}
    for row in answer.rows:
        found.setdefault(group_of(selection.by, row[:-3]), []).append(Particulars(*row[-3:]))
    return found
