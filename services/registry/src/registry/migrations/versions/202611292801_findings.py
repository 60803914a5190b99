"""What is found of each entry, and by which version of the rules; the worker judges what is stored by now."""

from alembic import op

revision = "202611292801"
down_revision = "202611293001"
branch_labels = None
depends_on = None

INDEX = "ix_graduates_rules_version"

# A writer that knows these columns names the version that it has judged: the release before this one does not.
_FORGET = """
    CREATE OR REPLACE FUNCTION forget_findings() RETURNS trigger LANGUAGE plpgsql AS $body$
    BEGIN
        NEW.rules_version := 0;
        RETURN NEW;
    END $body$
"""
_TRIGGER = """
    CREATE OR REPLACE TRIGGER forget_findings BEFORE UPDATE ON graduates FOR EACH ROW
        WHEN (NEW.version <> OLD.version AND NEW.judged_version = OLD.judged_version AND NEW.rules_version <> 0)
        EXECUTE FUNCTION forget_findings()
"""


def upgrade() -> None:
    # Beside the writes of the release before; a constant default rewrites nothing.
    with op.get_context().autocommit_block():
        op.execute(
            "ALTER TABLE graduates ADD COLUMN IF NOT EXISTS person_index bytea,"
            " ADD COLUMN IF NOT EXISTS filled bigint NOT NULL DEFAULT 0,"
            " ADD COLUMN IF NOT EXISTS checked integer NOT NULL DEFAULT 0,"
            " ADD COLUMN IF NOT EXISTS broken integer NOT NULL DEFAULT 0,"
            " ADD COLUMN IF NOT EXISTS rules_version integer NOT NULL DEFAULT 0,"
            " ADD COLUMN IF NOT EXISTS judged_version integer NOT NULL DEFAULT 0"
        )
        op.execute(_FORGET)
        op.execute(_TRIGGER)
        op.execute("SET lock_timeout = 0")
        op.drop_index(INDEX, "graduates", if_exists=True, postgresql_concurrently=True)
        op.create_index(INDEX, "graduates", ["rules_version"], postgresql_concurrently=True)
        op.execute("RESET lock_timeout")


def downgrade() -> None:
    op.drop_index(INDEX, "graduates")
    op.execute("DROP TRIGGER forget_findings ON graduates")
    op.execute("DROP FUNCTION forget_findings()")
    for name in ("judged_version", "rules_version", "broken", "checked", "filled", "person_index"):
        op.drop_column("graduates", name)
