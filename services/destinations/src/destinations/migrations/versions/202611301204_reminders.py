"""Reminders, of each kind one a day, and their sequence in the streams of graduates."""

import sqlalchemy as sa
from alembic import op

revision = "202611301204"
down_revision = "202611301401"
branch_labels = None
depends_on = None


def upgrade() -> None:
    # with a constant default no row is written
    op.add_column(
        "destination_streams",
        sa.Column("reminder_sequence", sa.BigInteger(), server_default=sa.text("0"), nullable=False),
    )
    op.create_table(
        "reminders",
        sa.Column("id", sa.Uuid(), server_default=sa.text("uuidv7()"), nullable=False),
        sa.Column("school_code", sa.Text(), nullable=False),
        sa.Column("cohort", sa.Integer(), nullable=False),
        sa.Column("graduate_id", sa.Uuid(), nullable=False),
        sa.Column("what", sa.Text(), nullable=False),
        *(sa.Column(name, sa.Date(), nullable=False) for name in ("due_on", "reminded_on")),
        sa.Column("recorded_at", sa.DateTime(timezone=True), server_default=sa.text("quxiang_now()"), nullable=False),
        sa.CheckConstraint(
            "what IN ('registered', 'confirmed', 'corrected', 'evidence')", name=op.f("ck_reminders_what_known")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_reminders")),
        sa.UniqueConstraint(
            "graduate_id", "what", "reminded_on", name=op.f("uq_reminders_graduate_id_what_reminded_on")
        ),
    )
    op.create_index("ix_reminders_school_code_id", "reminders", ["school_code", "id"])
    op.create_table(
        "reminder_rounds",
        sa.Column("school_code", sa.Text(), nullable=False),
        sa.Column("cohort", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), server_default=sa.text("quxiang_now()"), nullable=False),
        sa.PrimaryKeyConstraint("school_code", "cohort", "day", name=op.f("pk_reminder_rounds")),
    )


def downgrade() -> None:
    op.drop_table("reminder_rounds")
    op.drop_table("reminders")
    op.drop_column("destination_streams", "reminder_sequence")
