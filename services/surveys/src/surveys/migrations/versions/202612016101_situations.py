"""Group codes of each graduate and the effective registration, codes only."""

import sqlalchemy as sa
from alembic import op

revision = "202612016101"
down_revision = "202612017801"
branch_labels = None
depends_on = None

_GROUPS = ("college_code", "major_code", "education_level_code", "study_form", "sex_code", "origin_province_code")
_EFFECTIVE = ("destination_code", "employer_nature_code", "industry_code", "place_code", "position_code")


def upgrade() -> None:
    op.create_table(
        "roster_groups",
        sa.Column("graduate_id", sa.Uuid(), nullable=False),
        sa.Column("school_code", sa.Text(), nullable=False),
        sa.Column("sequence", sa.BigInteger(), nullable=False),
        sa.Column("event_id", sa.Uuid(), nullable=True),
        sa.Column("event_sequence", sa.BigInteger(), nullable=True),
        *(sa.Column(name, sa.Text(), nullable=True) for name in _GROUPS),
        sa.PrimaryKeyConstraint("graduate_id", name=op.f("pk_roster_groups")),
    )
    op.create_table(
        "effective_registrations",
        sa.Column("graduate_id", sa.Uuid(), nullable=False),
        sa.Column("school_code", sa.Text(), nullable=False),
        sa.Column("sequence", sa.BigInteger(), nullable=False),
        sa.Column("event_id", sa.Uuid(), nullable=True),
        sa.Column("event_sequence", sa.BigInteger(), nullable=True),
        *(sa.Column(name, sa.Text(), nullable=True) for name in _EFFECTIVE),
        sa.Column("flexible", sa.Boolean(), nullable=True),
        sa.PrimaryKeyConstraint("graduate_id", name=op.f("pk_effective_registrations")),
    )


def downgrade() -> None:
    op.drop_table("effective_registrations")
    op.drop_table("roster_groups")
