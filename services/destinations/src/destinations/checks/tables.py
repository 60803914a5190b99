"""The ledger of rounds; samples with their items, decisions and assignments; self-check reports."""

from collections.abc import Iterable
from enum import StrEnum

from sqlalchemy import (
    ARRAY,
    Boolean,
    CheckConstraint,
    Column,
    Date,
    DateTime,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    Integer,
    LargeBinary,
    Table,
    Text,
    UniqueConstraint,
    Uuid,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB

from common.database import instant_column, uuid_key
from destinations.checks.domain.ledger import CallOutcome, CheckMethod, CheckResult
from destinations.checks.domain.reports import Office, ReportState
from destinations.checks.domain.samples import ROLES, CheckedBy, Strata
from destinations.schema import metadata


def _one_of(words: Iterable[StrEnum]) -> str:
    return ", ".join(repr(each.value) for each in words)


def _finding_columns() -> list[Column[object]]:
    return [
        Column("method", Text, nullable=False),
        Column("outcome", Text),
        Column("result", Text, nullable=False),
        Column("evidence_ids", ARRAY(Uuid), nullable=False, server_default=text("'{}'")),
        # NULL without a note, and once it was erased
        Column("note_cipher", LargeBinary),
    ]


ledger_entries = Table(
    "ledger_entries",
    metadata,
    uuid_key(),
    Column("school_code", Text, nullable=False),
    Column("cohort", Integer, nullable=False),
    Column("graduate_id", Uuid, nullable=False),
    Column("round", Integer, nullable=False),
    Column("version", Integer, nullable=False, server_default=text("1")),
    *_finding_columns(),
    # the effective content that was looked at
    Column("registration_id", Uuid),
    Column("effective_version", Integer),
    # subjects that entered or renewed it: who had a hand in it decides over no sampled item
    Column("hands", ARRAY(Text), nullable=False),
    instant_column(),
    UniqueConstraint("graduate_id", "cohort", "round"),
    CheckConstraint(f"method IN ({_one_of(CheckMethod)})", name="method"),
    CheckConstraint(f"outcome IN ({_one_of(CallOutcome)})", name="outcome"),
    CheckConstraint("outcome IS NULL OR method = 'phone'", name="outcome_of_phone"),
    CheckConstraint(f"result IN ({_one_of(CheckResult)})", name="result"),
    CheckConstraint("(registration_id IS NULL) = (effective_version IS NULL)", name="seen"),
    CheckConstraint("version > 0", name="version_positive"),
    info={
        "insert_only": True,
        "updatable_columns": [
            *("version", "method", "outcome", "result", "evidence_ids", "note_cipher"),
            *("registration_id", "effective_version", "hands", "recorded_at"),
        ],
    },
)
Index(
    "ix_ledger_entries_school_code_cohort_round",
    ledger_entries.c.school_code,
    ledger_entries.c.cohort,
    ledger_entries.c.round,
    ledger_entries.c.id,
)
Index(
    "ix_ledger_entries_sealed",
    ledger_entries.c.school_code,
    ledger_entries.c.cohort,
    ledger_entries.c.recorded_at,
    postgresql_where=ledger_entries.c.note_cipher.is_not(None),
)

_INSERT_ONLY = {"insert_only": True}

# what an entry has said: a report of a moment tells what stood then
ledger_results = Table(
    "ledger_results",
    metadata,
    Column("entry_id", Uuid, ForeignKey("ledger_entries.id"), primary_key=True),
    Column("version", Integer, primary_key=True, autoincrement=False),
    Column("school_code", Text, nullable=False),
    Column("result", Text, nullable=False),
    instant_column(),
    CheckConstraint(f"result IN ({_one_of(CheckResult)})", name="result"),
    info=_INSERT_ONLY,
)

samples = Table(
    "samples",
    metadata,
    uuid_key(),
    Column("school_code", Text, nullable=False),
    Column("cohort", Integer, nullable=False),
    Column("draw", Integer, nullable=False),
    Column("filter", JSONB, nullable=False),
    Column("size", Integer, nullable=False),
    Column("strata", Text),
    Column("checked_by", Text, nullable=False),
    # the lines that are hashed, and the stratum of each of them
    Column("frame", Text, nullable=False),
    Column("strata_of_frame", Text, nullable=False),
    Column("frame_hash", Text, nullable=False),
    Column("frame_size", Integer, nullable=False),
    Column("seed", Text, nullable=False),
    Column("populations", JSONB, nullable=False),
    Column("by_role", Text, nullable=False),
    Column("by_subject", Text, nullable=False),
    instant_column(),
    UniqueConstraint("school_code", "cohort", "draw"),
    CheckConstraint(f"strata IN ({_one_of(Strata)})", name="strata"),
    CheckConstraint(f"checked_by IN ({_one_of(CheckedBy)})", name="checked_by"),
    CheckConstraint(f"by_role IN {ROLES}", name="by_role"),
    CheckConstraint("size BETWEEN 1 AND frame_size", name="size"),
    CheckConstraint("seed ~ '^[0-9a-f]{32}$'", name="seed"),
    info=_INSERT_ONLY,
)

sample_items = Table(
    "sample_items",
    metadata,
    Column("sample_id", Uuid, ForeignKey("samples.id"), primary_key=True),
    Column("n", Integer, primary_key=True, autoincrement=False),
    Column("school_code", Text, nullable=False),
    Column("graduate_id", Uuid, nullable=False),
    Column("registration_id", Uuid),
    Column("version", Integer, nullable=False),
    Column("stratum", Text, nullable=False),
    # of the day of the draw
    Column("college_code", Text),
    # the next college, where colleges decide
    Column("held_by_college", Text),
    UniqueConstraint("sample_id", "graduate_id"),
    CheckConstraint("(registration_id IS NULL) = (version = 0)", name="registered"),
    CheckConstraint("held_by_college <> college_code", name="other_college"),
    info=_INSERT_ONLY,
)
Index("ix_sample_items_graduate_id", sample_items.c.graduate_id)


def _of_item() -> list[Column[object] | ForeignKeyConstraint]:
    return [
        Column("sample_id", Uuid, primary_key=True),
        Column("n", Integer, primary_key=True, autoincrement=False),
        Column("school_code", Text, nullable=False),
        Column("by_role", Text, nullable=False),
        Column("by_subject", Text, nullable=False),
        instant_column(),
        ForeignKeyConstraint(["sample_id", "n"], ["sample_items.sample_id", "sample_items.n"]),
    ]


sample_decisions = Table(
    "sample_decisions",
    metadata,
    *_of_item(),
    Column("method", Text, nullable=False),
    Column("outcome", Text),
    Column("result", Text, nullable=False),
    Column("note_cipher", LargeBinary),
    CheckConstraint(f"method IN ({_one_of(CheckMethod)})", name="method"),
    CheckConstraint(f"outcome IN ({_one_of(CallOutcome)})", name="outcome"),
    CheckConstraint("outcome IS NULL OR method = 'phone'", name="outcome_of_phone"),
    CheckConstraint(f"result IN ({_one_of(CheckResult)})", name="result"),
    # an erasure empties the note
    info={"insert_only": True, "updatable_columns": ["note_cipher"]},
)

Index(
    "ix_sample_decisions_sealed",
    sample_decisions.c.sample_id,
    postgresql_where=sample_decisions.c.note_cipher.is_not(None),
)

sample_assignments = Table("sample_assignments", metadata, *_of_item(), info=_INSERT_ONLY)

self_check_reports = Table(
    "self_check_reports",
    metadata,
    uuid_key(),
    Column("school_code", Text, nullable=False),
    Column("cohort", Integer, nullable=False),
    Column("college_code", Text, nullable=False),
    Column("round", Integer, nullable=False),
    Column("version", Integer, nullable=False, server_default=text("1")),
    Column("state", Text, nullable=False),
    # of the draft
    Column("graduates", Integer, nullable=False),
    Column("results", JSONB, nullable=False),
    Column("methods", JSONB, nullable=False),
    Column("by_subject", Text, nullable=False),
    Column("reason", Text),
    Column("late", Boolean),
    Column("submitted_at", DateTime(timezone=True)),
    Column("file", Uuid, ForeignKey("objects.name"), unique=True),
    Column("file_sha256", LargeBinary),
    instant_column(),
    CheckConstraint(f"state IN ({_one_of(ReportState)})", name="state"),
    CheckConstraint("(state = 'returned') = (reason IS NOT NULL)", name="reason"),
    # once the scan was past its day
    Column("file_deleted_on", Date),
    CheckConstraint("(state IN ('draft', 'signed')) = (file IS NULL AND file_deleted_on IS NULL)", name="file"),
    CheckConstraint(
        "(file IS NULL AND file_deleted_on IS NULL) = (late IS NULL AND file_sha256 IS NULL AND submitted_at IS NULL)",
        name="scan",
    ),
    CheckConstraint("file IS NULL OR file_deleted_on IS NULL", name="deleted"),
    info={
        "insert_only": True,
        "updatable_columns": [
            *("version", "state", "reason", "late", "submitted_at", "file", "file_sha256", "file_deleted_on"),
        ],
    },
)
Index(
    "uq_self_check_reports_standing",
    *(self_check_reports.c[name] for name in ("school_code", "cohort", "college_code", "round")),
    unique=True,
    postgresql_where=text("state IN ('submitted', 'accepted')"),
)

self_check_items = Table(
    "self_check_items",
    metadata,
    Column("report_id", Uuid, ForeignKey("self_check_reports.id"), primary_key=True),
    Column("graduate_id", Uuid, primary_key=True),
    Column("school_code", Text, nullable=False),
    Column("entry_id", Uuid, nullable=False),
    Column("entry_version", Integer, nullable=False),
    Column("registration_id", Uuid),
    Column("effective_version", Integer),
    Column("method", Text, nullable=False),
    Column("outcome", Text),
    Column("result", Text, nullable=False),
    info=_INSERT_ONLY,
)
Index("ix_self_check_items_graduate_id", self_check_items.c.graduate_id)

self_check_signatures = Table(
    "self_check_signatures",
    metadata,
    Column("report_id", Uuid, ForeignKey("self_check_reports.id"), primary_key=True),
    Column("office", Text, primary_key=True),
    Column("school_code", Text, nullable=False),
    Column("by_subject", Text, nullable=False),
    instant_column(),
    UniqueConstraint("report_id", "by_subject"),
    CheckConstraint(f"office IN ({_one_of(Office)})", name="office"),
    info=_INSERT_ONLY,
)

TABLES = (
    *(ledger_entries, samples, sample_items, sample_decisions, sample_assignments),
    *(self_check_reports, self_check_items, self_check_signatures),
)
"""All tables of checks."""
