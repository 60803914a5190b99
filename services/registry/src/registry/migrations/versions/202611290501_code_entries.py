"""Rows that administrators add to code lists, with their versions and streams."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

from common.database.common_tables import create_versioned, drop_versioned

revision = "202611290501"
down_revision = "202611290401"
branch_labels = None
depends_on = None


def upgrade() -> None:
    create_versioned(
        "code_entries",
        sa.Column("code_list", sa.Text(), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("label_zh", sa.Text(), nullable=False),
        sa.Column("label_en", sa.Text(), nullable=True),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("valid_to", sa.Date(), nullable=True),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("verified", sa.Boolean(), nullable=False),
        sa.Column("attributes", JSONB(), nullable=False),
        stream_key="code_list",
    )
    op.create_check_constraint(op.f("ck_code_entries_period"), "code_entries", "valid_to >= valid_from")
    op.create_unique_constraint(
        op.f("uq_code_entries_code_list_code_valid_from"), "code_entries", ["code_list", "code", "valid_from"]
    )


def downgrade() -> None:
    drop_versioned("code_entries")
