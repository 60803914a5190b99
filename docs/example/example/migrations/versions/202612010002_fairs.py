"""Fairs with their versions and streams."""

import sqlalchemy as sa

from common.database.common_tables import create_versioned, drop_versioned

revision = "202612010002"
down_revision = "202612010001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    create_versioned(
        "fairs",
        sa.Column("school_code", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("held_on", sa.Date(), nullable=False),
        sa.Column("places", sa.Integer(), nullable=False),
    )


def downgrade() -> None:
    drop_versioned("fairs")
