"""Data keys that are destroyed when the retention of their roster has ended; notices by their day."""

import sqlalchemy as sa
from alembic import op

revision = "202611293501"
down_revision = "202611293101"
branch_labels = None
depends_on = None

INDEX = "ix_notices_recorded_at"


def upgrade() -> None:
    op.add_column("data_keys", sa.Column("destroyed_at", sa.DateTime(timezone=True), nullable=True))
    op.alter_column("data_keys", "wrapped", nullable=True)
    op.create_check_constraint(
        op.f("ck_data_keys_destroyed"), "data_keys", "(wrapped IS NULL) = (destroyed_at IS NOT NULL)"
    )
    op.create_check_constraint(
        op.f("ck_data_keys_of_service"), "data_keys", "school_code IS NOT NULL OR wrapped IS NOT NULL"
    )
    with op.get_context().autocommit_block():
        op.execute("SET lock_timeout = 0")
        op.drop_index(INDEX, "notices", if_exists=True, postgresql_concurrently=True)
        op.create_index(INDEX, "notices", ["recorded_at"], postgresql_using="brin", postgresql_concurrently=True)
        op.execute("RESET lock_timeout")


def downgrade() -> None:
    """For a database of which no key was destroyed."""
    op.drop_index(INDEX, "notices")
    op.drop_constraint(op.f("ck_data_keys_of_service"), "data_keys")
    op.drop_constraint(op.f("ck_data_keys_destroyed"), "data_keys")
    op.alter_column("data_keys", "wrapped", nullable=False)
    op.drop_column("data_keys", "destroyed_at")
