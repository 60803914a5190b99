"""A new entry names the earlier one of its person, who was extended or came from another school."""

import sqlalchemy as sa
from alembic import op

revision = "202611292301"
down_revision = "202611292201"
branch_labels = None
depends_on = None

INDEXES = {
    "ix_graduates_continued_citizen_id": ["citizen_id_index"],
    "ix_graduates_continued_student_number": ["school_code", "student_number_index"],
}


def upgrade() -> None:
    op.execute("ALTER TABLE graduates ADD COLUMN IF NOT EXISTS continues uuid")
    op.execute(
        "ALTER TABLE graduates DROP CONSTRAINT IF EXISTS ck_graduates_continues,"
        " ADD CONSTRAINT ck_graduates_continues CHECK (continues <> id) NOT VALID"
    )
    # Beside writes of the release before, which name none.
    with op.get_context().autocommit_block():
        op.execute("SET lock_timeout = 0")
        op.execute("ALTER TABLE graduates VALIDATE CONSTRAINT ck_graduates_continues")
        for name, columns in INDEXES.items():
            op.drop_index(name, "graduates", if_exists=True, postgresql_concurrently=True)
            op.create_index(
                name,
                "graduates",
                columns,
                postgresql_where=sa.text("status IN ('extended', 'transferred')"),
                postgresql_concurrently=True,
            )
        op.execute("RESET lock_timeout")


def downgrade() -> None:
    for name in INDEXES:
        op.drop_index(name, "graduates")
    op.drop_constraint("ck_graduates_continues", "graduates")
    op.drop_column("graduates", "continues")
