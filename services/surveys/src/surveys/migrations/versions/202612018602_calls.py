"""Calls to who has not answered."""

import sqlalchemy as sa
from alembic import op

from common.clock import NOW_SQL

revision = "202612018602"
down_revision = "202612018101"
branch_labels = None
depends_on = None

_OUTCOMES = (
    "'completed', 'partial', 'callback', 'no_answer', 'busy', 'switched_off', 'wrong_number', 'refused', 'not_eligible'"
)


def upgrade() -> None:
    op.create_table(
        "calls",
        sa.Column("id", sa.Uuid(), server_default=sa.text("uuidv7()"), nullable=False),
        sa.Column("version", sa.Integer(), server_default=sa.text("1"), nullable=False),
        sa.Column("wave_id", sa.Uuid(), nullable=False),
        sa.Column("graduate_id", sa.Uuid(), nullable=False),
        sa.Column("school_code", sa.Text(), nullable=False),
        sa.Column("attempt", sa.Integer(), nullable=False),
        sa.Column("band", sa.Integer(), nullable=False),
        sa.Column("claimed_at", sa.DateTime(timezone=True), server_default=sa.text(NOW_SQL), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("outcome", sa.Text(), nullable=True),
        sa.Column("callback_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("attempt BETWEEN 1 AND 5", name=op.f("ck_calls_attempts_allowed")),
        sa.CheckConstraint("band BETWEEN 1 AND 3", name=op.f("ck_calls_band_known")),
        sa.CheckConstraint(f"outcome IN ({_OUTCOMES})", name=op.f("ck_calls_outcome_known")),
        sa.CheckConstraint("callback_at IS NULL OR outcome = 'callback'", name=op.f("ck_calls_callback_has_outcome")),
        sa.ForeignKeyConstraint(["wave_id"], ["waves.id"], name=op.f("fk_calls_wave_id_waves")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_calls")),
        sa.UniqueConstraint("wave_id", "graduate_id", "attempt", name=op.f("uq_calls_wave_id_graduate_id_attempt")),
    )
    op.create_index("ix_calls_graduate_id", "calls", ["graduate_id"])


def downgrade() -> None:
    op.drop_table("calls")
