"""How far the events of a graduate have come beyond a database that was restored, apart from what its version says."""

import sqlalchemy as sa
from alembic import op

revision = "202611291801"
down_revision = "202611291302"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("graduates", sa.Column("reached_sequence", sa.BigInteger(), nullable=True))
    op.add_column("graduates", sa.Column("reached_day", sa.Date(), nullable=True))


def downgrade() -> None:
    op.execute(
        """
        UPDATE graduates
           SET sequence = greatest(sequence, reached_sequence), decided_on = greatest(decided_on, reached_day)
         WHERE reached_sequence > sequence OR reached_day > decided_on
        """
    )
    op.drop_column("graduates", "reached_day")
    op.drop_column("graduates", "reached_sequence")
