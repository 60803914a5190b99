"""Answers on paper, keyed by two people."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from common.clock import NOW_SQL

revision = "202612018603"
down_revision = "202612018702"
branch_labels = None
depends_on = None

_CHECKS = {
    "state_known": "state IN ('keyed', 'differs', 'submitted', 'screened_out', 'dropped')",
    "keyers_differ": "first_keyer <> second_keyer",
    "keyed_until_it_ends": "(state IN ('keyed', 'differs')) = (first_ciphertext IS NOT NULL)",
    "differs_has_two": "(state = 'differs') = (second_ciphertext IS NOT NULL)",
    "submitted_has_response": "state <> 'submitted' OR response_id IS NOT NULL",
}


def upgrade() -> None:
    op.create_table(
        "papers",
        sa.Column("id", sa.Uuid(), server_default=sa.text("uuidv7()"), nullable=False),
        sa.Column("version", sa.Integer(), server_default=sa.text("1"), nullable=False),
        sa.Column("wave_id", sa.Uuid(), nullable=False),
        sa.Column("graduate_id", sa.Uuid(), nullable=False),
        sa.Column("school_code", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), server_default=sa.text("'keyed'"), nullable=False),
        sa.Column("first_keyer", sa.Text(), nullable=False),
        sa.Column("second_keyer", sa.Text(), nullable=True),
        sa.Column("first_ciphertext", sa.LargeBinary(), nullable=True),
        sa.Column("second_ciphertext", sa.LargeBinary(), nullable=True),
        sa.Column("differing", postgresql.ARRAY(sa.Text()), server_default=sa.text("'{}'"), nullable=False),
        sa.Column("response_id", sa.Uuid(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text(NOW_SQL), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), server_default=sa.text(NOW_SQL), nullable=False),
        *(sa.CheckConstraint(condition, name=op.f(f"ck_papers_{name}")) for name, condition in _CHECKS.items()),
        sa.ForeignKeyConstraint(["response_id"], ["responses.id"], name=op.f("fk_papers_response_id_responses")),
        sa.ForeignKeyConstraint(["wave_id"], ["waves.id"], name=op.f("fk_papers_wave_id_waves")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_papers")),
        sa.UniqueConstraint("wave_id", "graduate_id", name=op.f("uq_papers_wave_id_graduate_id")),
    )
    op.create_index("ix_papers_graduate_id", "papers", ["graduate_id"])
    op.create_index("ix_papers_wave_id_id", "papers", ["wave_id", "id"])


def downgrade() -> None:
    op.drop_table("papers")
