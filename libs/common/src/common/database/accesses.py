"""Migration steps of the accesses (`common.accesses`)."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import ARRAY

from common.clock import NOW_SQL


def create_accesses() -> None:
    """Every reading of clear data about a person."""
    op.create_table(
        "accesses",
        sa.Column("id", sa.Uuid(), server_default=sa.text("uuidv7()"), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), server_default=sa.text(NOW_SQL), nullable=False),
        sa.Column("graduate_id", sa.Uuid(), nullable=False),
        sa.Column("school_code", sa.Text(), nullable=False),
        sa.Column("occasion_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("role", sa.Text(), nullable=False),
        sa.Column("unit", sa.Text(), nullable=True),
        sa.Column("purpose", sa.Text(), nullable=True),
        sa.Column("fields", ARRAY(sa.Text()), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_accesses")),
    )
    op.create_index("ix_accesses_graduate", "accesses", ["graduate_id", "recorded_at", "id"])


def drop_accesses() -> None:
    """Takes back what `create_accesses` made."""
    op.drop_table("accesses")
