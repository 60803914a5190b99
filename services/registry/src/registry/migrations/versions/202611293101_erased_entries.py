"""Entries of which nothing is left but codes and days, the owner's function that empties one, and erased numbers."""

import sqlalchemy as sa
from alembic import op

revision = "202611293101"
down_revision = "202611292802"
branch_labels = None
depends_on = None

INDEXES = ("student_number_index", "exam_number_index", "name_index", "citizen_id_index", "phone_index")
EMPTIED = (
    *("sealed", "sealed_reason", *INDEXES, "shared_exam_number_index", "line_fingerprint", "person_index"),
    *("self_checked_version", "continues"),
)
OF_LIVING = ("sealed", "student_number_index", "name_index")

_OF_VERSIONS = ("graduates", "graduate_versions")
_MAY_BE_EMPTY = (("corrections", "content_cipher"), ("contact_requests", "asked_cipher"))
_ACTIONS = "'create', 'change', 'withdraw', 'import', 'population_change'"
_ERASED = f"""
    CASE WHEN erased_at IS NULL THEN num_nulls({", ".join(OF_LIVING)}) = 0
         ELSE restricted AND filled = 0 AND checked = 0 AND broken = 0 AND num_nonnulls({", ".join(EMPTIED)}) = 0 END
"""
# after the foreign key has waited for an act that erases
_REFUSE = """
    CREATE FUNCTION refuse_erased() RETURNS trigger LANGUAGE plpgsql AS $body$
    BEGIN
        IF EXISTS (SELECT FROM graduates WHERE id = NEW.graduate_id AND erased_at IS NOT NULL) THEN
            RAISE EXCEPTION 'the entry is erased' USING ERRCODE = 'check_violation', CONSTRAINT = 'refuse_erased';
        END IF;
        RETURN NULL;
    END $body$
"""
_REFUSING = ("photos", "talent_profiles", "corrections", "contact_requests")

_NAMED = "erase_graduate(of_graduate uuid, of_numbers bytea[])"
_ITS_CORRECTIONS = "SELECT id FROM public.corrections WHERE graduate_id = of_graduate"
_ITS_REVEALS = "SELECT occasion_id FROM public.accesses WHERE graduate_id = of_graduate AND kind = 'reveal'"
ERASE = f"""
    INSERT INTO public.erased_numbers (number_hash, school_code, cohort)
    SELECT DISTINCT number_hash, g.school_code, g.cohort FROM public.graduates g, unnest(of_numbers) AS number_hash
     WHERE g.id = of_graduate
    ON CONFLICT DO NOTHING;
    UPDATE public.graduates
       SET {", ".join(f"{name} = NULL" for name in EMPTIED)}, filled = 0, checked = 0, broken = 0,
           restricted = true, erased_at = coalesce(erased_at, public.quxiang_now())
     WHERE id = of_graduate;
    UPDATE public.graduates SET continues = NULL WHERE continues = of_graduate;
    UPDATE public.graduate_versions
       SET sealed = NULL, sealed_reason = NULL, subject = CASE role WHEN 'graduate' THEN '' ELSE subject END
     WHERE graduate_id = of_graduate;
    UPDATE public.corrections
       SET version = version + (state = 'open')::integer, content_cipher = NULL, reason_cipher = NULL,
           decision_reason_cipher = NULL, state = CASE state WHEN 'open' THEN 'withdrawn' ELSE state END,
           requested_by = ''
     WHERE graduate_id = of_graduate;
    DELETE FROM public.talent_profiles WHERE graduate_id = of_graduate;
    UPDATE public.contact_requests
       SET asked_cipher = NULL, shared_cipher = NULL,
           decided_at = CASE state WHEN 'open' THEN public.quxiang_now() ELSE decided_at END,
           state = CASE state WHEN 'open' THEN 'closed' ELSE state END
     WHERE graduate_id = of_graduate;
    UPDATE public.reveals SET note_cipher = NULL WHERE id IN ({_ITS_REVEALS});
    DELETE FROM public.notices WHERE graduate_id = of_graduate;
    UPDATE public.objects SET state = 'dropped', due_at = public.quxiang_now()
     WHERE state = 'kept' AND (name IN (SELECT name FROM public.photos WHERE graduate_id = of_graduate)
        OR name IN (SELECT name FROM public.correction_proofs WHERE correction_id IN ({_ITS_CORRECTIONS})));
    DELETE FROM public.photos WHERE graduate_id = of_graduate;
    DELETE FROM public.correction_proofs WHERE correction_id IN ({_ITS_CORRECTIONS})
"""


