"""Rows that registry adds to code lists."""

from common.database.code_entries import create_code_entries, drop_code_entries

revision = "202611290501"
down_revision = "202611290401"
branch_labels = None
depends_on = None


def upgrade() -> None:
    create_code_entries()


def downgrade() -> None:
    drop_code_entries()
