"""Facts from outside data, and the functions of the owner that alone change or delete one."""

import sqlalchemy as sa
from alembic import op

from common.clock import NOW_SQL

revision = "202611301502"
down_revision = "202611301301"
branch_labels = None
depends_on = None

# the roster says so before this is called, and the graduates' streams are locked
_ERASE = """
    UPDATE public.facts fact SET values_cipher = NULL
      FROM public.roster_graduates person
     WHERE fact.graduate_id = ANY(of_graduates) AND person.graduate_id = fact.graduate_id AND person.erased
"""
# an erasure that holds one is not waited for: it empties it
_RESEAL = """
    WITH free AS (
        SELECT fact.id, fact.version, given.new_values
          FROM public.facts fact
          JOIN unnest(of_facts, of_versions, old_values, new_values) AS given (id, version, old_values, new_values)
               USING (id, version)
         WHERE fact.values_cipher = given.old_values AND given.new_values IS NOT NULL
           FOR UPDATE OF fact SKIP LOCKED
    )
    UPDATE public.facts fact SET values_cipher = free.new_values
      FROM free WHERE fact.id = free.id AND fact.version = free.version
"""
_PAST = """
    SELECT fact.id, fact.version, kept.until
      FROM public.facts fact
      LEFT JOIN public.seasons season USING (school_code, cohort)
     CROSS JOIN LATERAL (
        SELECT (coalesce(season.closes_on, make_date(fact.cohort, 12, 31)) + interval '3 years')::date AS until
     ) AS kept
     WHERE kept.until < (public.quxiang_now() AT TIME ZONE 'Asia/Shanghai')::date
"""
_DELETE = """
    WITH due AS (SELECT DISTINCT id FROM public.past_facts() LIMIT most),
    gone AS (DELETE FROM public.facts USING due WHERE facts.id = due.id RETURNING facts.id)
    SELECT count(DISTINCT id) FROM gone
"""
_PINNED = "SET search_path = pg_catalog, pg_temp"


def upgrade() -> None:
    op.create_table(
        "facts",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("graduate_id", sa.Uuid(), nullable=False),
        sa.Column("school_code", sa.Text(), nullable=False),
        sa.Column("cohort", sa.Integer(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("from_on", sa.Date(), nullable=False),
        sa.Column("to_on", sa.Date(), nullable=True),
        sa.Column("values_cipher", sa.LargeBinary(), nullable=True),
        sa.Column("authorisation_id", sa.Uuid(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), server_default=sa.text(NOW_SQL), nullable=False),
        sa.CheckConstraint("source IN ('social_insurance', 'credentials')", name=op.f("ck_facts_source_known")),
        sa.CheckConstraint("from_on <= to_on", name=op.f("ck_facts_ends_after")),
        sa.CheckConstraint("version > 0", name=op.f("ck_facts_version_positive")),
        sa.PrimaryKeyConstraint("id", "version", name=op.f("pk_facts")),
    )
    op.create_index("ix_facts_graduate_id_id_version", "facts", ["graduate_id", "id", "version"])
    op.create_index("ix_facts_school_code_cohort", "facts", ["school_code", "cohort"])
    # the planner's statistics would keep ciphertexts after they are emptied
    op.execute("ALTER TABLE facts ALTER values_cipher SET STATISTICS 0")
    op.create_table(
        "fact_streams",
        sa.Column("graduate_id", sa.Uuid(), nullable=False),
        sa.Column("school_code", sa.Text(), nullable=False),
        sa.Column("sequence", sa.BigInteger(), nullable=False),
        sa.Column("last_decided_on", sa.Date(), nullable=False),
        sa.PrimaryKeyConstraint("graduate_id", name=op.f("pk_fact_streams")),
    )
    op.execute(
        "CREATE FUNCTION erase_facts(of_graduates uuid[]) RETURNS void LANGUAGE plpgsql SECURITY DEFINER"
        f" {_PINNED} AS $body$ BEGIN {_ERASE}; END $body$"
    )
    op.execute(
        "CREATE FUNCTION reseal_facts(of_facts uuid[], of_versions int[], old_values bytea[], new_values bytea[])"
        f" RETURNS void LANGUAGE sql SECURITY DEFINER {_PINNED} AS $body$ {_RESEAL} $body$"
    )
    op.execute(
        "CREATE FUNCTION past_facts() RETURNS TABLE (id uuid, version int, kept_until date) LANGUAGE sql STABLE"
        f" {_PINNED} AS $body$ {_PAST} $body$"
    )
    op.execute(
        "CREATE FUNCTION delete_past_facts(most int) RETURNS bigint LANGUAGE sql SECURITY DEFINER"
        f" {_PINNED} AS $body$ {_DELETE} $body$"
    )


def downgrade() -> None:
    for named in ("delete_past_facts(int)", "past_facts()", "reseal_facts", "erase_facts(uuid[])"):
        op.execute(f"DROP FUNCTION {named}")
    op.drop_table("fact_streams")
    op.drop_table("facts")
