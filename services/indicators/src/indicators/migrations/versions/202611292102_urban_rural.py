"""Whether a graduate is from town or country (城乡生源), as events say it; earlier rows say nothing."""

import sqlalchemy as sa
from alembic import op

revision = "202611292102"
down_revision = "202611291501"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("roster_versions", sa.Column("urban_rural", sa.Text(), nullable=True))


def downgrade() -> None:
    op.drop_column("roster_versions", "urban_rural")
