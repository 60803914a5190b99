"""Bulk decisions, and the registrations that each of them has sealed."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import ARRAY, JSONB

revision = "202611300501"
down_revision = "202611300302"
branch_labels = None
depends_on = None

_OUTCOMES = (
    *("done", "changed_since", "open_case", "evidence_missing", "targeted_unit_mismatch", "same_reviewer"),
    *("own_record", "excepted"),
)


def upgrade() -> None:
    op.create_table(
        "bulk_decisions",
        sa.Column("id", sa.Uuid(), server_default=sa.text("uuidv7()"), nullable=False),
        sa.Column("school_code", sa.Text(), nullable=False),
        sa.Column("college_code", sa.Text(), nullable=True),
        sa.Column("cohort", sa.Integer(), nullable=True),
        *(sa.Column(name, sa.Text(), nullable=False) for name in ("resource", "act")),
        sa.Column("filter", JSONB(), nullable=False),
        *(sa.Column(name, sa.Text(), nullable=True) for name in ("note", "reason")),
        *(sa.Column(name, sa.Text(), nullable=False) for name in ("made_by", "made_by_role")),
        *(sa.Column(name, sa.DateTime(timezone=True), nullable=True) for name in ("sealed_at", "applied_at")),
        sa.Column("operation_id", sa.Uuid(), nullable=True),
        sa.Column("excepted", ARRAY(sa.Uuid()), nullable=True),
        *_conditions(),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_bulk_decisions")),
    )
    op.create_index("ix_bulk_decisions_school_code_id", "bulk_decisions", ["school_code", "id"], unique=False)
    op.create_table(
        "bulk_decision_items",
        sa.Column("bulk_decision_id", sa.Uuid(), nullable=False),
        sa.Column("n", sa.Integer(), nullable=False),
        *(sa.Column(name, sa.Uuid(), nullable=False) for name in ("registration_id", "graduate_id")),
        sa.Column("version", sa.Integer(), nullable=False),
        *(sa.Column(name, sa.Text(), nullable=True) for name in ("foreseen", "outcome")),
        sa.CheckConstraint(f"foreseen IN {_OUTCOMES[1:]}", name=op.f("ck_bulk_decision_items_foreseen")),
        sa.CheckConstraint(f"outcome IN {_OUTCOMES}", name=op.f("ck_bulk_decision_items_outcome")),
        sa.ForeignKeyConstraint(
            ["bulk_decision_id"],
            ["bulk_decisions.id"],
            name=op.f("fk_bulk_decision_items_bulk_decision_id_bulk_decisions"),
        ),
        sa.PrimaryKeyConstraint("bulk_decision_id", "n", name=op.f("pk_bulk_decision_items")),
        sa.UniqueConstraint(
            "bulk_decision_id", "registration_id", name=op.f("uq_bulk_decision_items_bulk_decision_id_registration_id")
        ),
        postgresql_with={"fillfactor": 50},
    )


def downgrade() -> None:
    op.drop_table("bulk_decision_items")
    op.drop_table("bulk_decisions")


def _conditions() -> list[sa.CheckConstraint]:
    conditions = {
        "reason": "(act = 'return') = (reason IS NOT NULL)",
        "note": "note IS NULL OR reason IS NULL",
        "applied": "(applied_at IS NULL) = (operation_id IS NULL) AND (applied_at IS NULL) = (excepted IS NULL)",
        "in_time": "applied_at IS NULL OR (sealed_at IS NOT NULL AND applied_at < sealed_at + interval '24 hours')",
    }
    return [sa.CheckConstraint(text, name=op.f(f"ck_bulk_decisions_{name}")) for name, text in conditions.items()]
