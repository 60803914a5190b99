"""Reports of what a publication shows."""

import sqlalchemy as sa
from alembic import op

revision = "202612015201"
down_revision = "202612017901"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("reports", sa.Column("publication_id", sa.Uuid(), nullable=True))
    op.create_foreign_key(
        op.f("fk_reports_publication_id_publications"), "reports", "publications", ["publication_id"], ["id"]
    )


def downgrade() -> None:
    op.drop_constraint(op.f("fk_reports_publication_id_publications"), "reports")
    op.drop_column("reports", "publication_id")