def upgrade() -> None:
    # Beside the writes of the release before; a constant default rewrites nothing.
    with op.get_context().autocommit_block():
        op.execute(
            "ALTER TABLE graduates ADD COLUMN IF NOT EXISTS restricted boolean NOT NULL DEFAULT false,"
            " ADD COLUMN IF NOT EXISTS erased_at timestamptz, "
            + ", ".join(f"ALTER COLUMN {name} DROP NOT NULL" for name in OF_LIVING)
        )
        op.execute("ALTER TABLE graduate_versions ALTER COLUMN sealed DROP NOT NULL")
        # who is erased is looked for among the entries that continue another
        op.execute(
            "CREATE INDEX CONCURRENTLY IF NOT EXISTS ix_graduates_continues ON graduates (continues)"
            " WHERE continues IS NOT NULL"
        )
        _restrict("graduates", "erased", _ERASED)
        _restrict("graduate_versions", "erased", "sealed IS NOT NULL OR sealed_reason IS NULL")
        for table in _OF_VERSIONS:
            _restrict(table, "action", f"action IN ({_ACTIONS}, 'erase')")
    op.create_table(
        "erased_numbers",
        sa.Column("number_hash", sa.LargeBinary(), nullable=False),
        sa.Column("school_code", sa.Text(), nullable=False),
        sa.Column("cohort", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("number_hash", "school_code", "cohort", name=op.f("pk_erased_numbers")),
    )
    for table, name in _MAY_BE_EMPTY:
        op.alter_column(table, name, nullable=True)
    op.drop_constraint(op.f("ck_corrections_reason"), "corrections")
    op.create_check_constraint(
        op.f("ck_corrections_texts"), "corrections", "state <> 'open' OR num_nulls(reason_cipher, content_cipher) = 0"
    )
    op.create_check_constraint(
        op.f("ck_contact_requests_asked"), "contact_requests", "state <> 'open' OR asked_cipher IS NOT NULL"
    )
    op.execute(_REFUSE)
    for table in _REFUSING:
        op.execute(
            f"CREATE TRIGGER refuse_erased AFTER INSERT ON {table} FOR EACH ROW EXECUTE FUNCTION refuse_erased()"
        )
    op.execute(
        f"CREATE FUNCTION {_NAMED} RETURNS void LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, pg_temp"
        f" AS $body$ {ERASE} $body$"
    )


def downgrade() -> None:
    """For a roster without erased entries: what they held is gone."""
    op.execute("DROP FUNCTION erase_graduate(uuid, bytea[])")
    for table in _REFUSING:
        op.execute(f"DROP TRIGGER refuse_erased ON {table}")
    op.execute("DROP FUNCTION refuse_erased()")
    op.drop_index("ix_graduates_continues", "graduates")
    for table in _OF_VERSIONS:
        _restrict(table, "action", f"action IN ({_ACTIONS})")
        op.drop_constraint(op.f(f"ck_{table}_erased"), table)
    op.alter_column("graduate_versions", "sealed", nullable=False)
    for name in OF_LIVING:
        op.alter_column("graduates", name, nullable=False)
    for name in ("erased_at", "restricted"):
        op.drop_column("graduates", name)
    op.drop_constraint(op.f("ck_contact_requests_asked"), "contact_requests")
    op.drop_constraint(op.f("ck_corrections_texts"), "corrections")
    op.create_check_constraint(op.f("ck_corrections_reason"), "corrections", "reason_cipher IS NOT NULL")
    for table, name in _MAY_BE_EMPTY:
        op.alter_column(table, name, nullable=False)
    op.drop_table("erased_numbers")


def _restrict(table: str, name: str, condition: str) -> None:
    """Checks what is stored without keeping it from being written."""
    op.execute(
        f"ALTER TABLE {table} DROP CONSTRAINT IF EXISTS ck_{table}_{name},"
        f" ADD CONSTRAINT ck_{table}_{name} CHECK ({condition}) NOT VALID"
    )
    op.execute(f"ALTER TABLE {table} VALIDATE CONSTRAINT ck_{table}_{name}")
