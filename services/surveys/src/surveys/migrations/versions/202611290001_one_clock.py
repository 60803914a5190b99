"""Defaults that ask the one clock of code and SQL."""

from common.database.clock import create_clock, drop_clock

revision = "surveys_0005"
down_revision = "surveys_0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    create_clock()


def downgrade() -> None:
    drop_clock()
