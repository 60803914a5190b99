"""The scan of a self-check report may be deleted once it is past its day; indexes of what is to be emptied then."""

import sqlalchemy as sa
from alembic import op

revision = "202612017001"
down_revision = "202611302701"
branch_labels = None
depends_on = None

_TABLE = "self_check_reports"
_BEFORE = {
    "file": "(state IN ('draft', 'signed')) = (file IS NULL)",
    "scan": "(file IS NULL) = (late IS NULL AND file_sha256 IS NULL AND submitted_at IS NULL)",
}
_AFTER = {
    "file": "(state IN ('draft', 'signed')) = (file IS NULL AND file_deleted_on IS NULL)",
    "scan": "(file IS NULL AND file_deleted_on IS NULL)"
    " = (late IS NULL AND file_sha256 IS NULL AND submitted_at IS NULL)",
    "deleted": "file IS NULL OR file_deleted_on IS NULL",
}
_SEALED = {
    "ledger_entries": ("note_cipher", ["school_code", "cohort", "recorded_at"]),
    "sample_decisions": ("note_cipher", ["sample_id"]),
    "reconciliation_items": ("theirs_cipher", ["reconciliation_id"]),
}


def upgrade() -> None:
    op.add_column(_TABLE, sa.Column("file_deleted_on", sa.Date(), nullable=True))
    _constrain(_BEFORE, _AFTER)
    for table, (sealed, columns) in _SEALED.items():
        op.create_index(f"ix_{table}_sealed", table, columns, postgresql_where=sa.text(f"{sealed} IS NOT NULL"))


def downgrade() -> None:
    for table in _SEALED:
        op.drop_index(f"ix_{table}_sealed", table)
    _constrain(_AFTER, _BEFORE)
    op.drop_column(_TABLE, "file_deleted_on")


def _constrain(before: dict[str, str], after: dict[str, str]) -> None:
    for name in before:
        op.drop_constraint(op.f(f"ck_{_TABLE}_{name}"), _TABLE)
    for name, condition in after.items():
        op.create_check_constraint(op.f(f"ck_{_TABLE}_{name}"), _TABLE, condition)
