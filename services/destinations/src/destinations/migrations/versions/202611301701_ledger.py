"""The ledger of self-checks."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import ARRAY

from common.clock import NOW_SQL

revision = "202611301701"
down_revision = "202611301801"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "ledger_entries",
        sa.Column("id", sa.Uuid(), server_default=sa.text("uuidv7()"), nullable=False),
        sa.Column("school_code", sa.Text(), nullable=False),
        sa.Column("cohort", sa.Integer(), nullable=False),
        sa.Column("graduate_id", sa.Uuid(), nullable=False),
        sa.Column("round", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), server_default=sa.text("1"), nullable=False),
        sa.Column("method", sa.Text(), nullable=False),
        sa.Column("outcome", sa.Text(), nullable=True),
        sa.Column("result", sa.Text(), nullable=False),
        sa.Column("evidence_ids", ARRAY(sa.Uuid()), server_default=sa.text("'{}'"), nullable=False),
        sa.Column("note_cipher", sa.LargeBinary(), nullable=True),
        sa.Column("registration_id", sa.Uuid(), nullable=True),
        sa.Column("effective_version", sa.Integer(), nullable=True),
        sa.Column("hands", ARRAY(sa.Text()), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), server_default=sa.text(NOW_SQL), nullable=False),
        sa.CheckConstraint(
            "method IN ('document', 'phone', 'employer', 'system', 'interview')", name=op.f("ck_ledger_entries_method")
        ),
        sa.CheckConstraint(
            "outcome IN ('reached', 'no_answer', 'wrong_number', 'refused')", name=op.f("ck_ledger_entries_outcome")
        ),
        sa.CheckConstraint("outcome IS NULL OR method = 'phone'", name=op.f("ck_ledger_entries_outcome_of_phone")),
        sa.CheckConstraint(
            "result IN ('correct', 'corrected', 'wrong', 'unreachable')", name=op.f("ck_ledger_entries_result")
        ),
        sa.CheckConstraint(
            "(registration_id IS NULL) = (effective_version IS NULL)", name=op.f("ck_ledger_entries_seen")
        ),
        sa.CheckConstraint("version > 0", name=op.f("ck_ledger_entries_version_positive")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_ledger_entries")),
        sa.UniqueConstraint("graduate_id", "cohort", "round", name=op.f("uq_ledger_entries_graduate_id_cohort_round")),
    )
    op.create_index(
        "ix_ledger_entries_school_code_cohort_round", "ledger_entries", ["school_code", "cohort", "round", "id"]
    )
    # the planner's statistics would keep ciphertexts after they are emptied
    op.execute("ALTER TABLE ledger_entries ALTER note_cipher SET STATISTICS 0")


def downgrade() -> None:
    op.drop_table("ledger_entries")
