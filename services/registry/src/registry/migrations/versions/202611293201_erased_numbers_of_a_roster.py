"""Whether a roster has erased numbers, which every writer of numbers asks, without a look at those of others."""

from alembic import op

revision = "202611293201"
down_revision = "202611293401"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index("ix_erased_numbers_school_code_cohort", "erased_numbers", ["school_code", "cohort"])


def downgrade() -> None:
    op.drop_index("ix_erased_numbers_school_code_cohort", "erased_numbers")
