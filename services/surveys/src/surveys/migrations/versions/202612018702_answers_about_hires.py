"""Of several answers of one link, which one a further token opens."""

import sqlalchemy as sa
from alembic import op

revision = "202612018702"
down_revision = "202612018201"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("access_entries", sa.Column("number", sa.Integer(), nullable=True))
    op.create_unique_constraint(
        op.f("uq_access_entries_invitation_id_number"), "access_entries", ["invitation_id", "number"]
    )


def downgrade() -> None:
    op.drop_constraint(op.f("uq_access_entries_invitation_id_number"), "access_entries")
    op.drop_column("access_entries", "number")
