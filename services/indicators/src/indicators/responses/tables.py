"""Versions of each graduate's and employer's part in the tracking surveys (insert-only), and marks of their changes."""

from sqlalchemy import BigInteger, Column, DateTime, Index, Integer, Table, Text, Uuid

from indicators.schema import metadata

response_versions = Table(
    "response_versions",
    metadata,
    Column("graduate_id", Uuid, primary_key=True),
    Column("sequence", BigInteger, primary_key=True),
    Column("school_code", Text, nullable=False),
    Column("cohort", Integer, nullable=False),
    Column("cycle", Integer, nullable=False),
    Column("wave_id", Uuid, nullable=False),
    Column("event_id", Uuid, nullable=False),
    Column("recorded_at", DateTime(timezone=True), nullable=False),
    Column("state", Text, nullable=False),
    info={"insert_only": True},
)
Index(
    "ix_response_versions_school_code_cohort_cycle",
    response_versions.c.school_code,
    response_versions.c.cohort,
    response_versions.c.cycle,
)

employer_response_versions = Table(
    "employer_response_versions",
    metadata,
    Column("employer_id", Uuid, primary_key=True),
    Column("sequence", BigInteger, primary_key=True),
    Column("school_code", Text, nullable=False),
    Column("year", Integer, nullable=False),
    Column("wave_id", Uuid, nullable=False),
    Column("unit", Text, nullable=False),
    Column("hires", Integer, nullable=False),
    Column("event_id", Uuid, nullable=False),
    Column("recorded_at", DateTime(timezone=True), nullable=False),
    Column("state", Text, nullable=False),
    info={"insert_only": True},
)
Index(
    "ix_employer_response_versions_school_code_year",
    employer_response_versions.c.school_code,
    employer_response_versions.c.year,
)

response_marks = Table(
    "response_marks",
    metadata,
    Column("school_code", Text, primary_key=True),
    # the table that changed
    Column("source", Text, primary_key=True),
    # another one after each change of the rows that response rates are counted from; triggers write it
    Column("mark", Uuid, nullable=False),
)
