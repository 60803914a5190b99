"""The school of every saved page, filled from its response."""

import sqlalchemy as sa
from alembic import op

revision = "surveys_0004"
down_revision = "surveys_0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    # nullable, because the image before this one saves pages without it while both run
    op.add_column("response_pages", sa.Column("school_code", sa.Text()), if_not_exists=True)
    # the column's lock is given back first: whoever answers meanwhile waits for no row but the own one
    with op.get_context().autocommit_block():
        op.execute(
            "UPDATE response_pages SET school_code = responses.school_code FROM responses"
            " WHERE responses.id = response_pages.response_id AND response_pages.school_code IS NULL"
        )


def downgrade() -> None:
    op.drop_column("response_pages", "school_code")
