"""Tokens that answer like a link for a while."""

import sqlalchemy as sa
from alembic import op

from common.clock import NOW_SQL

revision = "202612018601"
down_revision = "202612018001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "access_entries",
        sa.Column("token_digest", sa.LargeBinary(), nullable=False),
        sa.Column("invitation_id", sa.Uuid(), nullable=False),
        sa.Column("school_code", sa.Text(), nullable=False),
        sa.Column("by_phone", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text(NOW_SQL), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["invitation_id"], ["invitations.id"], name=op.f("fk_access_entries_invitation_id_invitations")
        ),
        sa.PrimaryKeyConstraint("token_digest", name=op.f("pk_access_entries")),
    )
    op.create_index("ix_access_entries_invitation_id", "access_entries", ["invitation_id"])
    op.create_index("ix_access_entries_expires_at", "access_entries", ["expires_at"])


def downgrade() -> None:
    op.drop_table("access_entries")
