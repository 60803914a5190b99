"""Tables that every service has."""

from common.database.clock import create_clock, drop_clock
from common.database.common_tables import create_first, drop_first, let_operations_be_cancelled
from common.database.error_values import seal_error_values
from common.database.restore_fence import fence_outbox, unfence_outbox

revision = "202612010001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    create_first()
    create_clock()
    let_operations_be_cancelled()
    seal_error_values()
    fence_outbox()


def downgrade() -> None:
    unfence_outbox()
    drop_clock()
    drop_first()
