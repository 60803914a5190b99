"""The owner's function that fills what versions of the release before do not say, one part after the other.

`fill-registrations` calls it, beside that release, too: what is written meanwhile it fills when it is called again.
"""

from alembic import op

revision = "202611300102"
down_revision = "202611300304"
branch_labels = None
depends_on = None

_NAMED = "fill_registrations(behind uuid, part integer)"
_HANDS = ("written_by", "submitted_by", "reviewed_by_class", "reviewed_by_college", "reviewed_by_school")
_SET_HANDS = ", ".join(f"{name} = hands[{place}]" for place, name in enumerate(_HANDS, 1))

# Who reviewed what was their own, as the release before let them, is told by the history alone: no column may hold it.
_BODY = f"""
DECLARE
    found record;
    said record;
    place integer;
    hands text[];
    effective_hands text[];
    effective integer;
    submitted timestamptz;
    last uuid;
BEGIN
    FOR found IN
        SELECT registration.id, registration.cohort
          FROM public.registrations registration
          JOIN public.destination_streams stream ON stream.graduate_id = registration.graduate_id
         WHERE (behind IS NULL OR registration.id > behind)
           AND EXISTS (SELECT 1 FROM public.registration_versions unfilled
                        WHERE unfilled.registration_id = registration.id AND unfilled.cohort IS NULL)
         ORDER BY registration.id LIMIT part
           -- what a writer holds is passed over until the next round
           FOR UPDATE OF stream SKIP LOCKED
    LOOP
        last := found.id;
        hands := array_fill(NULL::text, ARRAY[5]);
        effective_hands := hands;
        effective := NULL;
        submitted := NULL;
        FOR said IN
            SELECT version, action, state, by_role, nullif(by_subject, '') AS subject, recorded_at
              FROM public.registration_versions WHERE registration_id = found.id ORDER BY version
        LOOP
            place := CASE said.action WHEN 'counsellor-approve' THEN 3 WHEN 'college-approve' THEN 4
                                      WHEN 'school-approve' THEN 5 WHEN 'void' THEN 5 END;
            IF said.action IN ('create', 'edit') THEN
                hands := ARRAY[said.subject, NULL, NULL, NULL, NULL];
            ELSIF said.action = 'import' THEN
                hands := ARRAY[said.subject, said.subject, NULL, NULL, NULL];
            ELSIF said.action = 'submit' THEN
                hands := ARRAY[hands[1], said.subject, NULL, NULL, NULL];
            ELSIF said.action = 'request-void' AND said.by_role = 'college_officer' THEN
                hands := ARRAY[NULL, NULL, NULL, said.subject, NULL];
            ELSIF said.action = 'request-void' THEN
                hands := ARRAY[NULL, said.subject, NULL, NULL, NULL];
            ELSIF said.action = 'return' AND said.state = 'school_approved' THEN
                hands := effective_hands;
            ELSIF place IS NOT NULL AND array_position(hands, said.subject) IS NULL THEN
                hands[place] := said.subject;
            END IF;
            IF said.action IN ('submit', 'import') THEN
                submitted := said.recorded_at;
            END IF;
            IF said.action = 'void' THEN
                effective := NULL;
            ELSIF said.action IN ('edit', 'import', 'school-approve') AND said.state = 'school_approved' THEN
                effective := said.version;
                effective_hands := hands;
            END IF;
            UPDATE public.registration_versions
               SET cohort = found.cohort, effective_version = effective, submitted_at = submitted, {_SET_HANDS}
             WHERE registration_id = found.id AND version = said.version;
        END LOOP;
        UPDATE public.registrations SET submitted_at = submitted, {_SET_HANDS} WHERE id = found.id;
    END LOOP;
    RETURN last;
END
"""


def upgrade() -> None:
    op.execute(
        f"CREATE FUNCTION {_NAMED} RETURNS uuid LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp"
        f" AS $body$ {_BODY} $body$"
    )
    # the owner's alone: the application writes no history anew
    op.execute("REVOKE ALL ON FUNCTION fill_registrations(uuid, integer) FROM PUBLIC")


def downgrade() -> None:
    op.execute("DROP FUNCTION fill_registrations(uuid, integer)")
