"""Marks majors of before whose own code is one of the national catalogues: the worker takes it, and announces it."""

from alembic import op

revision = "202612015403"
down_revision = "202612015401"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute(
        """
        UPDATE majors SET national_code_source = 'major_code'
         WHERE national_code IS NULL AND national_code_source IS NULL
           AND upper(code) ~ '^(0[1-9]|1[0-4]|[2-7][1-9]|[3567]0)[0-9]{4}(T|K|TK)?$'
        """
    )


def downgrade() -> None:
    op.execute(
        "UPDATE majors SET national_code_source = NULL"
        " WHERE national_code IS NULL AND national_code_source = 'major_code'"
    )
