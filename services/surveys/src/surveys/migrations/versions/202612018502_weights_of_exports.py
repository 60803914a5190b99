"""Weights of a wave in exports of it."""

import sqlalchemy as sa
from alembic import op

revision = "202612018502"
down_revision = "202612018802"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("exports", sa.Column("weighting_id", sa.Uuid(), nullable=True))
    op.create_foreign_key(
        op.f("fk_exports_weighting_id_result_weightings"), "exports", "result_weightings", ["weighting_id"], ["id"]
    )


def downgrade() -> None:
    op.drop_column("exports", "weighting_id")
