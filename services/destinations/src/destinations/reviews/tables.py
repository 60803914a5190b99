"""Bulk decisions, and the registrations that each of them has sealed."""

from sqlalchemy import (
    ARRAY,
    CheckConstraint,
    Column,
    DateTime,
    ForeignKey,
    Index,
    Integer,
    Table,
    Text,
    UniqueConstraint,
    Uuid,
)
from sqlalchemy.dialects.postgresql import JSONB

from common.database import uuid_key
from destinations.reviews.domain import KEPT
from destinations.schema import metadata

OUTCOMES = (
    *("done", "changed_since", "open_case", "evidence_missing", "targeted_unit_mismatch", "same_reviewer"),
    *("own_record", "excepted"),
)
"""What becomes of a row, also what only later rules find."""

bulk_decisions = Table(
    "bulk_decisions",
    metadata,
    uuid_key(),
    Column("school_code", Text, nullable=False),
    # that of the maker; a school officer has none
    Column("college_code", Text),
    # that of the filter
    Column("cohort", Integer),
    Column("resource", Text, nullable=False),
    Column("act", Text, nullable=False),
    Column("filter", JSONB, nullable=False),
    Column("note", Text),
    Column("reason", Text),
    Column("made_by", Text, nullable=False),
    Column("made_by_role", Text, nullable=False),
    # NULL until all rows are sealed: until then there is nothing to be seen
    Column("sealed_at", DateTime(timezone=True)),
    Column("applied_at", DateTime(timezone=True)),
    # of the work that applies it; it goes with its week
    Column("operation_id", Uuid),
    Column("excepted", ARRAY(Uuid)),
    CheckConstraint("(act = 'return') = (reason IS NOT NULL)", name="reason"),
    CheckConstraint("note IS NULL OR reason IS NULL", name="note"),
    CheckConstraint(
        "(applied_at IS NULL) = (operation_id IS NULL) AND (applied_at IS NULL) = (excepted IS NULL)", name="applied"
    ),
    # what is not sealed, or has expired, is not applied by any writer
    CheckConstraint(
        f"applied_at IS NULL OR (sealed_at IS NOT NULL AND applied_at < sealed_at + interval '{KEPT}')", name="in_time"
    ),
    info={"insert_only": True, "updatable_columns": ["sealed_at", "applied_at", "operation_id", "excepted"]},
)
Index("ix_bulk_decisions_school_code_id", bulk_decisions.c.school_code, bulk_decisions.c.id)

bulk_decision_items = Table(
    "bulk_decision_items",
    metadata,
    Column("bulk_decision_id", Uuid, ForeignKey("bulk_decisions.id"), primary_key=True),
    Column("n", Integer, primary_key=True),
    Column("registration_id", Uuid, nullable=False),
    Column("graduate_id", Uuid, nullable=False),
    Column("version", Integer, nullable=False),
    # why it would have been skipped when it was sealed
    Column("foreseen", Text),
    # NULL until it is decided
    Column("outcome", Text),
    UniqueConstraint("bulk_decision_id", "registration_id"),
    CheckConstraint(f"foreseen IN {OUTCOMES[1:]}", name="foreseen"),
    CheckConstraint(f"outcome IN {OUTCOMES}", name="outcome"),
    info={"insert_only": True, "updatable_columns": ["outcome"]},
    # each row is written twice: the second time it finds room beside itself
    postgresql_with={"fillfactor": 50},
)
