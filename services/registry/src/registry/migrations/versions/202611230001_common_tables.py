"""Tables that every service has: audit trail, outbox, long work, answered requests."""

from common.database.common_tables import create_first, drop_first

revision = "202611230001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    create_first()


def downgrade() -> None:
    drop_first()
