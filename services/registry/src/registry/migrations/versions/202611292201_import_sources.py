"""What imports say their files come from."""

import sqlalchemy as sa
from alembic import op

revision = "202611292201"
down_revision = "202611291901"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "import_sources",
        sa.Column("operation_id", sa.Uuid(), nullable=False),
        sa.Column("name_cipher", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("operation_id", name=op.f("pk_import_sources")),
    )
    op.execute("ALTER TABLE import_sources ALTER COLUMN name_cipher SET STATISTICS 0")


def downgrade() -> None:
    op.drop_table("import_sources")
