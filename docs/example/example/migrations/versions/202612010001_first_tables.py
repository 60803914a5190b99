"""Tables that every service has."""

from common.database.clock import create_clock, drop_clock
from common.database.common_tables import create_first, drop_first, let_operations_be_cancelled
from common.database.error_values import seal_error_values
from common.database.operation_files import let_operations_make_files, let_operations_make_no_files
from common.database.restore_fence import fence_outbox, mark_topics, unfence_outbox, unmark_topics

revision = "202612010001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    create_first()
    create_clock()
    let_operations_be_cancelled()
    seal_error_values()
    let_operations_make_files()
    fence_outbox()
    mark_topics()


def downgrade() -> None:
    unmark_topics()
    unfence_outbox()
    let_operations_make_no_files()
    drop_clock()
    drop_first()
