"""Reconciliations, and the differences that each has found."""

from sqlalchemy import (
    ARRAY,
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

COUNTS = ("equal", "different", "missing", "extra")

reconciliations = Table(
    "reconciliations",
    metadata,
    uuid_key(),
    Column("filing_id", Uuid, ForeignKey("filings.id"), nullable=False),
    Column("school_code", Text, nullable=False),
    Column("cohort", Integer, nullable=False),
    # of the file that came back: the same file against the same filing is the same
    Column("sha256", LargeBinary, nullable=False),
    # what the season said when the file was sent
    Column("terms", JSONB, nullable=False),
    # of the work that compares, or has compared; it goes with its week
    Column("operation_id", Uuid, nullable=False),
    Column("made_by", Text, nullable=False),
    Column("made_by_role", Text, nullable=False),
    instant_column(),
    *(Column(name, Integer) for name in COUNTS),
    Column("by_field", JSONB),
    UniqueConstraint("filing_id", "sha256"),
    CheckConstraint("octet_length(sha256) = 32", name="hash"),
    CheckConstraint(f"num_nulls({', '.join((*COUNTS, 'by_field'))}) IN (0, {len(COUNTS) + 1})", name="compared"),
)
Index("ix_reconciliations_school_code_id", reconciliations.c.school_code, reconciliations.c.id)

items = Table(
    "reconciliation_items",
    metadata,
    Column("reconciliation_id", Uuid, ForeignKey("reconciliations.id"), primary_key=True),
    Column("n", Integer, primary_key=True, autoincrement=False),
    Column("school_code", Text, nullable=False),
    Column("kind", Text, nullable=False),
    Column("row", Integer),
    Column("fields", ARRAY(Text), nullable=False),
    # NULL where registry knows no such graduate of the cohort: then nothing of the row is kept
    Column("graduate_id", Uuid),
    Column("registration_id", Uuid),
    Column("filed_version", Integer),
    # their row; NULL without a graduate, and once the person is erased
    Column("theirs_cipher", LargeBinary),
    Column("decision", Text),
    Column("decided_by", Text),
    Column("decided_by_role", Text),
    Column("decided_at", DateTime(timezone=True)),
    CheckConstraint("kind IN ('different', 'missing', 'extra')", name="kind"),
    CheckConstraint("(kind = 'missing') = (\"row\" IS NULL)", name="row_of_theirs"),
    CheckConstraint("theirs_cipher IS NULL OR graduate_id IS NOT NULL", name="of_graduate"),
    CheckConstraint("decision IN ('keep_ours', 'take_theirs')", name="decision"),
    CheckConstraint("num_nulls(decision, decided_by, decided_by_role, decided_at) IN (0, 4)", name="decided"),
    info={"insert_only": True, "updatable_columns": [
        "theirs_cipher", "decision", "decided_by", "decided_by_role", "decided_at",
    ]},
)  # fmt: skip
Index("ix_reconciliation_items_graduate_id", items.c.graduate_id)
Index("ix_reconciliation_items_sealed", items.c.reconciliation_id, postgresql_where=items.c.theirs_cipher.is_not(None))
