"""Whether the population has a graduate, as the event says; versions of the release before go by the status."""

import sqlalchemy as sa
from alembic import op

revision = "202611291501"
down_revision = "202611290601"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("roster_versions", sa.Column("counted", sa.Boolean(), nullable=True))


def downgrade() -> None:
    op.drop_column("roster_versions", "counted")
