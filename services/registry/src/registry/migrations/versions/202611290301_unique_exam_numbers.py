"""An examinee number is of one graduate of a school and cohort; entries that share one by now may keep it."""

import sqlalchemy as sa
from alembic import op

revision = "202611290301"
down_revision = "202611290101"
branch_labels = None
depends_on = None

INDEX = "uq_graduates_exam_number"

# All but one of those that share a number: a further one is refused, and so is any other number that is taken.
_EXEMPT = """
    UPDATE graduates SET shared_exam_number = graduates.exam_number
      FROM (SELECT id, row_number() OVER (PARTITION BY school_code, cohort, exam_number ORDER BY id) AS place
              FROM graduates WHERE exam_number IS NOT NULL) AS numbered
     WHERE numbered.id = graduates.id AND numbered.place > 1
       AND graduates.shared_exam_number IS DISTINCT FROM graduates.exam_number
"""


def upgrade() -> None:
    op.execute("ALTER TABLE graduates ADD COLUMN IF NOT EXISTS shared_exam_number text")
    # The release before writes beside this, so the index is built beside its writes. If it brings one more shared
    # number in this moment, the index fails and the column stays: run the migration again.
    with op.get_context().autocommit_block():
        op.execute("SET lock_timeout = 0")
        op.drop_index(INDEX, "graduates", if_exists=True, postgresql_concurrently=True)
        op.execute(_EXEMPT)
        op.create_index(
            INDEX,
            "graduates",
            ["school_code", "cohort", "exam_number"],
            unique=True,
            postgresql_where=sa.text("exam_number IS DISTINCT FROM shared_exam_number"),
            postgresql_concurrently=True,
        )
        op.execute("RESET lock_timeout")


def downgrade() -> None:
    op.drop_index(INDEX, "graduates")
    op.drop_column("graduates", "shared_exam_number")
