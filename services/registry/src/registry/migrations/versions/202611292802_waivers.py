"""Waivers of rules of quality, which take two people."""

import sqlalchemy as sa
from alembic import op

revision = "202611292802"
down_revision = "202611292801"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "waivers",
        sa.Column("id", sa.Uuid(), server_default=sa.text("uuidv7()"), nullable=False),
        sa.Column("version", sa.Integer(), server_default=sa.text("1"), nullable=False),
        sa.Column("state", sa.Text(), server_default=sa.text("'open'"), nullable=False),
        sa.Column("reason_cipher", sa.LargeBinary(), nullable=True),
        sa.Column("requested_by", sa.Text(), nullable=False),
        sa.Column("requested_by_role", sa.Text(), nullable=False),
        sa.Column("requested_at", sa.DateTime(timezone=True), server_default=sa.text("quxiang_now()"), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("decided_by", sa.Text(), nullable=True),
        sa.Column("decided_by_role", sa.Text(), nullable=True),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("decision_reason_cipher", sa.LargeBinary(), nullable=True),
        sa.Column("school_code", sa.Text(), nullable=False),
        sa.Column("cohort", sa.Integer(), nullable=False),
        sa.Column("college_code", sa.Text(), nullable=True),
        sa.Column("rule_id", sa.Text(), nullable=False),
        sa.Column("tolerance", sa.Numeric(precision=5, scale=2), nullable=True),
        sa.Column("expires_on", sa.Date(), nullable=False),
        *_conditions(),
        sa.ForeignKeyConstraint(["school_code"], ["schools.code"], name=op.f("fk_waivers_school_code_schools")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_waivers")),
    )
    op.create_index("ix_waivers_school_code_id", "waivers", ["school_code", "id"], unique=False)
    # the planner's statistics would keep ciphertexts after they are emptied
    for name in ("reason_cipher", "decision_reason_cipher"):
        op.execute(f"ALTER TABLE waivers ALTER COLUMN {name} SET STATISTICS 0")
    op.create_table(
        "waiver_graduates",
        sa.Column("waiver_id", sa.Uuid(), nullable=False),
        sa.Column("graduate_id", sa.Uuid(), nullable=False),
        sa.Column("place", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["waiver_id"], ["waivers.id"], name=op.f("fk_waiver_graduates_waiver_id_waivers")),
        sa.ForeignKeyConstraint(
            ["graduate_id"], ["graduates.id"], name=op.f("fk_waiver_graduates_graduate_id_graduates")
        ),
        sa.PrimaryKeyConstraint("waiver_id", "graduate_id", name=op.f("pk_waiver_graduates")),
    )
    op.create_index("ix_waiver_graduates_graduate_id", "waiver_graduates", ["graduate_id"], unique=False)


def _conditions() -> list[sa.CheckConstraint]:
    conditions = {
        "state": "state IN ('open', 'withdrawn', 'approved', 'refused')",
        "two_people": "decided_by <> requested_by",
        "decided_at": "(decided_by IS NULL) = (decided_at IS NULL)",
        "decided": "state NOT IN ('approved', 'refused') OR decided_by IS NOT NULL",
        "undecided": "state <> 'open' OR decided_by IS NULL",
        "reason": "reason_cipher IS NOT NULL",
        "tolerance": "tolerance BETWEEN 0 AND 100",
    }
    return [sa.CheckConstraint(text, name=op.f(f"ck_waivers_{name}")) for name, text in conditions.items()]


def downgrade() -> None:
    op.drop_table("waiver_graduates")
    op.drop_table("waivers")
