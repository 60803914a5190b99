"""Reports and their files."""

from sqlalchemy import CheckConstraint, Column, Date, ForeignKey, Index, Integer, LargeBinary, Table, Text, Uuid
from sqlalchemy.dialects.postgresql import JSONB

from common.database import instant_column, uuid_key
from indicators.schema import metadata

reports = Table(
    "reports",
    metadata,
    uuid_key(),
    Column("school_code", Text, nullable=False),
    Column("cohort", Integer, nullable=False),
    Column("kind", Text, nullable=False),
    Column("filters", JSONB, nullable=False),
    # whose officers may read it beside the school's
    Column("college_code", Text),
    Column("snapshot_id", Uuid, ForeignKey("snapshots.id")),
    Column("as_of", Date, nullable=False),
    Column("publication_id", Uuid, ForeignKey("publications.id")),
    Column("language", Text, nullable=False),
    Column("base", Integer, nullable=False),
    Column("pdf_sha256", LargeBinary, nullable=False),
    Column("xlsx_sha256", LargeBinary, nullable=False),
    Column("by_subject", Text, nullable=False),
    Column("by_role", Text, nullable=False),
    instant_column(),
    CheckConstraint("kind IN ('school', 'college', 'major', 'group')", name="kind_known"),
    CheckConstraint("language IN ('zh', 'en')", name="language_known"),
    CheckConstraint("base > 0", name="on_somebody"),
    info={"insert_only": True},
)
Index("ix_reports_school_code_id", reports.c.school_code, reports.c.id)

report_files = Table(
    "report_files",
    metadata,
    Column("report_id", Uuid, ForeignKey("reports.id"), primary_key=True),
    Column("format", Text, primary_key=True),
    Column("school_code", Text, nullable=False),
    Column("content", LargeBinary, nullable=False),
    CheckConstraint("format IN ('pdf', 'xlsx')", name="format_known"),
    info={"insert_only": True},
)
