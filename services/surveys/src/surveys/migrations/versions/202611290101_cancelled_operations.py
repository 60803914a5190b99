"""Long work that was asked to end before its next part, and did."""

from common.database.common_tables import let_no_operation_be_cancelled, let_operations_be_cancelled

revision = "surveys_0007"
down_revision = "surveys_0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    let_operations_be_cancelled()


def downgrade() -> None:
    let_no_operation_be_cancelled()
