"""Dead letters as rows, and the event that a row of the roster is from."""

import sqlalchemy as sa
from alembic import op

from common.database.common_tables import create_dead_letters, drop_dead_letters

revision = "202611290201"
down_revision = "202611290101"
branch_labels = None
depends_on = None

_ROSTER = ("roster_graduates", "roster_schools")


def upgrade() -> None:
    create_dead_letters()
    for table in _ROSTER:
        op.add_column(table, sa.Column("event_id", sa.Uuid(), nullable=True))
        op.add_column(table, sa.Column("event_sequence", sa.BigInteger(), nullable=True))


def downgrade() -> None:
    for table in _ROSTER:
        op.drop_column(table, "event_sequence")
        op.drop_column(table, "event_id")
    drop_dead_letters()
