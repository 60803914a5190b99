"""Editions with what later ones have to know of them, and their figures (insert-only)."""

from sqlalchemy import CheckConstraint, Column, DateTime, ForeignKey, Integer, Table, Text, UniqueConstraint, Uuid
from sqlalchemy.dialects.postgresql import JSONB

from common.database import uuid_key
from indicators.schema import metadata

editions = Table(
    "tracking_editions",
    metadata,
    uuid_key(),
    Column("school_code", Text, nullable=False),
    # of graduates
    Column("cohort", Integer),
    Column("cycle", Integer),
    # of employers
    Column("year", Integer),
    Column("number", Integer, nullable=False),
    # when its answers were read
    Column("taken_at", DateTime(timezone=True), nullable=False),
    Column("because", Text, nullable=False),
    # the wave whose close asked for it
    Column("wave_id", Uuid, unique=True),
    Column("answers", Integer, nullable=False),
    Column("moved", Integer, nullable=False),
    # reference table → version
    Column("reference_tables", JSONB, nullable=False),
    # who stood in which group, and since when an answer says the same: no values of answers
    Column("memory", JSONB, nullable=False),
    # of two workers the second finds the edition of the first
    UniqueConstraint("school_code", "cohort", "cycle", "year", "number", postgresql_nulls_not_distinct=True),
    CheckConstraint(
        "(year IS NULL) = (cohort IS NOT NULL) AND (year IS NULL) = (cycle IS NOT NULL)", name="one_series"
    ),
    CheckConstraint("because IN ('closed', 'weekly')", name="because_known"),
    CheckConstraint("(because = 'closed') = (wave_id IS NOT NULL)", name="closed_by_a_wave"),
    info={"insert_only": True},
)

figures = Table(
    "tracking_figures",
    metadata,
    Column("edition_id", Uuid, ForeignKey("tracking_editions.id"), primary_key=True),
    Column("table_name", Text, primary_key=True),
    Column("indicator", Text, primary_key=True),
    Column("school_code", Text, nullable=False),
    # pairs of a group and the figures of the indicator's columns
    Column("figures", JSONB, nullable=False),
    info={"insert_only": True},
)
