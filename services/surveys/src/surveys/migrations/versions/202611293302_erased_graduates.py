"""Who is erased, and a function that destroys the answers, drafts and links of such graduates."""

import sqlalchemy as sa
from alembic import op

revision = "202611293302"
down_revision = "202611293301"
branch_labels = None
depends_on = None

_CONSTRAINT = "ck_invitations_link_with_digest"

# in the order in which acts lock: invitations, then what hangs on them
_BODY = """
BEGIN
    PERFORM FROM public.invitations AS invitation JOIN public.graduates AS person USING (graduate_id)
      WHERE graduate_id = ANY(of_graduates) AND person.erased ORDER BY invitation.id FOR UPDATE OF invitation;

    DELETE FROM public.response_pages AS page
     USING public.responses AS response, public.graduates AS person
     WHERE response.graduate_id = ANY(of_graduates) AND page.response_id = response.id
       AND person.graduate_id = response.graduate_id AND person.erased;

    UPDATE public.invitations AS invitation SET token_digest = NULL, token_ciphertext = NULL
      FROM public.graduates AS person
     WHERE invitation.graduate_id = ANY(of_graduates) AND person.graduate_id = invitation.graduate_id
       AND person.erased;
END
"""


def upgrade() -> None:
    # beside writes; every row satisfies the constraint while it has a digest
    with op.get_context().autocommit_block():
        op.execute(
            f"ALTER TABLE invitations DROP CONSTRAINT IF EXISTS {_CONSTRAINT}, ADD CONSTRAINT {_CONSTRAINT}"
            " CHECK (token_digest IS NOT NULL OR token_ciphertext IS NULL) NOT VALID"
        )
        op.execute(f"ALTER TABLE invitations VALIDATE CONSTRAINT {_CONSTRAINT}")
    op.add_column("graduates", sa.Column("erased", sa.Boolean(), nullable=False, server_default=sa.false()))
    op.alter_column("invitations", "token_digest", nullable=True)
    op.execute(
        "CREATE FUNCTION erase_answers(of_graduates uuid[]) RETURNS void LANGUAGE plpgsql SECURITY DEFINER"
        f" SET search_path = pg_catalog, pg_temp AS $body$ {_BODY} $body$"
    )


def downgrade() -> None:
    op.execute("DROP FUNCTION erase_answers(uuid[])")
    op.drop_constraint(_CONSTRAINT, "invitations")
    op.execute("UPDATE invitations SET token_digest = uuid_send(id) WHERE token_digest IS NULL")
    op.alter_column("invitations", "token_digest", nullable=False)
    op.drop_column("graduates", "erased")
