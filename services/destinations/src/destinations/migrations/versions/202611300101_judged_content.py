"""Whose hands made what is judged, the levels that it passes, and what a version left standing.

The release before goes on beside it and fills none of this. What it has stored `fill-registrations` fills.
"""

from alembic import op

revision = "202611300101"
down_revision = "202611300501"
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
_TEXTS = (
    *("employer_name", "employer_uscc", "employer_address", "freelance_kind", "study_school_name", "abroad_country"),
    *("abroad_school_name_zh", "abroad_school_name_en", "abroad_major_zh", "abroad_major_en"),
)
_EMPTY = ", ".join(f"{name} = NULL" for name in _TEXTS)


def _without_own(of: str, registration_id: str) -> str:
    """What the graduate wrote or submitted keeps no subject."""
    own = (
        "SELECT own.by_subject FROM public.registration_versions own"
        f" WHERE own.registration_id = {registration_id} AND own.by_role = 'graduate'"
    )
    return ", ".join(
        f"{name} = CASE WHEN {of}.{name} IN ({own}) THEN NULL ELSE {of}.{name} END"
        for name in ("written_by", "submitted_by")
    )


def _erasing(of_registrations: str, of_versions: str) -> str:
    """The owner's function as the release before has it, and what else it empties of the two tables."""
    return f"""
    CREATE OR REPLACE FUNCTION erase_registrations(of_graduates uuid[]) RETURNS void LANGUAGE plpgsql SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp AS $body$
BEGIN
    INSERT INTO public.destination_streams AS kept (graduate_id, school_code)
    SELECT graduate_id, school_code FROM public.roster_graduates
     WHERE graduate_id = ANY(of_graduates) AND erased ORDER BY graduate_id
    ON CONFLICT (graduate_id) DO UPDATE SET sequence = kept.sequence WHERE false;

    UPDATE public.registrations
       SET {_EMPTY}, line_fingerprint = NULL, line_version = NULL, line_sequence = NULL{of_registrations}
      FROM public.roster_graduates person
     WHERE registrations.graduate_id = ANY(of_graduates) AND person.graduate_id = registrations.graduate_id
       AND person.erased;

    UPDATE public.registration_versions history
       SET {_EMPTY}, note = NULL, by_subject = CASE WHEN by_role = 'graduate' THEN '' ELSE by_subject END{of_versions}
      FROM public.registrations registration, public.roster_graduates person
     WHERE registration.graduate_id = ANY(of_graduates) AND history.registration_id = registration.id
       AND person.graduate_id = registration.graduate_id AND person.erased;
END
$body$
"""


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
    op.execute(
        _erasing(
            f", {_without_own('registrations', 'registrations.id')}",
            f", {_without_own('history', 'history.registration_id')}",
        )
    )


def downgrade() -> None:
    op.execute(_erasing("", ""))
    op.drop_index(INDEX, "registration_versions")
    for table in _TABLES:
        op.drop_constraint(op.f(f"ck_{table}_independent_reviewers"), table)
        for column in reversed(_ADDED[table]):
            op.drop_column(table, column.split()[0])
