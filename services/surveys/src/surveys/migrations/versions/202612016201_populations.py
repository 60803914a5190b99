"""Whom a wave asks of its cohort, and the strata of everybody who is asked."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "202612016201"
down_revision = "202612016501"
branch_labels = None
depends_on = None

_STRATA = ("education_level", "destination_class", "college", "study_form", "major", "sex")


def upgrade() -> None:
    for name in _STRATA:
        op.add_column("wave_eligible", sa.Column(name, sa.Text(), nullable=True))
    census = sa.text("""'{"kind": "census"}'::jsonb""")
    op.add_column("waves", sa.Column("population", postgresql.JSONB(), server_default=census, nullable=False))
    op.add_column("waves", sa.Column("panel_of", sa.Uuid(), nullable=True))
    op.create_foreign_key(op.f("fk_waves_panel_of_waves"), "waves", "waves", ["panel_of"], ["id"])
    op.create_index("ix_waves_panel_of", "waves", ["panel_of"])


def downgrade() -> None:
    op.drop_index("ix_waves_panel_of", "waves")
    op.drop_column("waves", "panel_of")
    op.drop_column("waves", "population")
    for name in _STRATA:
        op.drop_column("wave_eligible", name)
