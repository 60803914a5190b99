"""Population changes, which take two people, and the ground of an exclusion beside the status."""

import sqlalchemy as sa
from alembic import op

revision = "202611291301"
down_revision = "202611291401"
branch_labels = None
depends_on = None

STATUSES = "'registered', 'completed', 'extended', 'withdrawn', 'deceased', 'transferred'"
ACTIONS = "'create', 'change', 'withdraw', 'import'"


def upgrade() -> None:
    # Beside the writes of the release before; what is stored is checked without keeping it from being written.
    with op.get_context().autocommit_block():
        op.execute("ALTER TABLE graduates ADD COLUMN IF NOT EXISTS exclusion_ground text")
        _restrict("graduates", "status", f"status IN ({STATUSES}, 'excluded')")
        _restrict("graduates", "excluded", "(status = 'excluded') = (exclusion_ground IS NOT NULL)")
        _restrict("graduate_versions", "action", f"action IN ({ACTIONS}, 'population_change')")
    _population_changes()
    # the planner's statistics would keep ciphertexts after they are emptied
    for name in ("reason_cipher", "decision_reason_cipher", "document_number_cipher"):
        op.execute(f"ALTER TABLE population_changes ALTER COLUMN {name} SET STATISTICS 0")
    _population_change_graduates()


def downgrade() -> None:
    op.drop_table("population_change_graduates")
    op.drop_table("population_changes")
    _restrict("graduate_versions", "action", f"action IN ({ACTIONS})")
    op.execute("ALTER TABLE graduates DROP CONSTRAINT ck_graduates_excluded")
    _restrict("graduates", "status", f"status IN ({STATUSES})")
    op.drop_column("graduates", "exclusion_ground")


def _restrict(table: str, name: str, condition: str) -> None:
    constraint = f"ck_{table}_{name}"
    op.execute(
        f"ALTER TABLE {table} DROP CONSTRAINT IF EXISTS {constraint},"
        f" ADD CONSTRAINT {constraint} CHECK ({condition}) NOT VALID"
    )
    op.execute(f"ALTER TABLE {table} VALIDATE CONSTRAINT {constraint}")


def _population_changes() -> None:
    op.create_table(
        "population_changes",
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
        sa.Column("change", sa.Text(), nullable=False),
        sa.Column("ground", sa.Text(), nullable=True),
        sa.Column("duplicate_of", sa.Uuid(), nullable=True),
        sa.Column("document_number_cipher", sa.LargeBinary(), nullable=True),
        sa.Column("document_issued_on", sa.Date(), nullable=True),
        sa.Column("effective_on", sa.Date(), nullable=True),
        sa.Column("clamped", sa.Integer(), nullable=True),
        sa.Column("change_token", sa.Text(), nullable=True),
        *_conditions(),
        sa.ForeignKeyConstraint(
            ["duplicate_of"], ["graduates.id"], name=op.f("fk_population_changes_duplicate_of_graduates")
        ),
        sa.ForeignKeyConstraint(
            ["school_code"], ["schools.code"], name=op.f("fk_population_changes_school_code_schools")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_population_changes")),
    )
    op.create_index("ix_population_changes_school_code_id", "population_changes", ["school_code", "id"], unique=False)


def _conditions() -> list[sa.CheckConstraint]:
    conditions = {
        "state": "state IN ('open', 'withdrawn', 'approved', 'refused')",
        "two_people": "decided_by <> requested_by",
        "decided_at": "(decided_by IS NULL) = (decided_at IS NULL)",
        "decided": "state NOT IN ('approved', 'refused') OR decided_by IS NOT NULL",
        "undecided": "state <> 'open' OR decided_by IS NULL",
        "change": "change IN ('extend', 'withdraw', 'transfer', 'decease', 'exclude', 'readmit')",
        "ground": "(change = 'exclude') = (ground IS NOT NULL)",
        "duplicate_of": "(duplicate_of IS NOT NULL) = (ground IS NOT DISTINCT FROM 'duplicate')",
        "reason": "reason_cipher IS NOT NULL",
        "document": "(document_number_cipher IS NULL) = (document_issued_on IS NULL)",
    }
    return [sa.CheckConstraint(text, name=op.f(f"ck_population_changes_{name}")) for name, text in conditions.items()]


def _population_change_graduates() -> None:
    op.create_table(
        "population_change_graduates",
        sa.Column("change_id", sa.Uuid(), nullable=False),
        sa.Column("graduate_id", sa.Uuid(), nullable=False),
        sa.Column("place", sa.Integer(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("is_open", sa.Boolean(), server_default=sa.text("true"), nullable=False),
        sa.Column("is_named", sa.Boolean(), server_default=sa.text("true"), nullable=False),
        sa.CheckConstraint("is_named OR NOT is_open", name=op.f("ck_population_change_graduates_named")),
        sa.ForeignKeyConstraint(
            ["change_id"],
            ["population_changes.id"],
            name=op.f("fk_population_change_graduates_change_id_population_changes"),
        ),
        sa.ForeignKeyConstraint(
            ["graduate_id"], ["graduates.id"], name=op.f("fk_population_change_graduates_graduate_id_graduates")
        ),
        sa.PrimaryKeyConstraint("change_id", "graduate_id", name=op.f("pk_population_change_graduates")),
    )
    op.create_index(
        "uq_population_change_graduates_open",
        "population_change_graduates",
        ["graduate_id"],
        unique=True,
        postgresql_where=sa.text("is_open"),
    )
