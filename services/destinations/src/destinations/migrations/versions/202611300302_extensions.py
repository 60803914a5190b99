"""One id for all extensions of one act, and a function that empties the reasons of erased graduates."""

from alembic import op

revision = "202611300302"
down_revision = "202611300301"
branch_labels = None
depends_on = None

# the roster says so before this is called: an extension that waited for its entry finds the graduate erased
_BODY = """
    UPDATE public.season_extensions extension SET reason_cipher = NULL
      FROM public.roster_graduates person
     WHERE extension.graduate_id = ANY(of_graduates) AND person.graduate_id = extension.graduate_id AND person.erased
"""


def upgrade() -> None:
    op.drop_constraint(op.f("pk_season_extensions"), "season_extensions")
    op.alter_column("season_extensions", "id", server_default=None)
    op.create_primary_key(op.f("pk_season_extensions"), "season_extensions", ["id", "graduate_id"])
    op.execute(
        "CREATE FUNCTION erase_season_extensions(of_graduates uuid[]) RETURNS void LANGUAGE plpgsql SECURITY DEFINER"
        f" SET search_path = pg_catalog, pg_temp AS $body$ BEGIN {_BODY}; END $body$"
    )


def downgrade() -> None:
    op.execute("DROP FUNCTION erase_season_extensions(uuid[])")
    op.drop_constraint(op.f("pk_season_extensions"), "season_extensions")
    op.execute("ALTER TABLE season_extensions ALTER COLUMN id SET DEFAULT uuidv7()")
    op.create_primary_key(op.f("pk_season_extensions"), "season_extensions", ["id"])
