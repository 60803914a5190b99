"""Disputes with their kinds and sealed reasons, and the tasks that they make."""

import sqlalchemy as sa
from alembic import op

revision = "202611301201"
down_revision = "202611301601"
branch_labels = None
depends_on = None

# in this language each statement sees what the acts have written that the one before it has waited for
_ERASE = """
BEGIN
    UPDATE public.disputes SET reason_cipher = NULL
      FROM public.roster_graduates person
     WHERE disputes.graduate_id = ANY(of_graduates) AND person.graduate_id = disputes.graduate_id AND person.erased;

    UPDATE public.tasks
       SET version = version + 1, answer_cipher = NULL, state = 'done', outcome = coalesce(outcome, 'withdrawn'),
           ended_at = coalesce(ended_at, public.quxiang_now())
      FROM public.roster_graduates person
     WHERE tasks.graduate_id = ANY(of_graduates) AND person.graduate_id = tasks.graduate_id AND person.erased
       AND (tasks.state = 'open' OR tasks.answer_cipher IS NOT NULL);
END
"""
# what was emptied since it was read stays empty, and an erasure that holds a row is not waited for
_RESEAL = """
    WITH free AS (
        SELECT dispute.registration_id, dispute.version, given.new_reason
          FROM public.disputes dispute
          JOIN unnest(of_registrations, of_versions, old_reasons, new_reasons)
               AS given (registration_id, version, old_reason, new_reason) USING (registration_id, version)
         WHERE dispute.reason_cipher = given.old_reason AND given.new_reason IS NOT NULL
           FOR UPDATE OF dispute SKIP LOCKED
    )
    UPDATE public.disputes dispute SET reason_cipher = free.new_reason
      FROM free WHERE dispute.registration_id = free.registration_id AND dispute.version = free.version;
"""


def upgrade() -> None:
    op.create_table(
        "disputes",
        sa.Column("registration_id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("graduate_id", sa.Uuid(), nullable=False),
        *(sa.Column(name, sa.Text(), nullable=False) for name in ("school_code", "kind")),
        sa.Column("reason_cipher", sa.LargeBinary(), nullable=True),
        sa.Column("recorded_at", sa.DateTime(timezone=True), server_default=sa.text("quxiang_now()"), nullable=False),
        sa.CheckConstraint(
            "kind IN ('wrong_data', 'changed', 'not_mine', 'pressed')", name=op.f("ck_disputes_kind_known")
        ),
        sa.PrimaryKeyConstraint("registration_id", "version", name=op.f("pk_disputes")),
    )
    op.create_index("ix_disputes_graduate_id", "disputes", ["graduate_id"])
    op.create_table(
        "tasks",
        sa.Column("id", sa.Uuid(), server_default=sa.text("uuidv7()"), nullable=False),
        sa.Column("school_code", sa.Text(), nullable=False),
        sa.Column("cohort", sa.Integer(), nullable=False),
        *(sa.Column(name, sa.Uuid(), nullable=False) for name in ("graduate_id", "registration_id")),
        sa.Column("disputed_version", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), server_default=sa.text("1"), nullable=False),
        *(sa.Column(name, sa.Text(), nullable=False) for name in ("kind", "held_by")),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("state", sa.Text(), server_default=sa.text("'open'"), nullable=False),
        sa.Column("outcome", sa.Text(), nullable=True),
        sa.Column("answer_cipher", sa.LargeBinary(), nullable=True),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("recorded_at", sa.DateTime(timezone=True), server_default=sa.text("quxiang_now()"), nullable=False),
        *(sa.CheckConstraint(rule, name=op.f(f"ck_tasks_{name}")) for name, rule in _RULES.items()),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_tasks")),
    )
    op.create_index("ix_tasks_school_code_id", "tasks", ["school_code", "id"])
    op.create_index("ix_tasks_graduate_id", "tasks", ["graduate_id"])
    op.create_index(
        "uq_tasks_open", "tasks", ["registration_id"], unique=True, postgresql_where=sa.text("state = 'open'")
    )
    # the planner's statistics would keep ciphertexts after they are emptied
    op.execute("ALTER TABLE disputes ALTER COLUMN reason_cipher SET STATISTICS 0")
    op.execute("ALTER TABLE tasks ALTER COLUMN answer_cipher SET STATISTICS 0")
    for named, language, body in (
        ("erase_tasks(of_graduates uuid[])", "plpgsql", _ERASE),
        (
            "reseal_disputes(of_registrations uuid[], of_versions integer[], old_reasons bytea[], new_reasons bytea[])",
            "sql",
            _RESEAL,
        ),
    ):
        op.execute(
            f"CREATE FUNCTION {named} RETURNS void LANGUAGE {language} SECURITY DEFINER"
            f" SET search_path = pg_catalog, pg_temp AS $body$ {body} $body$"
        )


_RULES = {
    "kind_known": "kind IN ('answer_dispute')",
    "held_by_known": "held_by IN ('college', 'school')",
    "state_known": "state IN ('open', 'done')",
    "outcome_known": "outcome IN ('kept', 'corrected', 'withdrawn')",
    "ended_somehow": "(state = 'done') = (outcome IS NOT NULL)",
    "ended_once": "(state = 'done') = (ended_at IS NOT NULL)",
    "answered": "answer_cipher IS NULL OR outcome = 'kept'",
}


def downgrade() -> None:
    op.execute("DROP FUNCTION reseal_disputes")
    op.execute("DROP FUNCTION erase_tasks")
    op.drop_table("tasks")
    op.drop_table("disputes")
