"""Links that no long work has made: of who comes with an account before everybody is invited."""

from alembic import op

revision = "202612018301"
down_revision = "202612018401"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.alter_column("invitations", "operation_id", nullable=True)


def downgrade() -> None:
    op.execute("UPDATE invitations SET operation_id = id WHERE operation_id IS NULL")
    op.alter_column("invitations", "operation_id", nullable=False)
