"""Ballots: the answers of unlinkable waves, each under the digest of a code that is kept nowhere."""

import sqlalchemy as sa
from alembic import op

revision = "202612018801"
down_revision = "202612018402"
branch_labels = None
depends_on = None

_ANONYMITY = "anonymity IN ('identified', 'pseudonymous'{})"
_CHECKS = {
    "digest_whole": "length(digest) = 32",
    "state_known": "state IN ('open', 'submitted', 'withdrawn', 'screened_out')",
    "week_alone": "week ~ '^[0-9]{4}-W[0-9]{2}$'",
    "submitted_whole": "state <> 'submitted' OR (week IS NOT NULL AND completeness IS NOT NULL "
    "AND values_ciphertext IS NOT NULL)",
    "gone_is_empty": "state NOT IN ('withdrawn', 'screened_out') OR values_ciphertext IS NULL",
    "kept_after_consent": "values_ciphertext IS NULL OR statement_version IS NOT NULL",
    "consent_whole": "(statement_version IS NULL) = (sensitive IS NULL)",
    "completeness_known": "completeness IN ('empty', 'partial', 'core', 'complete')",
    "completed_by_known": "completed_by IN ('respondent', 'close')",
}


def upgrade() -> None:
    op.create_table(
        "ballots",
        sa.Column("id", sa.Uuid(), server_default=sa.text("gen_random_uuid()"), nullable=False),
        sa.Column("wave_id", sa.Uuid(), nullable=False),
        sa.Column("school_code", sa.Text(), nullable=False),
        sa.Column("digest", sa.LargeBinary(), nullable=False),
        sa.Column("version", sa.Integer(), server_default=sa.text("1"), nullable=False),
        sa.Column("state", sa.Text(), server_default=sa.text("'open'"), nullable=False),
        sa.Column("is_opened", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("week", sa.Text(), nullable=True),
        sa.Column("shown_statement_id", sa.Uuid(), nullable=True),
        sa.Column("shown_statement_version", sa.Integer(), nullable=True),
        sa.Column("statement_id", sa.Uuid(), nullable=True),
        sa.Column("statement_version", sa.Integer(), nullable=True),
        sa.Column("sensitive", sa.Boolean(), nullable=True),
        sa.Column("questions_answered", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("questions_total", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("completeness", sa.Text(), nullable=True),
        sa.Column("completed_by", sa.Text(), nullable=True),
        sa.Column("values_ciphertext", sa.LargeBinary(), nullable=True),
        sa.Column("caps", sa.ARRAY(sa.Text()), server_default=sa.text("'{}'"), nullable=False),
        sa.Column("request_digest", sa.LargeBinary(), nullable=True),
        sa.Column("frozen_digest", sa.LargeBinary(), nullable=True),
        sa.Column("frozen_salt", sa.LargeBinary(), nullable=True),
        *(sa.CheckConstraint(condition, name=op.f(f"ck_ballots_{name}")) for name, condition in _CHECKS.items()),
        sa.ForeignKeyConstraint(["wave_id"], ["waves.id"], name=op.f("fk_ballots_wave_id_waves")),
        sa.ForeignKeyConstraint(
            ["statement_id", "statement_version"],
            ["privacy_statement_versions.statement_id", "privacy_statement_versions.number"],
            name="fk_ballots_statement_version",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_ballots")),
        sa.UniqueConstraint("digest", name=op.f("uq_ballots_digest")),
    )
    for name in ("digest", "values_ciphertext"):
        # the planner would keep samples of what is taken back later
        op.execute(f"ALTER TABLE ballots ALTER COLUMN {name} SET STATISTICS 0")
    op.create_index("ix_ballots_wave_id_id", "ballots", ["wave_id", "id"])
    _known(", 'unlinkable'")


def downgrade() -> None:
    _known("")
    op.drop_table("ballots")


def _known(more: str) -> None:
    op.drop_constraint(op.f("ck_waves_anonymity_known"), "waves")
    op.create_check_constraint(op.f("ck_waves_anonymity_known"), "waves", _ANONYMITY.format(more))
