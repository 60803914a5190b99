"""Answers that have lost the person, and a function of the owner that destroys what they leave behind."""

import sqlalchemy as sa
from alembic import op

revision = "202612016106"
down_revision = "202612016105"
branch_labels = None
depends_on = None

_GROUPS = ("college_code", "major_code", "education_level_code", "study_form", "sex_code", "origin_province_code")
_DESTROY = """
    DELETE FROM public.submitted_contents AS content
     USING public.responses AS response
     WHERE response.id = ANY(of_responses) AND content.response_id = response.id AND response.detached_at IS NOT NULL
"""


def upgrade() -> None:
    op.create_table(
        "detached_answers",
        sa.Column("id", sa.Uuid(), server_default=sa.text("gen_random_uuid()"), nullable=False),
        sa.Column("school_code", sa.Text(), nullable=False),
        sa.Column("wave_id", sa.Uuid(), nullable=False),
        *(sa.Column(name, sa.Text(), nullable=True) for name in _GROUPS),
        sa.Column("destination_code", sa.Text(), nullable=True),
        sa.Column("completeness", sa.Text(), nullable=True),
        sa.Column("values_ciphertext", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["wave_id"], ["waves.id"], name=op.f("fk_detached_answers_wave_id_waves")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_detached_answers")),
    )
    op.create_index("ix_detached_answers_wave_id_id", "detached_answers", ["wave_id", "id"])
    op.add_column("responses", sa.Column("detached_at", sa.DateTime(timezone=True), nullable=True))
    op.execute(
        "CREATE FUNCTION destroy_detached(of_responses uuid[]) RETURNS void LANGUAGE sql SECURITY DEFINER"
        f" SET search_path = pg_catalog, pg_temp AS $body$ {_DESTROY} $body$"
    )


def downgrade() -> None:
    op.execute("DROP FUNCTION destroy_detached(uuid[])")
    op.drop_column("responses", "detached_at")
    op.drop_table("detached_answers")
