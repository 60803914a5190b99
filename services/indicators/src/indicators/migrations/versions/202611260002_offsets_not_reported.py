"""Progress without offsets: nobody reads them, and the broker keeps them anyway."""

import sqlalchemy as sa
from alembic import op

revision = "202611260002"
down_revision = "202611260001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    # the image before this one still writes the column, so it stays until that one is gone
    op.alter_column("applied_partitions", "next_offset", existing_type=sa.BigInteger(), nullable=True)


def downgrade() -> None:
    op.execute("UPDATE applied_partitions SET next_offset = 0 WHERE next_offset IS NULL")
    op.alter_column("applied_partitions", "next_offset", existing_type=sa.BigInteger(), nullable=False)
