"""An index of what waits for review, the oldest first."""

import sqlalchemy as sa
from alembic import op

revision = "202611300304"
down_revision = "202611300401"
branch_labels = None
depends_on = None

INDEX = "ix_registrations_in_review"


def upgrade() -> None:
    # beside writes: one that was broken off is made anew
    with op.get_context().autocommit_block():
        op.execute("SET lock_timeout = 0")
        op.drop_index(INDEX, "registrations", if_exists=True, postgresql_concurrently=True)
        op.create_index(
            INDEX,
            "registrations",
            ["school_code", "recorded_at", "id"],
            postgresql_concurrently=True,
            postgresql_where=sa.text(
                "stage IN ('submitted', 'counsellor_approved', 'college_approved', 'void_at_college', 'void_at_school')"
            ),
        )
        op.execute("RESET lock_timeout")


def downgrade() -> None:
    op.drop_index(INDEX, "registrations")
