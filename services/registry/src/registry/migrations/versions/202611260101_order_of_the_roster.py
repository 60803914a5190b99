"""The roster in the order of its list, which is by id within a cohort: a cursor holds nothing personal."""

from alembic import op

revision = "202611260101"
down_revision = "202611230002"
branch_labels = None
depends_on = None

INDEX = "ix_graduates_order"


def upgrade() -> None:
    # Imports write here, so the index is built beside them. That waits for transactions of others and makes nobody
    # wait: no time limit. What an attempt that was broken off left behind is invalid, and in the way.
    with op.get_context().autocommit_block():
        op.execute("SET lock_timeout = 0")
        op.drop_index(INDEX, "graduates", if_exists=True, postgresql_concurrently=True)
        op.create_index(INDEX, "graduates", ["school_code", "cohort", "id"], postgresql_concurrently=True)
        op.execute("RESET lock_timeout")


def downgrade() -> None:
    op.drop_index(INDEX, "graduates")
