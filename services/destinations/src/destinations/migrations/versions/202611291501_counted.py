"""Whether the population has a graduate, as the event says; rows of the release before go by the status."""

from alembic import op

revision = "202611291501"
down_revision = "202611290601"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("ALTER TABLE roster_graduates ADD COLUMN counted boolean, ADD COLUMN counted_sequence bigint")


def downgrade() -> None:
    op.execute("ALTER TABLE roster_graduates DROP COLUMN counted_sequence, DROP COLUMN counted")
