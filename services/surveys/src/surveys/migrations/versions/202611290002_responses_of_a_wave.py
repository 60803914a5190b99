"""An index for the responses of one wave, page by page."""

from alembic import op

revision = "surveys_0006"
down_revision = "surveys_0005"
branch_labels = None
depends_on = None

INDEX = "ix_responses_wave_id_id"


def upgrade() -> None:
    with op.get_context().autocommit_block():
        # what an interrupted attempt leaves behind is an index that no query uses
        op.drop_index(INDEX, "responses", if_exists=True, postgresql_concurrently=True)
        op.create_index(INDEX, "responses", ["wave_id", "id"], postgresql_concurrently=True)


def downgrade() -> None:
    op.drop_index(INDEX, "responses")
