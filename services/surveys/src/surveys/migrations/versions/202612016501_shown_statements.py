"""Which privacy statement the holder of a link was shown, the only one that can be agreed to."""

import sqlalchemy as sa
from alembic import op

revision = "202612016501"
down_revision = "202612016106"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("responses", sa.Column("shown_statement_id", sa.Uuid(), nullable=True))
    op.add_column("responses", sa.Column("shown_statement_version", sa.Integer(), nullable=True))


def downgrade() -> None:
    op.drop_column("responses", "shown_statement_version")
    op.drop_column("responses", "shown_statement_id")
