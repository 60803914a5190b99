"""Every version of the roster, and a function that drops one where the owner has another event under its sequence."""

import sqlalchemy as sa
from alembic import op

revision = "202611301101"
down_revision = "202611300801"
branch_labels = None
depends_on = None

_NAMED = "drop_roster_version(of_key uuid, of_sequence bigint, of_owner uuid)"


def upgrade() -> None:
    op.create_table(
        "roster_versions",
        sa.Column("graduate_id", sa.Uuid(), nullable=False),
        sa.Column("sequence", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("event_id", sa.Uuid(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("school_code", sa.Text(), nullable=False),
        sa.Column("cohort", sa.Integer(), nullable=False),
        *(sa.Column(name, sa.Text()) for name in ("college_code", "major_code", "class_code", "education_level_code")),
        sa.Column("status", sa.Text(), nullable=False),
        *(sa.Column(name, sa.Boolean(), nullable=False) for name in ("counted", "erased")),
        sa.Column("training_mode_code", sa.Text()),
        sa.PrimaryKeyConstraint("graduate_id", "sequence", name=op.f("pk_roster_versions")),
    )
    op.create_index("ix_roster_versions_school_code_cohort", "roster_versions", ["school_code", "cohort"])
    op.execute(
        f"CREATE FUNCTION {_NAMED} RETURNS void LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, pg_temp"
        " AS $body$ DELETE FROM public.roster_versions"
        " WHERE graduate_id = of_key AND sequence = of_sequence AND event_id <> of_owner $body$"
    )


def downgrade() -> None:
    op.execute("DROP FUNCTION drop_roster_version(uuid, bigint, uuid)")
    op.drop_table("roster_versions")
