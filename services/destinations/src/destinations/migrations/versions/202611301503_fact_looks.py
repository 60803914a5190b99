"""With which registrations facts were compared; what is deleted of facts is deleted of that, too."""

import sqlalchemy as sa
from alembic import op

revision = "202611301503"
down_revision = "202611301602"
branch_labels = None
depends_on = None

_DELETE = """
    WITH due AS (SELECT DISTINCT id FROM public.past_facts() LIMIT most),
    gone AS (DELETE FROM public.facts USING due WHERE facts.id = due.id RETURNING facts.id){looks}
    SELECT count(DISTINCT id) FROM gone
"""
_LOOKS = ",\n    looks AS (DELETE FROM public.fact_looks USING due WHERE fact_looks.fact_id = due.id)"


def upgrade() -> None:
    op.create_table(
        "fact_looks",
        sa.Column("fact_id", sa.Uuid(), nullable=False),
        sa.Column("graduate_id", sa.Uuid(), nullable=False),
        sa.Column("school_code", sa.Text(), nullable=False),
        sa.Column("fact_version", sa.Integer(), nullable=False),
        sa.Column("registration_id", sa.Uuid(), nullable=True),
        sa.Column("registration_version", sa.Integer(), nullable=True),
        sa.Column("contradiction", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("fact_id", name=op.f("pk_fact_looks")),
    )
    _replace(_DELETE.format(looks=_LOOKS))


def downgrade() -> None:
    _replace(_DELETE.format(looks=""))
    op.drop_table("fact_looks")


def _replace(body: str) -> None:
    op.execute(
        "CREATE OR REPLACE FUNCTION delete_past_facts(most int) RETURNS bigint LANGUAGE sql SECURITY DEFINER"
        f" SET search_path = pg_catalog, pg_temp AS $body$ {body} $body$"
    )
