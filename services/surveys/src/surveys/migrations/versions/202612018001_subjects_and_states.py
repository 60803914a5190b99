"""Employers beside graduates as those who are asked, and the states of links and answers that end early."""

import sqlalchemy as sa
from alembic import op

revision = "202612018001"
down_revision = "202612016202"
branch_labels = None
depends_on = None

_WAVES = {
    "audience_known": "audience IN ('graduates', 'employers')",
    "cohort_of_graduates": "(audience = 'graduates') = (cohort IS NOT NULL)",
    "year_of_employers": "audience = 'graduates' OR (cycle IS NULL AND year IS NOT NULL)",
    "unit_of_employers": "(audience = 'employers') = (unit IS NOT NULL)",
    "unit_known": "unit IN ('employer', 'hire')",
}
_INVITATION = "state IN ('created', 'opened', 'submitted', 'withdrawn'{})"
_RESPONSE = "state IN ('open', 'submitted', 'withdrawn'{})"
_ONE_SUBJECT = "num_nonnulls(graduate_id, employer_id) = 1"


def upgrade() -> None:
    op.add_column("waves", sa.Column("audience", sa.Text(), server_default=sa.text("'graduates'"), nullable=False))
    op.add_column("waves", sa.Column("year", sa.Integer(), nullable=True))
    op.add_column("waves", sa.Column("unit", sa.Text(), nullable=True))
    op.alter_column("waves", "cohort", nullable=True)
    op.alter_column("waves", "cycle", nullable=True)
    for name, condition in _WAVES.items():
        op.create_check_constraint(op.f(f"ck_waves_{name}"), "waves", condition)
    for table in ("invitations", "responses"):
        op.add_column(table, sa.Column("employer_id", sa.Uuid(), nullable=True))
        op.alter_column(table, "graduate_id", nullable=True)
        op.create_check_constraint(op.f(f"ck_{table}_one_subject"), table, _ONE_SUBJECT)
    op.create_unique_constraint(op.f("uq_invitations_wave_id_employer_id"), "invitations", ["wave_id", "employer_id"])
    op.add_column("responses", sa.Column("number", sa.Integer(), server_default=sa.text("1"), nullable=False))
    op.create_check_constraint(op.f("ck_responses_number_allowed"), "responses", "number BETWEEN 1 AND 50")
    op.create_unique_constraint(op.f("uq_responses_invitation_id_number"), "responses", ["invitation_id", "number"])
    op.drop_constraint(op.f("uq_responses_invitation_id"), "responses")
    _states(", 'screened_out', 'expired', 'revoked'", ", 'screened_out'")


def downgrade() -> None:
    _states("", "")
    op.create_unique_constraint(op.f("uq_responses_invitation_id"), "responses", ["invitation_id"])
    op.drop_constraint(op.f("uq_responses_invitation_id_number"), "responses")
    op.drop_column("responses", "number")
    for table in ("responses", "invitations"):
        op.alter_column(table, "graduate_id", nullable=False)
        op.drop_column(table, "employer_id")
    for name in ("cycle", "cohort"):
        op.alter_column("waves", name, nullable=False)
    for name in ("unit", "year", "audience"):
        op.drop_column("waves", name)


def _states(of_invitations: str, of_responses: str) -> None:
    known = {"invitations": _INVITATION.format(of_invitations), "responses": _RESPONSE.format(of_responses)}
    for table, condition in known.items():
        op.drop_constraint(op.f(f"ck_{table}_state_known"), table)
        op.create_check_constraint(op.f(f"ck_{table}_state_known"), table, condition)
