"""SQL of the spans that a selection means: the condition, and what has to be bound to it."""

from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from sqlalchemy import TextClause, text

from indicators.reading.selection import Level, Selection

Parameters = dict[str, Any]
"""What is bound to a statement, by name."""


@dataclass(frozen=True)
class Question:
    """A query for `Figures.ask`, whose last column is never null; `DAY` in it stands for the day asked for."""

    sql: str
    bound: Parameters


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
    filters = [f"{each.column} = ANY(:filter_{number})" for number, each in enumerate(selection.conditions)]
    return " AND ".join([IN_SCOPE[selection.scope.level], "cohort = :cohort", *filters])


def parameters_of(selection: Selection) -> Parameters:
    """What `spans_where` needs to be bound."""
    scope = {} if selection.scope.level is Level.NATION else {"scope": selection.scope.code}
    return scope | {
        "cohort": selection.cohort,
        **{f"filter_{number}": list(each.values) for number, each in enumerate(selection.conditions)},
    }


@lru_cache(maxsize=256)
def stated(sql: str) -> TextClause:
    """The statement of a text, made once."""
    return text(sql)
