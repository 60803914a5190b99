"""Steps of migrations: the files that long work makes."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB


def let_operations_make_files() -> None:
    """Room for such a file in parts, each encrypted, and for what is known of it."""
    op.add_column("operations", sa.Column("file", JSONB(), nullable=True))
    op.create_table(
        "operation_file_parts",
        sa.Column("file_id", sa.Uuid(), nullable=False),
        sa.Column("index", sa.Integer(), nullable=False),
        sa.Column("operation_id", sa.Uuid(), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(
            ["operation_id"],
            ["operations.id"],
            name=op.f("fk_operation_file_parts_operation_id_operations"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("file_id", "index", name=op.f("pk_operation_file_parts")),
    )
    op.create_index("ix_operation_file_parts_operation_id", "operation_file_parts", ["operation_id"], unique=False)
    # the planner's statistics would keep ciphertexts after they are deleted
    op.execute("ALTER TABLE operation_file_parts ALTER COLUMN sealed SET STATISTICS 0")


def let_operations_make_no_files() -> None:
    """Takes back what `let_operations_make_files` made."""
    op.drop_table("operation_file_parts")
    op.drop_column("operations", "file")
