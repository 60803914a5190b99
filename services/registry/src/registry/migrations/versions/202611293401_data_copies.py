"""Data copies; whoever erases an entry ends them."""

import sqlalchemy as sa
from alembic import op

revision = "202611293401"
down_revision = "202611293501"
branch_labels = None
depends_on = None

# with the entry go the files of its copies, whichever act erases; the copies first, as all who lock both do
_END = """
    CREATE FUNCTION end_data_copies() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
        SET search_path = pg_catalog, pg_temp AS $body$
    DECLARE
        ended uuid[];
    BEGIN
        WITH over AS (
            UPDATE public.data_copies SET ended_at = public.quxiang_now()
             WHERE graduate_id = NEW.id AND ended_at IS NULL RETURNING operation_id
        ) SELECT array_agg(operation_id) INTO ended FROM over;
        UPDATE public.operations SET file = NULL WHERE id = ANY(ended);
        DELETE FROM public.operation_file_parts WHERE operation_id = ANY(ended);
        RETURN NULL;
    END $body$
"""


def upgrade() -> None:
    op.create_table(
        "data_copies",
        sa.Column("operation_id", sa.Uuid(), nullable=False),
        sa.Column("graduate_id", sa.Uuid(), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("requested_at", sa.DateTime(timezone=True), server_default=sa.text("quxiang_now()"), nullable=False),
        *(sa.Column(name, sa.DateTime(timezone=True), nullable=True) for name in ("file_until", "ended_at")),
        sa.CheckConstraint("file_until > requested_at", name=op.f("ck_data_copies_file_until")),
        sa.ForeignKeyConstraint(["graduate_id"], ["graduates.id"], name=op.f("fk_data_copies_graduate_id_graduates")),
        sa.PrimaryKeyConstraint("operation_id", name=op.f("pk_data_copies")),
    )
    op.create_index(
        "uq_data_copies_graduate_id_subject",
        "data_copies",
        ["graduate_id", "subject"],
        unique=True,
        postgresql_where=sa.text("ended_at IS NULL"),
    )
    op.create_index("ix_data_copies_graduate_id", "data_copies", ["graduate_id"], unique=False)
    op.execute("CREATE TRIGGER refuse_erased AFTER INSERT ON data_copies FOR EACH ROW EXECUTE FUNCTION refuse_erased()")
    op.execute(_END)
    op.execute(
        "CREATE TRIGGER end_data_copies AFTER UPDATE OF erased_at ON graduates FOR EACH ROW"
        " WHEN (OLD.erased_at IS NULL AND NEW.erased_at IS NOT NULL) EXECUTE FUNCTION end_data_copies()"
    )


def downgrade() -> None:
    op.execute("DROP TRIGGER end_data_copies ON graduates")
    op.execute("DROP FUNCTION end_data_copies()")
    op.drop_table("data_copies")
