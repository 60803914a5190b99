"""Reconciliations of filings with files that came back."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import ARRAY, JSONB

from common.clock import NOW_SQL

revision = "202611301504"
down_revision = "202611301804"
branch_labels = None
depends_on = None

_COUNTS = ("equal", "different", "missing", "extra")


def upgrade() -> None:
    op.create_table(
        "reconciliations",
        sa.Column("id", sa.Uuid(), server_default=sa.text("uuidv7()"), nullable=False),
        sa.Column("filing_id", sa.Uuid(), nullable=False),
        sa.Column("school_code", sa.Text(), nullable=False),
        sa.Column("cohort", sa.Integer(), nullable=False),
        sa.Column("sha256", sa.LargeBinary(), nullable=False),
        sa.Column("terms", JSONB(), nullable=False),
        sa.Column("operation_id", sa.Uuid(), nullable=False),
        *(sa.Column(name, sa.Text(), nullable=False) for name in ("made_by", "made_by_role")),
        sa.Column("recorded_at", sa.DateTime(timezone=True), server_default=sa.text(NOW_SQL), nullable=False),
        *(sa.Column(name, sa.Integer(), nullable=True) for name in _COUNTS),
        sa.Column("by_field", JSONB(), nullable=True),
        sa.CheckConstraint("octet_length(sha256) = 32", name=op.f("ck_reconciliations_hash")),
        sa.CheckConstraint(
            "num_nulls(equal, different, missing, extra, by_field) IN (0, 5)", name=op.f("ck_reconciliations_compared")
        ),
        sa.ForeignKeyConstraint(["filing_id"], ["filings.id"], name=op.f("fk_reconciliations_filing_id_filings")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_reconciliations")),
        sa.UniqueConstraint("filing_id", "sha256", name=op.f("uq_reconciliations_filing_id_sha256")),
    )
    op.create_index("ix_reconciliations_school_code_id", "reconciliations", ["school_code", "id"])
    op.create_table(
        "reconciliation_items",
        sa.Column("reconciliation_id", sa.Uuid(), nullable=False),
        sa.Column("n", sa.Integer(), nullable=False),
        sa.Column("school_code", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("row", sa.Integer(), nullable=True),
        sa.Column("fields", ARRAY(sa.Text()), nullable=False),
        *(sa.Column(name, sa.Uuid(), nullable=True) for name in ("graduate_id", "registration_id")),
        sa.Column("filed_version", sa.Integer(), nullable=True),
        sa.Column("theirs_cipher", sa.LargeBinary(), nullable=True),
        *(sa.Column(name, sa.Text(), nullable=True) for name in ("decision", "decided_by", "decided_by_role")),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("kind IN ('different', 'missing', 'extra')", name=op.f("ck_reconciliation_items_kind")),
        sa.CheckConstraint(
            "(kind = 'missing') = (\"row\" IS NULL)", name=op.f("ck_reconciliation_items_row_of_theirs")
        ),
        sa.CheckConstraint(
            "theirs_cipher IS NULL OR graduate_id IS NOT NULL", name=op.f("ck_reconciliation_items_of_graduate")
        ),
        sa.CheckConstraint("decision IN ('keep_ours', 'take_theirs')", name=op.f("ck_reconciliation_items_decision")),
        sa.CheckConstraint(
            "num_nulls(decision, decided_by, decided_by_role, decided_at) IN (0, 4)",
            name=op.f("ck_reconciliation_items_decided"),
        ),
        sa.ForeignKeyConstraint(
            ["reconciliation_id"],
            ["reconciliations.id"],
            name=op.f("fk_reconciliation_items_reconciliation_id_reconciliations"),
        ),
        sa.PrimaryKeyConstraint("reconciliation_id", "n", name=op.f("pk_reconciliation_items")),
    )
    op.create_index("ix_reconciliation_items_graduate_id", "reconciliation_items", ["graduate_id"])
    # the planner's statistics would keep ciphertexts after they are emptied
    op.execute("ALTER TABLE reconciliation_items ALTER theirs_cipher SET STATISTICS 0")


def downgrade() -> None:
    op.drop_table("reconciliation_items")
    op.drop_table("reconciliations")
