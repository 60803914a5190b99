"""Only the sealed document holds what events do not carry, and the history superseded versions alone.

The release before cannot run beside it: stop it, run `seal-roster` for what it has written last, then this.
"""

import sqlalchemy as sa
from alembic import op

from common.errors import Message, PermanentError

revision = "202611291102"
down_revision = "202611291101"
branch_labels = None
depends_on = None

_DAYS = ("birth_date", "enrolled_on", "graduated_on")
_TEXTS = ("exam_number", "political_status_code", "major_direction", "commissioning_unit")
_CIPHERS = ("citizen_id_cipher", "phone_cipher")
_NEEDED = ("sealed", "student_number_index", "action", "source", "subject", "role")
_SOURCES = "'import', 'officer', 'graduate', 'correction', 'population_change', 'erasure'"
_ACTIONS = "'create', 'change', 'withdraw', 'import'"

_LEFT = """
    SELECT EXISTS (SELECT FROM graduates WHERE sealed_version IS DISTINCT FROM version)
        OR EXISTS (SELECT FROM graduate_versions WHERE sealed IS NULL)
"""
# the roster has them now
_FORGET_NEWEST = """
    DELETE FROM graduate_versions v USING graduates g WHERE g.id = v.graduate_id AND g.version = v.version
"""


class RosterNotSealedError(PermanentError):
    """Rows of the release before are left: run `seal-roster` once that release is stopped, then `migrate` again."""

    code = "roster_not_sealed"
    title = Message(
        "仍有旧版本的行：停止旧版本后运行 seal-roster，再运行 migrate",
        "Rows of the release before are left: stop it, run seal-roster, then migrate again",
    )


def upgrade() -> None:
    op.execute("LOCK TABLE graduates, graduate_versions IN ACCESS EXCLUSIVE MODE")
    if op.get_bind().scalar(sa.text(_LEFT)):
        raise RosterNotSealedError
    op.execute(_FORGET_NEWEST)
    for table in ("graduates", "graduate_versions"):
        for name in ("student_number", "duration_years", "name_cipher", *_DAYS, *_TEXTS, *_CIPHERS):
            op.drop_column(table, name)
        op.create_check_constraint(op.f(f"ck_{table}_source"), table, f"source IN ({_SOURCES})")
    for name in ("sealed_version", "shared_exam_number"):
        op.drop_column("graduates", name)
    for name in ("name_index", "citizen_id_index"):
        op.drop_column("graduate_versions", name)
    for name in _NEEDED:
        op.alter_column("graduates", name, nullable=False)
    for name in ("sealed", "source"):
        op.alter_column("graduate_versions", name, nullable=False)
    op.drop_column("graduate_versions", "reason_cipher")
    op.create_check_constraint(op.f("ck_graduates_action"), "graduates", f"action IN ({_ACTIONS})")
    op.drop_constraint(op.f("ck_graduates_cohort"), "graduates")
    op.drop_constraint(op.f("fk_graduates_school_code_schools"), "graduates")
    roster = ["school_code", "cohort"]
    op.create_foreign_key(op.f("fk_graduates_school_code_data_keys"), "graduates", "data_keys", roster, roster)
    student_number = op.f("uq_graduates_school_code_cohort_student_number_index")
    op.create_unique_constraint(student_number, "graduates", [*roster, "student_number_index"])
    op.create_index("ix_graduates_exam_number_index", "graduates", [*roster, "exam_number_index"])
    shared = sa.text("exam_number_index IS DISTINCT FROM shared_exam_number_index")
    exam_number = [*roster, "exam_number_index"]
    op.create_index("uq_graduates_exam_number_index", "graduates", exam_number, unique=True, postgresql_where=shared)
    op.create_index("ix_graduates_phone", "graduates", ["school_code", "phone_index"])


def downgrade() -> None:
    """For an empty roster: what is sealed cannot be opened in SQL."""
    for name in ("ix_graduates_phone", "uq_graduates_exam_number_index", "ix_graduates_exam_number_index"):
        op.drop_index(name, "graduates")
    op.drop_constraint(op.f("uq_graduates_school_code_cohort_student_number_index"), "graduates")
    op.drop_constraint(op.f("fk_graduates_school_code_data_keys"), "graduates")
    op.create_foreign_key(op.f("fk_graduates_school_code_schools"), "graduates", "schools", ["school_code"], ["code"])
    op.create_check_constraint(op.f("ck_graduates_cohort"), "graduates", "cohort BETWEEN 1977 AND 2200")
    op.drop_constraint(op.f("ck_graduates_action"), "graduates")
    op.add_column("graduate_versions", sa.Column("reason_cipher", sa.LargeBinary(), nullable=True))
    for name in ("sealed", "source"):
        op.alter_column("graduate_versions", name, nullable=True)
    for name in _NEEDED:
        op.alter_column("graduates", name, nullable=True)
    op.add_column("graduate_versions", sa.Column("name_index", sa.LargeBinary(), nullable=False))
    op.add_column("graduate_versions", sa.Column("citizen_id_index", sa.LargeBinary(), nullable=True))
    op.add_column("graduates", sa.Column("shared_exam_number", sa.Text(), nullable=True))
    op.add_column("graduates", sa.Column("sealed_version", sa.Integer(), nullable=True))
    for table in ("graduates", "graduate_versions"):
        op.drop_constraint(op.f(f"ck_{table}_source"), table)
        for name in _CIPHERS:
            op.add_column(table, sa.Column(name, sa.LargeBinary(), nullable=True))
        for name in _TEXTS:
            op.add_column(table, sa.Column(name, sa.Text(), nullable=True))
        for name in _DAYS:
            op.add_column(table, sa.Column(name, sa.Date(), nullable=True))
        op.add_column(table, sa.Column("name_cipher", sa.LargeBinary(), nullable=False))
        op.add_column(table, sa.Column("duration_years", sa.Numeric(precision=3, scale=1), nullable=True))
        op.add_column(table, sa.Column("student_number", sa.Text(), nullable=False))
    op.create_check_constraint(
        op.f("ck_graduates_citizen_id"), "graduates", "(citizen_id_cipher IS NULL) = (citizen_id_index IS NULL)"
    )
    roster = ["school_code", "cohort"]
    op.create_unique_constraint(
        op.f("uq_graduates_school_code_cohort_student_number"), "graduates", [*roster, "student_number"]
    )
    op.create_index("ix_graduates_exam_number", "graduates", [*roster, "exam_number"])
    shared = sa.text("exam_number IS DISTINCT FROM shared_exam_number")
    op.create_index(
        "uq_graduates_exam_number", "graduates", [*roster, "exam_number"], unique=True, postgresql_where=shared
    )
