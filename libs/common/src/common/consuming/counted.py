"""Whether the population N has a graduate, as consumers store what the event said.

The release before reads and writes the status alone, so a row of it says nothing of its own: then the status counts as
it did for events that lacked the field (`common.contracts.graduate`).
"""

from sqlalchemy import BigInteger, Boolean, Column

from common.contracts.graduate import STATUSES_THAT_COUNTED

_STATUSES = ", ".join(f"'{status}'" for status in STATUSES_THAT_COUNTED)


def counted_columns() -> tuple[Column[bool], Column[int]]:
    """Columns of a table that keeps the newest of each graduate, beside `status` and `sequence`.

    An image without these columns leaves them behind `sequence`.
    """
    return Column("counted", Boolean), Column("counted_sequence", BigInteger)


def newest_counted(table: str) -> str:
    """Whether a graduate counts, as SQL over a table with `counted_columns` that goes by this name."""
    return f"CASE WHEN {table}.counted_sequence = {table}.sequence THEN {table}.counted ELSE {_by_status(table)} END"


def version_counted(table: str) -> str:
    """Whether a graduate counts, as SQL over a table of versions, which keep what they said in `counted`, or NULL."""
    return f"coalesce({table}.counted, {_by_status(table)})"


def _by_status(table: str) -> str:
    return f"{table}.status IN ({_STATUSES})"
