"""What the headers of a school's files mean, saved for the imports to come; made beside the release before."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

from common.clock import NOW_SQL

revision = "202611292601"
down_revision = "202611292901"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "import_mappings",
        sa.Column("school_code", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("columns", JSONB(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), server_default=sa.text(NOW_SQL), nullable=False),
        sa.CheckConstraint("length(name) BETWEEN 1 AND 50", name=op.f("ck_import_mappings_name")),
        sa.CheckConstraint("jsonb_typeof(columns) = 'object'", name=op.f("ck_import_mappings_columns")),
        sa.ForeignKeyConstraint(["school_code"], ["schools.code"], name=op.f("fk_import_mappings_school_code_schools")),
        sa.PrimaryKeyConstraint("school_code", "name", name=op.f("pk_import_mappings")),
    )


def downgrade() -> None:
    op.drop_table("import_mappings")
