"""Steps of migrations: rows that registry adds to code lists, as a service keeps them that consumes its events."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB


def create_code_entries() -> None:
    """What was said last of each added row."""
    op.create_table(
        "code_entries",
        sa.Column("code_list", sa.Text(), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("valid_to", sa.Date(), nullable=True),
        sa.Column("label_zh", sa.Text(), nullable=False),
        sa.Column("label_en", sa.Text(), nullable=True),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("verified", sa.Boolean(), nullable=False),
        sa.Column("attributes", JSONB(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("sequence", sa.BigInteger(), nullable=False),
        sa.Column("event_id", sa.Uuid(), nullable=True),
        sa.Column("event_sequence", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("code_list", "code", "valid_from", name=op.f("pk_code_entries")),
    )


def drop_code_entries() -> None:
    """Takes back what `create_code_entries` made."""
    op.drop_table("code_entries")
