"""Long work, its files, and requests that were answered: from here on people write to this service."""

from alembic import op

from common.database.clock import create_clock
from common.database.common_tables import (
    create_idempotency_keys,
    create_operation_chunks,
    create_operations,
    create_upload_chunks,
    let_operations_be_cancelled,
)
from common.database.error_values import seal_error_values
from common.database.operation_files import let_operations_make_files, let_operations_make_no_files

revision = "202612013001"
down_revision = "202612012001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    create_idempotency_keys()
    create_operations()
    create_operation_chunks()
    create_upload_chunks()
    let_operations_be_cancelled()
    seal_error_values()
    let_operations_make_files()
    # these steps are older than the one clock
    create_clock()


def downgrade() -> None:
    let_operations_make_no_files()
    for table in ("upload_chunks", "operation_chunks", "operations", "idempotency_keys"):
        op.drop_table(table)
