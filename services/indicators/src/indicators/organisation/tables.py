"""Units of schools as registry last described them."""

from sqlalchemy import BigInteger, Column, Index, Table, Text

from common.consuming.forks import event_columns
from indicators.schema import metadata

units = Table(
    "units",
    metadata,
    Column("school_code", Text, primary_key=True),
    Column("unit_kind", Text, primary_key=True),
    Column("code", Text, primary_key=True),
    Column("sequence", BigInteger, nullable=False),
    Column("name", Text, nullable=False),
    Column("name_en", Text),
    Column("province_code", Text),
    Column("college_code", Text),
    Column("major_code", Text),
    Column("state", Text, nullable=False),
    *event_columns(),
)
Index("ix_units_province_code", units.c.province_code, postgresql_where=units.c.unit_kind == "school")
