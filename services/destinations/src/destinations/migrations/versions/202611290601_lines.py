"""Which line of a file left a registration as it stands, so that the same line again is recognised."""

import sqlalchemy as sa
from alembic import op

revision = "202611290601"
down_revision = "202611290501"
branch_labels = None
depends_on = None

INDEX = "ix_registrations_line_fingerprint"


def upgrade() -> None:
    op.execute(
        "ALTER TABLE registrations ADD COLUMN IF NOT EXISTS line_fingerprint bytea,"
        " ADD COLUMN IF NOT EXISTS line_version integer, ADD COLUMN IF NOT EXISTS line_sequence bigint"
    )
    # the release before writes beside this, so the index is built beside its writes
    with op.get_context().autocommit_block():
        op.execute("SET lock_timeout = 0")
        op.drop_index(INDEX, "registrations", if_exists=True, postgresql_concurrently=True)
        op.create_index(
            INDEX,
            "registrations",
            ["line_fingerprint"],
            postgresql_where=sa.text("line_fingerprint IS NOT NULL"),
            postgresql_concurrently=True,
        )
        op.execute("RESET lock_timeout")


def downgrade() -> None:
    op.drop_index(INDEX, "registrations")
    for column in ("line_sequence", "line_version", "line_fingerprint"):
        op.drop_column("registrations", column)
