"""Files of answers, accesses, and a function of the owner that seals submitted contents anew."""

import sqlalchemy as sa
from alembic import op

from common.clock import NOW_SQL
from common.database.accesses import create_accesses, drop_accesses

revision = "202612016105"
down_revision = "202612016001"
branch_labels = None
depends_on = None

# in the order in which acts lock: invitations, then what hangs on them, files last
_ERASE = """
BEGIN
    PERFORM FROM public.invitations AS invitation JOIN public.graduates AS person USING (graduate_id)
      WHERE graduate_id = ANY(of_graduates) AND person.erased ORDER BY invitation.id FOR UPDATE OF invitation;
    DELETE FROM public.response_pages AS kept
     USING public.responses AS response, public.graduates AS person
     WHERE response.graduate_id = ANY(of_graduates) AND kept.response_id = response.id
       AND person.graduate_id = response.graduate_id AND person.erased;
    DELETE FROM public.submitted_contents AS kept
     USING public.responses AS response, public.graduates AS person
     WHERE response.graduate_id = ANY(of_graduates) AND kept.response_id = response.id
       AND person.graduate_id = response.graduate_id AND person.erased;
    UPDATE public.invitations AS invitation SET token_digest = NULL, token_ciphertext = NULL
      FROM public.graduates AS person
     WHERE invitation.graduate_id = ANY(of_graduates) AND person.graduate_id = invitation.graduate_id
       AND person.erased;
    {files}
END
"""
_FILES = """
    WITH gone AS (
        DELETE FROM public.response_files AS file
         USING public.responses AS response, public.graduates AS person
         WHERE response.graduate_id = ANY(of_graduates) AND file.response_id = response.id
           AND person.graduate_id = response.graduate_id AND person.erased
        RETURNING file.name)
    UPDATE public.objects SET state = 'dropped', due_at = public.quxiang_now()
      FROM gone WHERE objects.name = gone.name AND objects.state = 'kept';
"""
# what was destroyed since it was read stays so
_RESEAL = """
    UPDATE public.submitted_contents AS content SET values_ciphertext = given.new
      FROM unnest(of_responses, of_versions, old_values, new_values) AS given (response_id, version, old, new)
     WHERE content.response_id = given.response_id AND content.version = given.version
       AND content.values_ciphertext = given.old AND given.new IS NOT NULL
"""
_RESEALED = "reseal_contents(of_responses uuid[], of_versions int[], old_values bytea[], new_values bytea[])"


def _erasing(files: str) -> str:
    return (
        "CREATE OR REPLACE FUNCTION erase_answers(of_graduates uuid[]) RETURNS void LANGUAGE plpgsql SECURITY DEFINER"
        f" SET search_path = pg_catalog, pg_temp AS $body$ {_ERASE.format(files=files)} $body$"
    )


def upgrade() -> None:
    op.create_table(
        "objects",
        sa.Column("name", sa.Uuid(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("media_type", sa.Text(), nullable=False),
        sa.Column("sealed_key", sa.LargeBinary(), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("state IN ('pending', 'kept', 'dropped')", name=op.f("ck_objects_state_known")),
        sa.CheckConstraint("(state = 'kept') = (due_at IS NULL)", name=op.f("ck_objects_due_unless_kept")),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_objects")),
    )
    op.create_index("ix_objects_due_at", "objects", ["due_at"], postgresql_where=sa.text("due_at IS NOT NULL"))
    create_accesses()
    op.create_table(
        "response_files",
        sa.Column("id", sa.Uuid(), server_default=sa.text("uuidv7()"), nullable=False),
        sa.Column("response_id", sa.Uuid(), nullable=False),
        sa.Column("school_code", sa.Text(), nullable=False),
        sa.Column("name", sa.Uuid(), nullable=False),
        sa.Column("media_type", sa.Text(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), server_default=sa.text(NOW_SQL), nullable=False),
        sa.ForeignKeyConstraint(
            ["response_id"], ["responses.id"], name=op.f("fk_response_files_response_id_responses")
        ),
        sa.ForeignKeyConstraint(["name"], ["objects.name"], name=op.f("fk_response_files_name_objects")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_response_files")),
    )
    op.create_index("ix_response_files_response_id", "response_files", ["response_id"])
    op.create_index("ix_response_files_name", "response_files", ["name"])
    op.execute(
        f"CREATE FUNCTION {_RESEALED} RETURNS void LANGUAGE sql SECURITY DEFINER"
        f" SET search_path = pg_catalog, pg_temp AS $body$ {_RESEAL} $body$"
    )
    op.execute(_erasing(_FILES))


def downgrade() -> None:
    op.execute(_erasing(""))
    op.execute("DROP FUNCTION reseal_contents")
    op.drop_table("response_files")
    drop_accesses()
    op.drop_table("objects")
