"""Submitted contents, insert-only, which count while an answer is edited; who sees them, and how long one edits."""

import sqlalchemy as sa
from alembic import op

from common.clock import NOW_SQL

revision = "202612016104"
down_revision = "202612016103"
branch_labels = None
depends_on = None

_TIME = "ck_responses_submitted_has_time"
_KNOWN = {
    "completeness": "('empty', 'partial', 'core', 'complete')",
    "mode": "('web', 'api', 'phone', 'paper', 'import')",
}
_EDITED = "state = 'open' AND effective_version IS NOT NULL"
# in the order in which acts lock: invitations, then what hangs on them
_INVITATIONS = """
    PERFORM FROM public.invitations AS invitation JOIN public.graduates AS person USING (graduate_id)
      WHERE graduate_id = ANY(of_graduates) AND person.erased ORDER BY invitation.id FOR UPDATE OF invitation;
"""
_LINKS = """
    UPDATE public.invitations AS invitation SET token_digest = NULL, token_ciphertext = NULL
      FROM public.graduates AS person
     WHERE invitation.graduate_id = ANY(of_graduates) AND person.graduate_id = invitation.graduate_id
       AND person.erased;
"""
_DESTROY = """
    DELETE FROM public.submitted_contents AS content
     USING public.responses AS response
     WHERE response.id = ANY(of_responses) AND content.response_id = response.id AND response.state = 'withdrawn'
"""


def _erasing(*tables: str) -> str:
    destroyed = "".join(
        f"""
    DELETE FROM public.{table} AS kept
     USING public.responses AS response, public.graduates AS person
     WHERE response.graduate_id = ANY(of_graduates) AND kept.response_id = response.id
       AND person.graduate_id = response.graduate_id AND person.erased;
"""
        for table in tables
    )
    return (
        "CREATE OR REPLACE FUNCTION erase_answers(of_graduates uuid[]) RETURNS void LANGUAGE plpgsql SECURITY DEFINER"
        f" SET search_path = pg_catalog, pg_temp AS $body$ BEGIN {_INVITATIONS} {destroyed} {_LINKS} END $body$"
    )


def upgrade() -> None:
    op.create_table(
        "submitted_contents",
        sa.Column("response_id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("school_code", sa.Text(), nullable=False),
        sa.Column("completeness", sa.Text(), nullable=False),
        sa.Column("mode", sa.Text(), nullable=False),
        sa.Column("values_ciphertext", sa.LargeBinary(), nullable=False),
        sa.Column("submitted_at", sa.DateTime(timezone=True), server_default=sa.text(NOW_SQL), nullable=False),
        *(
            sa.CheckConstraint(f"{name} IN {words}", name=op.f(f"ck_submitted_contents_{name}_known"))
            for name, words in _KNOWN.items()
        ),
        sa.ForeignKeyConstraint(
            ["response_id"], ["responses.id"], name=op.f("fk_submitted_contents_response_id_responses")
        ),
        sa.PrimaryKeyConstraint("response_id", "version", name=op.f("pk_submitted_contents")),
    )
    op.add_column("responses", sa.Column("effective_version", sa.Integer(), nullable=True))
    for name, words in _KNOWN.items():
        op.add_column("responses", sa.Column(name, sa.Text(), nullable=True))
        op.create_check_constraint(op.f(f"ck_responses_{name}_known"), "responses", f"{name} IN {words}")
    op.add_column("waves", sa.Column("edit_hours", sa.Integer(), server_default=sa.text("0"), nullable=True))
    op.add_column("waves", sa.Column("anonymity", sa.Text(), server_default=sa.text("'pseudonymous'"), nullable=False))
    op.create_check_constraint(op.f("ck_waves_edit_hours_allowed"), "waves", "edit_hours BETWEEN 0 AND 168")
    op.create_check_constraint(op.f("ck_waves_anonymity_known"), "waves", "anonymity IN ('identified', 'pseudonymous')")
    op.create_index("ix_responses_edited", "responses", ["id"], postgresql_where=sa.text(_EDITED))
    # every row satisfies the wider one, too
    op.drop_constraint(_TIME, "responses")
    op.create_check_constraint(op.f(_TIME), "responses", "state <> 'submitted' OR submitted_at IS NOT NULL")
    op.execute(
        "CREATE FUNCTION destroy_contents(of_responses uuid[]) RETURNS void LANGUAGE sql SECURITY DEFINER"
        f" SET search_path = pg_catalog, pg_temp AS $body$ {_DESTROY} $body$"
    )
    op.execute(_erasing("response_pages", "submitted_contents"))


def downgrade() -> None:
    op.execute(_erasing("response_pages"))
    op.execute("DROP FUNCTION destroy_contents(uuid[])")
    op.drop_constraint(_TIME, "responses")
    op.execute("UPDATE responses SET submitted_at = recorded_at WHERE state = 'withdrawn' AND submitted_at IS NULL")
    op.execute("UPDATE responses SET state = 'submitted' WHERE state = 'open' AND submitted_at IS NOT NULL")
    op.create_check_constraint(op.f(_TIME), "responses", "(state = 'open') = (submitted_at IS NULL)")
    op.drop_index("ix_responses_edited", "responses")
    for name in ("anonymity", "edit_hours"):
        op.drop_column("waves", name)
    for name in ("mode", "completeness", "effective_version"):
        op.drop_column("responses", name)
    op.drop_table("submitted_contents")
