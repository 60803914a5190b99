"""An index for the invitations of one graduate."""

from alembic import op

revision = "202611293301"
down_revision = "surveys_0012"
branch_labels = None
depends_on = None

INDEX = "ix_invitations_graduate_id"


def upgrade() -> None:
    with op.get_context().autocommit_block():
        # what an interrupted attempt leaves behind is an index that no query uses
        op.drop_index(INDEX, "invitations", if_exists=True, postgresql_concurrently=True)
        op.create_index(INDEX, "invitations", ["graduate_id"], postgresql_concurrently=True)


def downgrade() -> None:
    op.drop_index(INDEX, "invitations")
