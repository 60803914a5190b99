"""Steps of migrations: what stands in the cells at fault, encrypted apart from the errors of long work."""

import sqlalchemy as sa
from alembic import op


def seal_error_values() -> None:
    """Room for the values. Errors of work that has ended before keep theirs until they expire, within seven days."""
    op.add_column("operations", sa.Column("error_values_cipher", sa.LargeBinary(), nullable=True))
    op.execute("ALTER TABLE operations ALTER COLUMN error_values_cipher SET STATISTICS 0")


def show_error_values() -> None:
    """Takes back what `seal_error_values` made."""
    op.drop_column("operations", "error_values_cipher")
