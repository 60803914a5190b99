"""Whose hands made what is judged, the levels that it passes, and what a version left standing.

The release before goes on beside it and fills none of this. What it has stored `fill-registrations` fills.
"""

from collections.abc import Mapping

import sqlalchemy as sa
from alembic import op

revision = "202611300101"
down_revision = "202611300303"
branch_labels = None
depends_on = None

INDEX = "ix_registration_versions_school_recorded_at"
_TABLES = ("registrations", "registration_versions")
_BOTH = (
    *("written_by text", "submitted_by text", "reviewed_by_class text", "reviewed_by_college text"),
    *("reviewed_by_school text", "submitted_at timestamptz", "late_reason text"),
)
_ADDED = {
    "registrations": (*_BOTH, "levels text[]"),
    "registration_versions": (
        *("cohort integer", "effective_version integer"),
        *(*_BOTH, "evidence_complete boolean"),
    ),
}
_INDEPENDENT = (
    "reviewed_by_class NOT IN (written_by, submitted_by, reviewed_by_college, reviewed_by_school)"
    " AND reviewed_by_college NOT IN (written_by, submitted_by, reviewed_by_school)"
    " AND reviewed_by_school NOT IN (written_by, submitted_by)"
)


def _without_own(table: str, registration_id: str) -> str:
    """What the graduate wrote or submitted keeps no subject."""
    own = (
        "SELECT own.by_subject FROM public.registration_versions own"
        f" WHERE own.registration_id = {registration_id} AND own.by_role = 'graduate'"
    )
    return "".join(
        f", {name} = CASE WHEN {table}.{name} IN ({own}) THEN NULL ELSE {table}.{name} END"
        for name in ("written_by", "submitted_by")
    )


_OF_NEWEST = "line_sequence = NULL"
_OF_HISTORY = "by_subject = CASE WHEN by_role = 'graduate' THEN '' ELSE by_subject END"
_EMPTIED = {
    _OF_NEWEST: f"{_OF_NEWEST}{_without_own('registrations', 'registrations.id')}",
    _OF_HISTORY: f"{_OF_HISTORY}{_without_own('history', 'history.registration_id')}",
}


def upgrade() -> None:
    # beside the writes of the release before: what is stored is empty in all of these, so that checking takes a look
    with op.get_context().autocommit_block():
        for table in _TABLES:
            added = ", ".join(f"ADD COLUMN IF NOT EXISTS {column}" for column in _ADDED[table])
            check = f"ck_{table}_independent_reviewers"
            op.execute(
                f"ALTER TABLE {table} {added}, DROP CONSTRAINT IF EXISTS {check},"
                f" ADD CONSTRAINT {check} CHECK ({_INDEPENDENT}) NOT VALID"
            )
            op.execute(f"ALTER TABLE {table} VALIDATE CONSTRAINT {check}")
            # the planner's statistics would keep subjects of graduates after they are emptied
            for name in ("written_by", "submitted_by"):
                op.execute(f"ALTER TABLE {table} ALTER COLUMN {name} SET STATISTICS 0")
        op.execute("SET lock_timeout = 0")
        op.drop_index(INDEX, "registration_versions", if_exists=True, postgresql_concurrently=True)
        op.create_index(INDEX, "registration_versions", ["school_code", "recorded_at"], postgresql_concurrently=True)
        op.execute("RESET lock_timeout")
    _replace(_EMPTIED)


def downgrade() -> None:
    _replace({by: emptied for emptied, by in _EMPTIED.items()})
    op.drop_index(INDEX, "registration_versions")
    for table in _TABLES:
        op.drop_constraint(op.f(f"ck_{table}_independent_reviewers"), table)
        for column in reversed(_ADDED[table]):
            op.drop_column(table, column.split()[0])


def _replace(parts: Mapping[str, str]) -> None:
    """Lets the owner's function that erases, as it stands, empty something else."""
    found = sa.text("SELECT pg_get_functiondef('erase_registrations(uuid[])'::regprocedure)")
    definition: str = op.get_bind().execute(found).scalar_one()
    for emptied, by in parts.items():
        definition = definition.replace(emptied, by)
    op.execute(definition)
