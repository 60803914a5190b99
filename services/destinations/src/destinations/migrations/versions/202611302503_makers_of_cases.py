"""Who made a case by disputing is named in it no more once the person is erased: by a function of the owner."""

from alembic import op

revision = "202611302503"
down_revision = "202611302502"
branch_labels = None
depends_on = None

# in this language each statement sees what the acts have written that the one before it has waited for
_ERASE = """
BEGIN
    PERFORM FROM public.cases
      WHERE id IN (SELECT link.case_id FROM public.case_registrations link
                     JOIN public.roster_graduates person USING (graduate_id)
                    WHERE person.graduate_id = ANY(of_graduates) AND person.erased)
        AND made_by_role = 'graduate' ORDER BY id FOR NO KEY UPDATE;

    UPDATE public.case_events event
       SET note_cipher = NULL, by_subject = CASE WHEN event.by_role = 'graduate' THEN '' ELSE event.by_subject END
      FROM public.case_registrations link JOIN public.roster_graduates person USING (graduate_id)
     WHERE person.graduate_id = ANY(of_graduates) AND person.erased AND link.case_id = event.case_id
       AND (event.note_cipher IS NOT NULL OR event.by_role = 'graduate' AND event.by_subject <> '');

    UPDATE public.cases SET made_by = ''
      FROM public.case_registrations link JOIN public.roster_graduates person USING (graduate_id)
     WHERE person.graduate_id = ANY(of_graduates) AND person.erased AND link.case_id = cases.id
       AND cases.made_by_role = 'graduate' AND cases.made_by <> '';
END
"""


def upgrade() -> None:
    op.execute(
        "CREATE FUNCTION erase_cases(of_graduates uuid[]) RETURNS void LANGUAGE plpgsql SECURITY DEFINER"
        f" SET search_path = pg_catalog, pg_temp AS $body$ {_ERASE} $body$"
    )


def downgrade() -> None:
    op.execute("DROP FUNCTION erase_cases(uuid[])")
