"""What entries of the ledger have said: a report of a moment tells what stood then."""

import sqlalchemy as sa
from alembic import op

revision = "202611302101"
down_revision = "202611301504"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "ledger_results",
        sa.Column("entry_id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("school_code", sa.Text(), nullable=False),
        sa.Column("result", sa.Text(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), server_default=sa.text("quxiang_now()"), nullable=False),
        sa.CheckConstraint(
            "result IN ('correct', 'corrected', 'wrong', 'unreachable')", name=op.f("ck_ledger_results_result")
        ),
        sa.ForeignKeyConstraint(
            ["entry_id"], ["ledger_entries.id"], name=op.f("fk_ledger_results_entry_id_ledger_entries")
        ),
        sa.PrimaryKeyConstraint("entry_id", "version", name=op.f("pk_ledger_results")),
    )
    op.execute(
        """
        INSERT INTO ledger_results (entry_id, version, school_code, result, recorded_at)
        SELECT id, version, school_code, result, recorded_at FROM ledger_entries
        """
    )


def downgrade() -> None:
    op.drop_table("ledger_results")
