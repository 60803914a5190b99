"""Units of schools as registry last described them."""

from sqlalchemy import ARRAY, BigInteger, Column, Index, Integer, Table, Text

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
    # NULL, too, in rows of the release before, until registry describes the unit again
    Column("identifier_code", Text),
    Column("city_code", Text),
    Column("national_code", Text),
    Column("catalogue_year", Integer),
    Column("predecessors", ARRAY(Text)),
    *event_columns(),
)
Index("ix_units_province_code", units.c.province_code, postgresql_where=units.c.unit_kind == "school")
