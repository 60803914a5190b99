"""Tables that every service has."""

from common.database.common_tables import create_first, drop_first

revision = "surveys_0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    create_first()


def downgrade() -> None:
    drop_first()
