"""Whether the population has a graduate, as the event says; rows of the release before go by the status."""

from alembic import op

revision = "surveys_0010"
down_revision = "surveys_0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("ALTER TABLE graduates ADD COLUMN counted boolean, ADD COLUMN counted_sequence bigint")


def downgrade() -> None:
    op.execute("ALTER TABLE graduates DROP COLUMN counted_sequence, DROP COLUMN counted")
