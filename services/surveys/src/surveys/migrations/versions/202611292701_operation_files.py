"""The files that long work makes."""

from common.database.operation_files import let_operations_make_files, let_operations_make_no_files

revision = "surveys_0012"
down_revision = "surveys_0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    let_operations_make_files()


def downgrade() -> None:
    let_operations_make_no_files()
