"""What stands in the cells at fault, encrypted apart from the errors of long work."""

from common.database.error_values import seal_error_values, show_error_values

revision = "surveys_0011"
down_revision = "surveys_0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    seal_error_values()


def downgrade() -> None:
    show_error_values()
