"""Migration steps of the one clock: the function behind `NOW_SQL`, which old defaults then ask."""

from alembic import op
from sqlalchemy import text

from common.clock import CREATE_NOW, NOW_SQL

_DEFAULTS = text(
    """
    SELECT format('%I', relname) AS "table", format('%I', attname) AS "column", pg_get_expr(adbin, adrelid) AS "default"
    FROM pg_attrdef
    JOIN pg_class ON pg_class.oid = adrelid
    JOIN pg_attribute ON attrelid = adrelid AND attnum = adnum
    WHERE relnamespace = 'public'::regnamespace AND position(:clock IN pg_get_expr(adbin, adrelid)) > 0
    ORDER BY 1, 2
    """
)


def create_clock() -> None:
    """Migration step: creates `quxiang_now()`, and lets every default that read the server's clock ask it instead."""
    op.execute(CREATE_NOW)
    _replace_in_defaults("clock_timestamp()", NOW_SQL)


def drop_clock() -> None:
    """Takes `create_clock` back."""
    _replace_in_defaults(NOW_SQL, "clock_timestamp()")
    op.execute(f"DROP FUNCTION {NOW_SQL}")


def _replace_in_defaults(old: str, new: str) -> None:
    for row in op.get_bind().execute(_DEFAULTS, {"clock": old}).mappings().all():
        default = row["default"].replace(old, new)
        op.execute(f"ALTER TABLE {row['table']} ALTER COLUMN {row['column']} SET DEFAULT {default}")
