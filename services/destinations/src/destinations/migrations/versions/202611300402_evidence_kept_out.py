"""What is past its day loses its texts, also where no file was kept; the planner keeps nothing of what is emptied."""

import sqlalchemy as sa
from alembic import op

revision = "202611300402"
down_revision = "202611300202"
branch_labels = None
depends_on = None

_INDEX = "ix_evidence_kept"
_WITH_FILE = "name IS NOT NULL"
_WITH_ANY = "(name IS NOT NULL OR title_cipher IS NOT NULL)"
_EMPTIED = (
    ("evidence", "uploaded_by"),
    ("registration_versions", "by_subject"),
    ("season_extensions", "reason_cipher"),
)


def upgrade() -> None:
    _keep(_WITH_FILE, _WITH_ANY)
    for table, column in _EMPTIED:
        op.execute(f"ALTER TABLE {table} ALTER COLUMN {column} SET STATISTICS 0")


def downgrade() -> None:
    for table, column in _EMPTIED:
        op.execute(f"ALTER TABLE {table} ALTER COLUMN {column} SET STATISTICS -1")
    _keep(_WITH_ANY, _WITH_FILE)


def _keep(before: str, after: str) -> None:
    """Lets the owner's function, as it stands, and its index look at other pieces."""
    op.drop_index(_INDEX, "evidence")
    op.create_index(_INDEX, "evidence", ["keep_until"], postgresql_where=sa.text(after))
    found = sa.text("SELECT pg_get_functiondef('delete_evidence(uuid[])'::regprocedure)")
    definition: str = op.get_bind().execute(found).scalar_one()
    op.execute(definition.replace(f"AND {before} AND NOT hold", f"AND {after} AND NOT hold"))
