"""SQL of the spans that a selection means: the condition, and what has to be bound to it."""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from sqlalchemy import TextClause, text

from indicators.progress.storage import DAY
from indicators.reading.selection import Frozen, Level, Selection
from indicators.schemes.groupings import joins_of

Parameters = dict[str, Any]
"""What is bound to a statement, by name."""

NO_DOUBT = "false"


@dataclass(frozen=True)
class Question:
    """A query for `Figures.ask`, whose last column is never null; `DAY` in it stands for the day asked for.

    `doubt` is a condition: whether something of what is asked for cannot be known yet. `frozen` are the snapshots that
    the query looks at.
    """

    sql: str
    bound: Parameters
    doubt: str = NO_DOUBT
    frozen: Frozen | None = None


IN_SCOPE = {
    Level.SCHOOL: "school_code = :scope",
    Level.PROVINCE: (
        "school_code IN (SELECT school_code FROM units WHERE unit_kind = 'school' AND province_code = :scope)"
    ),
    Level.NATION: "true",
}
"""Condition for the rows of a scope's schools, in any table with a `school_code`."""


def spans_where(selection: Selection) -> str:
    """Condition for the spans of a selection, whatever the day."""
    filters = [f"{each.sql} = ANY(:filter_{number})" for number, each in enumerate(selection.conditions)]
    return " AND ".join([_of_cohort(selection), *filters])


def spans_of(selection: Selection) -> str:
    """The spans, and beside them what the groupings and filters of the selection look at."""
    return f"{_source(selection)}{joins_of(selection.dimensions)}"


def on_day(selection: Selection) -> str:
    """Condition for the spans of the day asked for; of snapshots their rows, which are of one day."""
    return f"from_day <= {DAY} AND {DAY} < to_day" if selection.frozen is None else "snapshot_id = ANY(:snapshots)"


def _source(selection: Selection) -> str:
    return "spans" if selection.frozen is None else "snapshot_rows AS spans"


def too_old(selection: Selection, lasting: str, conditions: Iterable[str | None] = ()) -> str:
    """Condition: whether a span of the selection that lasts so cannot have what is asked for yet.

    `conditions` are those of what is asked for besides groupings and filters. What the filters keep does not matter: a
    span that cannot have the value of a filter is kept by none.
    """
    asked = dict.fromkeys([*(each.too_old for each in selection.dimensions), *conditions])
    old = [condition for condition in asked if condition is not None]
    if not old:
        return NO_DOUBT
    of_day = f"{_of_cohort(selection)} AND {lasting}"
    return f"EXISTS (SELECT FROM {_source(selection)} WHERE {of_day} AND ({' OR '.join(old)}))"


def _of_cohort(selection: Selection) -> str:
    return f"{IN_SCOPE[selection.scope.level]} AND cohort = :cohort"


def parameters_of(selection: Selection) -> Parameters:
    """What `spans_where` needs to be bound."""
    scope = {} if selection.scope.level is Level.NATION else {"scope": selection.scope.code}
    snapshots = {} if selection.frozen is None else {"snapshots": list(selection.frozen.ids)}
    return scope | {
        "cohort": selection.cohort,
        **snapshots,
        **{f"filter_{number}": list(each.values) for number, each in enumerate(selection.conditions)},
    }


@lru_cache(maxsize=256)
def stated(sql: str) -> TextClause:
    """The statement of a text, made once."""
    return text(sql)
