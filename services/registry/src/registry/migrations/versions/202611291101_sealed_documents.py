"""Room for data keys, sealed documents, keyed indexes, and the act of the newest version in the roster.

The release before goes on beside it. What it has stored `seal-roster` brings over; then comes the next revision.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import ARRAY

from common.clock import NOW_SQL

revision = "202611291101"
down_revision = "202611291301"
branch_labels = None
depends_on = None

_INDEXES = ("student_number_index", "exam_number_index", "phone_index", "shared_exam_number_index")
_ACT = ("action", "source", "subject", "role")


def upgrade() -> None:
    op.create_table(
        "data_keys",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("school_code", sa.Text(), nullable=True),
        sa.Column("cohort", sa.Integer(), nullable=True),
        sa.Column("wrapped", sa.LargeBinary(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), server_default=sa.text(NOW_SQL), nullable=False),
        sa.CheckConstraint("cohort BETWEEN 1977 AND 2200", name=op.f("ck_data_keys_cohort")),
        sa.ForeignKeyConstraint(["school_code"], ["schools.code"], name=op.f("fk_data_keys_school_code_schools")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_data_keys")),
        sa.CheckConstraint("(school_code IS NULL) = (cohort IS NULL)", name=op.f("ck_data_keys_owner")),
        sa.UniqueConstraint(
            "school_code", "cohort", name=op.f("uq_data_keys_school_code_cohort"), postgresql_nulls_not_distinct=True
        ),
    )
    for name in ("sealed", "sealed_reason", *_INDEXES):
        op.add_column("graduates", sa.Column(name, sa.LargeBinary(), nullable=True))
    for name in _ACT:
        op.add_column("graduates", sa.Column(name, sa.Text(), nullable=True))
    op.add_column("graduates", sa.Column("operation_id", sa.Uuid(), nullable=True))
    changed: sa.Column[list[str]] = sa.Column(
        "changed_fields", ARRAY(sa.Text()), server_default=sa.text("'{}'"), nullable=False
    )
    op.add_column("graduates", changed)
    # the version that the document is of: the release before knows nothing of documents, and leaves them behind
    op.add_column("graduates", sa.Column("sealed_version", sa.Integer(), nullable=True))
    for name in ("sealed", "sealed_reason"):
        op.add_column("graduate_versions", sa.Column(name, sa.LargeBinary(), nullable=True))
    op.add_column("graduate_versions", sa.Column("source", sa.Text(), nullable=True))
    for table in ("graduates", "graduate_versions"):
        for name in ("sealed", "sealed_reason"):
            op.execute(f"ALTER TABLE {table} ALTER COLUMN {name} SET STATISTICS 0")
    # the planner's statistics would keep values after they were emptied
    for table, name in (("data_keys", "wrapped"), ("reveals", "note_cipher")):
        op.execute(f"ALTER TABLE {table} ALTER COLUMN {name} SET STATISTICS 0")


def downgrade() -> None:
    op.execute("ALTER TABLE reveals ALTER COLUMN note_cipher SET STATISTICS -1")
    for name in ("source", "sealed_reason", "sealed"):
        op.drop_column("graduate_versions", name)
    for name in ("sealed_version", "changed_fields", "operation_id", *_ACT, *_INDEXES, "sealed_reason", "sealed"):
        op.drop_column("graduates", name)
    op.drop_table("data_keys")
