"""SQL of the graduates of a selection on two days, by class."""

from indicators.reading.selection import Selection
from indicators.reading.spans import spans_of, spans_where
from indicators.schemes.schemes import Scheme

OUTSIDE, NOT_REGISTERED = "outside", "not_registered"


def both_days(selection: Selection, scheme: Scheme) -> str:
    """Query for the graduates who are in the selection on `:first` or on `:last`: their classes and codes.

    Who is in it on one of the days only is `outside` on the other. College and class are those of the last day, else
    of the first.
    """
    return f"""
        SELECT graduate_id, {_class("earlier", scheme)} AS from_class, {_class("later", scheme)} AS to_class,
               earlier.destination_code AS from_code, later.destination_code AS to_code,
               CASE WHEN later.held THEN later.college_code ELSE earlier.college_code END AS college_code,
               CASE WHEN later.held THEN later.class_code ELSE earlier.class_code END AS class_code
        FROM ({_held(selection, ":first")}) AS earlier
        FULL JOIN ({_held(selection, ":last")}) AS later USING (graduate_id)
    """


def _held(selection: Selection, day: str) -> str:
    return f"""
        SELECT graduate_id, destination_code, college_code, class_code, true AS held FROM {spans_of(selection)}
        WHERE {spans_where(selection)} AND from_day <= {day} AND {day} < to_day
    """


def _class(side: str, scheme: Scheme) -> str:
    cases = " ".join(
        f"WHEN {side}.destination_code LIKE ANY (ARRAY{[code.replace('*', '%') for code in codes]}) THEN '{name}'"
        for name, codes in scheme.classes.items()
    )
    return f"CASE WHEN {side}.held IS NULL THEN '{OUTSIDE}' {cases} ELSE '{NOT_REGISTERED}' END"
