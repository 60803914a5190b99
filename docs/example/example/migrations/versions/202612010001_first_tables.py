"""Tables that every service has."""

from common.database.clock import create_clock, drop_clock
from common.database.common_tables import create_first, drop_first, let_operations_be_cancelled

revision = "202612010001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    create_first()
    create_clock()
    let_operations_be_cancelled()


def downgrade() -> None:
    drop_clock()
    drop_first()
