"""Which editions a publication is of, and what it shows of them."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "202612017901"
down_revision = "202612017801"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("publication_contents", sa.Column("tracked", JSONB(), nullable=True))


def downgrade() -> None:
    op.drop_column("publication_contents", "tracked")
