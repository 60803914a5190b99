"""Units of schools as registry last described them."""

from sqlalchemy import BigInteger, Column, Table, Text

from common.consuming.forks import event_columns
from surveys.schema import metadata

units = Table(
    "school_units",
    metadata,
    Column("school_code", Text, primary_key=True),
    Column("unit_kind", Text, primary_key=True),
    Column("code", Text, primary_key=True),
    Column("name", Text, nullable=False),
    Column("name_en", Text),
    Column("state", Text, nullable=False),
    Column("sequence", BigInteger, nullable=False),
    *event_columns(),
)
