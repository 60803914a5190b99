"""Versions of facts (insert-only): codes and days, as destinations announced them."""

from sqlalchemy import BigInteger, Boolean, Column, Date, DateTime, Index, Integer, Table, Text, Uuid

from indicators.schema import metadata

fact_versions = Table(
    "fact_versions",
    metadata,
    Column("graduate_id", Uuid, primary_key=True),
    Column("sequence", BigInteger, primary_key=True),
    Column("school_code", Text, nullable=False),
    Column("cohort", Integer, nullable=False),
    Column("event_id", Uuid, nullable=False),
    Column("recorded_at", DateTime(timezone=True), nullable=False),
    Column("fact_id", Uuid, nullable=False),
    Column("version", BigInteger, nullable=False),
    Column("source", Text, nullable=False),
    Column("kind", Text, nullable=False),
    Column("from_on", Date, nullable=False),
    Column("to_on", Date),
    Column("employer_nature_code", Text),
    Column("industry_code", Text),
    Column("place_code", Text),
    Column("same_employer", Boolean),
    info={"insert_only": True},
)
Index("ix_fact_versions_school_code_cohort", fact_versions.c.school_code, fact_versions.c.cohort)
