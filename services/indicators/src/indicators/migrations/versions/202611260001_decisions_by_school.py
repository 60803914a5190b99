"""Decisions by school, for whoever waits until all of a school's decisions count."""

from alembic import op

revision = "202611260001"
down_revision = "202611230001"
branch_labels = None
depends_on = None

INDEX = "ix_destination_versions_school_code_graduate_id"


def upgrade() -> None:
    # The fold writes here all the time, so the index is built beside it. That waits for transactions of others and
    # makes nobody wait: no time limit. What an attempt that was broken off left behind is invalid, and in the way.
    with op.get_context().autocommit_block():
        op.execute("SET lock_timeout = 0")
        op.drop_index(INDEX, "destination_versions", if_exists=True, postgresql_concurrently=True)
        op.create_index(INDEX, "destination_versions", ["school_code", "graduate_id"], postgresql_concurrently=True)
        op.execute("RESET lock_timeout")


def downgrade() -> None:
    op.drop_index(INDEX, "destination_versions")
