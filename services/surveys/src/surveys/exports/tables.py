"""Exports: who asked for which wave in which form, who approved, and what became of the file."""

from sqlalchemy import (
    Boolean,
    CheckConstraint,
    Column,
    DateTime,
    ForeignKey,
    Index,
    Integer,
    Numeric,
    Table,
    Text,
    Uuid,
)
from sqlalchemy.dialects.postgresql import ARRAY

from common.approvals.table import ENDING, request_columns, request_constraints
from common.database import uuid_key
from surveys.exports.domain.plan import ExportState
from surveys.schema import metadata

_FILE = ("rows", "versions", "stands", "file_until", "fetched_at", "deleted_at")

exports = Table(
    "exports",
    metadata,
    uuid_key(),
    *request_columns(),
    Column("school_code", Text, nullable=False),
    Column("wave_id", Uuid, ForeignKey("waves.id"), nullable=False),
    # that of the wave
    Column("cohort", Integer),
    # of a college officer: the one that it is cut to
    Column("college_code", Text),
    Column("format", Text, nullable=False),
    Column("labelled", Boolean, nullable=False),
    Column("language", Text, nullable=False),
    Column("identified", Boolean, nullable=False),
    # whose weights a column has
    Column("weighting_id", Uuid, ForeignKey("result_weightings.id")),
    Column("purpose", Text),
    # of the operation that makes the file; it goes with its week
    Column("operation_id", Uuid),
    Column("rows", Integer),
    # of the questionnaire, whose columns it has: the wave's own first
    Column("versions", ARRAY(Integer)),
    # a sum over the answers in it: another one means that they do not stand as they did
    Column("stands", Numeric),
    Column("file_until", DateTime(timezone=True)),
    # when who asked began to fetch the file; NULL again where that was broken off
    Column("fetched_at", DateTime(timezone=True)),
    Column("deleted_at", DateTime(timezone=True)),
    *request_constraints(ExportState.UNRESTRICTED.value),
    CheckConstraint("identified = (state <> 'unrestricted')", name="restricted"),
    CheckConstraint("identified = (reason_cipher IS NOT NULL)", name="reason"),
    CheckConstraint("identified = (purpose IS NOT NULL)", name="purpose"),
    CheckConstraint("NOT identified OR college_code IS NULL", name="whole_school"),
    CheckConstraint("format IN ('csv', 'xlsx', 'sav')", name="format"),
    CheckConstraint("language IN ('zh', 'en')", name="language"),
    CheckConstraint("(state IN ('approved', 'unrestricted')) = (operation_id IS NOT NULL)", name="operation"),
    CheckConstraint("(rows IS NULL) = (file_until IS NULL) AND (rows IS NULL) = (stands IS NULL)", name="made"),
    CheckConstraint("file_until IS NULL OR operation_id IS NOT NULL", name="file"),
    CheckConstraint("file_until IS NOT NULL OR (fetched_at IS NULL AND deleted_at IS NULL)", name="fetched"),
    info={"insert_only": True, "updatable_columns": [*ENDING, "reason_cipher", "operation_id", *_FILE]},
)
Index("ix_exports_school_code_id", exports.c.school_code, exports.c.id)
Index("ix_exports_wave_id", exports.c.wave_id)
Index(
    "ix_exports_file_until",
    exports.c.file_until,
    postgresql_where=exports.c.file_until.is_not(None) & exports.c.deleted_at.is_(None),
)
