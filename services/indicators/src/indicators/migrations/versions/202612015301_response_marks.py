"""Marks that change with what response rates are counted from, whichever image writes it."""

import sqlalchemy as sa
from alembic import op

revision = "202612015301"
down_revision = "202612015201"
branch_labels = None
depends_on = None

_TABLES = ("response_versions", "roster_versions")
# one order of rows, so that two transactions never wait for each other
_MARK = """
    CREATE FUNCTION mark_responses() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
        SET search_path = pg_catalog, pg_temp AS $body$
    BEGIN
        INSERT INTO public.response_marks (school_code, source, mark)
            SELECT school_code, TG_TABLE_NAME, uuidv7()
              FROM (SELECT DISTINCT school_code FROM moved ORDER BY school_code) AS schools
            ON CONFLICT (school_code, source) DO UPDATE SET mark = EXCLUDED.mark;
        RETURN NULL;
    END $body$
"""


def upgrade() -> None:
    op.create_table(
        "response_marks",
        sa.Column("school_code", sa.Text(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("mark", sa.Uuid(), nullable=False),
        sa.PrimaryKeyConstraint("school_code", "source", name=op.f("pk_response_marks")),
    )
    op.execute(_MARK)
    for table in _TABLES:
        for event, rows in (("INSERT", "NEW"), ("DELETE", "OLD")):
            op.execute(
                f"CREATE TRIGGER mark_{event.lower()} AFTER {event} ON {table} REFERENCING {rows} TABLE AS moved"
                " FOR EACH STATEMENT EXECUTE FUNCTION mark_responses()"
            )


def downgrade() -> None:
    for table in _TABLES:
        for name in ("mark_insert", "mark_delete"):
            op.execute(f"DROP TRIGGER {name} ON {table}")
    op.execute("DROP FUNCTION mark_responses()")
    op.drop_table("response_marks")
