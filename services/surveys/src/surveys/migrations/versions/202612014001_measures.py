"""Streams of the events about measures, what responses gave to them, closed waves, and a function that blanks.

The function empties the values of events in the outbox whose answer is withdrawn by a later event, and nothing else.
"""

import sqlalchemy as sa
from alembic import op

revision = "202612014001"
down_revision = "202611293302"
branch_labels = None
depends_on = None

_BLANK = """
    UPDATE public.outbox AS told SET data = jsonb_set(told.data, '{values}', '[]'::jsonb)
     WHERE told.topic = 'quxiang.internal.surveys.measure.v1' AND told.key = ANY(of_keys)
       AND told.type = 'quxiang.measure.recorded' AND told.data -> 'values' <> '[]'::jsonb
       AND EXISTS (
               SELECT FROM public.outbox AS later
                WHERE later.topic = told.topic AND later.key = told.key AND later.sequence > told.sequence
                  AND later.type = 'quxiang.measure.withdrawn'
                  AND later.data ->> 'response_id' = told.data ->> 'response_id')
"""


def upgrade() -> None:
    op.create_table(
        "measure_streams",
        sa.Column("subject_id", sa.Uuid(), nullable=False),
        sa.Column("school_code", sa.Text(), nullable=False),
        sa.Column("sequence", sa.BigInteger(), nullable=False),
        sa.Column("last_decided_on", sa.Date(), nullable=False),
        sa.PrimaryKeyConstraint("subject_id", name=op.f("pk_measure_streams")),
    )
    op.add_column("responses", sa.Column("measured_version", sa.Integer(), nullable=True))
    op.add_column("waves", sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True))
    op.create_index("ix_waves_unclosed", "waves", ["closes_at"], postgresql_where=sa.text("closed_at IS NULL"))
    op.execute(
        "CREATE FUNCTION blank_measures(of_keys text[]) RETURNS void LANGUAGE sql SECURITY DEFINER"
        f" SET search_path = pg_catalog, pg_temp AS $body$ {_BLANK} $body$"
    )


def downgrade() -> None:
    op.execute("DROP FUNCTION blank_measures(text[])")
    op.drop_index("ix_waves_unclosed", "waves")
    op.drop_column("waves", "closed_at")
    op.drop_column("responses", "measured_version")
    op.drop_table("measure_streams")
