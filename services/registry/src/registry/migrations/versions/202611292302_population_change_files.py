"""What people wrote about the population change that a file asks for."""

import sqlalchemy as sa
from alembic import op

revision = "202611292302"
down_revision = "202611292601"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "population_change_files",
        sa.Column("operation_id", sa.Uuid(), nullable=False),
        sa.Column("reason_cipher", sa.LargeBinary(), nullable=False),
        sa.Column("document_number_cipher", sa.LargeBinary(), nullable=True),
        sa.PrimaryKeyConstraint("operation_id", name=op.f("pk_population_change_files")),
    )
    # the planner's statistics would keep ciphertexts after they are emptied
    for column in ("reason_cipher", "document_number_cipher"):
        op.execute(f"ALTER TABLE population_change_files ALTER COLUMN {column} SET STATISTICS 0")


def downgrade() -> None:
    op.drop_table("population_change_files")
