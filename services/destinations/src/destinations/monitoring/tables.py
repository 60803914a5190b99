"""Reports, what they say once they are made, and those that still wait."""

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Column,
    DateTime,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    Table,
    Text,
    UniqueConstraint,
    Uuid,
)
from sqlalchemy.dialects.postgresql import JSONB

from common.database import instant_column, uuid_key
from destinations.schema import metadata

reports = Table(
    "monitoring_reports",
    metadata,
    uuid_key(),
    Column("school_code", Text, nullable=False),
    Column("cohort", Integer, nullable=False),
    Column("kind", Text, nullable=False),
    Column("period", Text, nullable=False),
    Column("at", DateTime(timezone=True), nullable=False),
    instant_column(),
    # of two workers at one cut-off the second finds the report of the first
    UniqueConstraint("school_code", "cohort", "kind", "period"),
    CheckConstraint("kind IN ('monthly', 'weekly', 'daily', 'free')", name="kind_known"),
    CheckConstraint("at <= recorded_at", name="moment_has_passed"),
    info={"insert_only": True},
)
Index("ix_monitoring_reports_school_code_cohort_at", reports.c.school_code, reports.c.cohort, reports.c.at)
Index("ix_monitoring_reports_school_code_id", reports.c.school_code, reports.c.id)

# one row for each report that is not made yet
waiting = Table(
    "monitoring_waiting",
    metadata,
    Column("report_id", Uuid, ForeignKey("monitoring_reports.id"), primary_key=True),
    Column("school_code", Text, nullable=False),
    Column("waiting_for", JSONB, nullable=False),
)

contents = Table(
    "monitoring_contents",
    metadata,
    Column("report_id", Uuid, ForeignKey("monitoring_reports.id"), primary_key=True),
    Column("school_code", Text, nullable=False),
    Column("content", JSONB, nullable=False),
    Column("sha256", LargeBinary, nullable=False),
    instant_column(),
    info={"insert_only": True},
)

publications = Table(
    "monitoring_publications",
    metadata,
    Column("report_id", Uuid, ForeignKey("monitoring_contents.report_id"), primary_key=True),
    Column("school_code", Text, nullable=False),
    Column("by_role", Text, nullable=False),
    Column("by_subject", Text, nullable=False),
    instant_column(),
    info={"insert_only": True},
)

streams = Table(
    "monitoring_streams",
    metadata,
    Column("school_code", Text, primary_key=True),
    Column("sequence", BigInteger, nullable=False),
)
