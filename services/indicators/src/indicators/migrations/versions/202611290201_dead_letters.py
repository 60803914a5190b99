"""Dead letters as rows, and the event that a unit was last described by."""

import sqlalchemy as sa
from alembic import op

from common.database.common_tables import create_dead_letters, drop_dead_letters

revision = "202611290201"
down_revision = "202611290001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    create_dead_letters()
    op.add_column("units", sa.Column("event_id", sa.Uuid(), nullable=True))
    op.add_column("units", sa.Column("event_sequence", sa.BigInteger(), nullable=True))


def downgrade() -> None:
    op.drop_column("units", "event_sequence")
    op.drop_column("units", "event_id")
    drop_dead_letters()
