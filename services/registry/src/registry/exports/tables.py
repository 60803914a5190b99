"""Clear exports: who asked for which columns of whom, who approved, and what became of the file."""

from sqlalchemy import CheckConstraint, Column, DateTime, ForeignKey, Index, Integer, Table, Text, Uuid
from sqlalchemy.dialects.postgresql import ARRAY, JSONB

from common.approvals.table import ENDING, request_columns, request_constraints
from common.database import uuid_key
from registry.schema import metadata

_FILE = ("people", "file_until", "fetched_at", "deleted_at")

clear_exports = Table(
    "clear_exports",
    metadata,
    uuid_key(),
    *request_columns(),
    Column("school_code", Text, ForeignKey("schools.code"), nullable=False),
    Column("cohort", Integer, nullable=False),
    # that of the filters
    Column("college_code", Text),
    Column("filters", JSONB, nullable=False),
    # NULL where all are asked for
    Column("columns", ARRAY(Text)),
    Column("format", Text, nullable=False),
    Column("purpose", Text, nullable=False),
    # of the operation that makes the file; it goes with its week
    Column("operation_id", Uuid),
    Column("people", Integer),
    Column("file_until", DateTime(timezone=True)),
    # when who asked began to fetch the file; NULL again where that was broken off
    Column("fetched_at", DateTime(timezone=True)),
    Column("deleted_at", DateTime(timezone=True)),
    *request_constraints(),
    CheckConstraint("reason_cipher IS NOT NULL", name="reason"),
    CheckConstraint("format IN ('xlsx', 'csv')", name="format"),
    CheckConstraint("(state = 'approved') = (operation_id IS NOT NULL)", name="operation"),
    CheckConstraint("(people IS NULL) = (file_until IS NULL)", name="made"),
    CheckConstraint("file_until IS NULL OR state = 'approved'", name="file"),
    CheckConstraint("file_until IS NOT NULL OR (fetched_at IS NULL AND deleted_at IS NULL)", name="fetched"),
    info={"insert_only": True, "updatable_columns": [*ENDING, "operation_id", *_FILE]},
)
Index("ix_clear_exports_school_code_id", clear_exports.c.school_code, clear_exports.c.id)
Index(
    "ix_clear_exports_file_until",
    clear_exports.c.file_until,
    postgresql_where=clear_exports.c.file_until.is_not(None) & clear_exports.c.deleted_at.is_(None),
)
