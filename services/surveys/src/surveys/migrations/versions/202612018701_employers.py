"""The directory of employers, and those whom a wave asks."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from common.clock import NOW_SQL

revision = "202612018701"
down_revision = "202612018302"
branch_labels = None
depends_on = None

_CODES = ("uscc", "nature_code", "industry_code", "place_code")


def _instant(name: str) -> sa.Column[object]:
    return sa.Column(name, sa.DateTime(timezone=True), server_default=sa.text(NOW_SQL), nullable=False)


def upgrade() -> None:
    op.create_table(
        "employers",
        sa.Column("id", sa.Uuid(), server_default=sa.text("uuidv7()"), nullable=False),
        sa.Column("school_code", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), server_default=sa.text("1"), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        *(sa.Column(name, sa.Text(), nullable=True) for name in _CODES),
        sa.Column("registered_as", sa.Uuid(), nullable=True),
        sa.Column("hires", postgresql.JSONB(), server_default=sa.text("'{}'::jsonb"), nullable=False),
        sa.Column("by_hand", sa.ARRAY(sa.Text()), server_default=sa.text("'{}'"), nullable=False),
        _instant("created_at"),
        _instant("recorded_at"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_employers")),
        sa.UniqueConstraint("school_code", "uscc", name=op.f("uq_employers_school_code_uscc")),
        sa.UniqueConstraint("school_code", "registered_as", name=op.f("uq_employers_school_code_registered_as")),
    )
    op.create_table(
        "wave_employers",
        sa.Column("wave_id", sa.Uuid(), nullable=False),
        sa.Column("employer_id", sa.Uuid(), nullable=False),
        sa.Column("school_code", sa.Text(), nullable=False),
        sa.Column("hires", sa.Integer(), nullable=False),
        sa.Column("nature_code", sa.Text(), nullable=True),
        sa.Column("industry_code", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(["wave_id"], ["waves.id"], name=op.f("fk_wave_employers_wave_id_waves")),
        sa.ForeignKeyConstraint(
            ["employer_id"], ["employers.id"], name=op.f("fk_wave_employers_employer_id_employers")
        ),
        sa.PrimaryKeyConstraint("wave_id", "employer_id", name=op.f("pk_wave_employers")),
    )
    for table in ("invitations", "responses"):
        name = op.f(f"fk_{table}_employer_id_employers")
        op.create_foreign_key(name, table, "employers", ["employer_id"], ["id"])
    op.add_column("responses", sa.Column("hires", sa.Integer(), nullable=True))
    op.create_index("ix_responses_employer_id", "responses", ["employer_id"])
    op.alter_column("response_consents", "graduate_id", nullable=True)


def downgrade() -> None:
    op.execute("DELETE FROM response_consents WHERE graduate_id IS NULL")
    op.alter_column("response_consents", "graduate_id", nullable=False)
    op.drop_index("ix_responses_employer_id", "responses")
    op.drop_column("responses", "hires")
    for table in ("responses", "invitations"):
        op.drop_constraint(op.f(f"fk_{table}_employer_id_employers"), table)
    op.drop_table("wave_employers")
    op.drop_table("employers")
