"""How graduates were trained, as registry's events say it: some are bound to the unit that they were trained for."""

import sqlalchemy as sa
from alembic import op

revision = "202611300202"
down_revision = "202611300103"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("roster_graduates", sa.Column("training_mode_code", sa.Text(), nullable=True))
    op.add_column("roster_graduates", sa.Column("mode_sequence", sa.BigInteger(), nullable=True))


def downgrade() -> None:
    op.drop_column("roster_graduates", "mode_sequence")
    op.drop_column("roster_graduates", "training_mode_code")
