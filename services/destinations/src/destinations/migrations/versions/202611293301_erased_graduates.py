"""Who is erased, and a function that empties the registrations of such graduates and their history."""

import sqlalchemy as sa
from alembic import op

revision = "202611293301"
down_revision = "202611292701"
branch_labels = None
depends_on = None

_TEXTS = (
    *("employer_name", "employer_uscc", "employer_address", "freelance_kind", "study_school_name", "abroad_country"),
    *("abroad_school_name_zh", "abroad_school_name_en", "abroad_major_zh", "abroad_major_en"),
)
_OF_TEXTS = (("registrations", _TEXTS), ("registration_versions", (*_TEXTS, "note")))
_EMPTY = ", ".join(f"{name} = NULL" for name in _TEXTS)

# in this language each statement sees what the acts have written that the first one has waited for
_BODY = f"""
BEGIN
    INSERT INTO public.destination_streams AS kept (graduate_id, school_code)
    SELECT graduate_id, school_code FROM public.roster_graduates
     WHERE graduate_id = ANY(of_graduates) AND erased ORDER BY graduate_id
    ON CONFLICT (graduate_id) DO UPDATE SET sequence = kept.sequence WHERE false;

    UPDATE public.registrations
       SET {_EMPTY}, line_fingerprint = NULL, line_version = NULL, line_sequence = NULL
      FROM public.roster_graduates person
     WHERE registrations.graduate_id = ANY(of_graduates) AND person.graduate_id = registrations.graduate_id
       AND person.erased;

    UPDATE public.registration_versions history
       SET {_EMPTY}, note = NULL, by_subject = CASE WHEN by_role = 'graduate' THEN '' ELSE by_subject END
      FROM public.registrations registration, public.roster_graduates person
     WHERE registration.graduate_id = ANY(of_graduates) AND history.registration_id = registration.id
       AND person.graduate_id = registration.graduate_id AND person.erased;
END
"""


def upgrade() -> None:
    # the planner's statistics would keep texts after they are emptied
    for table, names in _OF_TEXTS:
        op.execute(f"ALTER TABLE {table} {', '.join(f'ALTER COLUMN {name} SET STATISTICS 0' for name in names)}")
    op.add_column("roster_graduates", sa.Column("erased", sa.Boolean(), nullable=False, server_default=sa.false()))
    op.execute(
        "CREATE FUNCTION erase_registrations(of_graduates uuid[]) RETURNS void LANGUAGE plpgsql SECURITY DEFINER"
        f" SET search_path = pg_catalog, pg_temp AS $body$ {_BODY} $body$"
    )


def downgrade() -> None:
    op.execute("DROP FUNCTION erase_registrations(uuid[])")
    op.drop_column("roster_graduates", "erased")
    for table, names in _OF_TEXTS:
        op.execute(f"ALTER TABLE {table} {', '.join(f'ALTER COLUMN {name} SET STATISTICS -1' for name in names)}")
