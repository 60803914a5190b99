"""Defaults that ask the one clock of code and SQL."""

from common.database.clock import create_clock, drop_clock

revision = "202611290001"
down_revision = "202611260002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    create_clock()


def downgrade() -> None:
    drop_clock()
