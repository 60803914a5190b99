"""What answers give to measures, waves that are closed, and versions of each employer's part in the surveys."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

from common.clock import NOW_SQL

revision = "202612014001"
down_revision = "202612011001"
branch_labels = None
depends_on = None

_OF_GRADUATES = {
    "quxiang.registry.graduate.v1": "roster_versions",
    "quxiang.destinations.registration.v1": "destination_versions",
    "quxiang.surveys.response.v1": "response_versions",
}
_DELETES = [
    f"DELETE FROM public.{table} WHERE of_topic = '{topic}'"
    " AND graduate_id = of_key AND sequence = of_sequence AND event_id <> of_owner"
    for topic, table in _OF_GRADUATES.items()
]
_OF_EMPLOYERS = (
    "DELETE FROM public.employer_response_versions WHERE of_topic = 'quxiang.surveys.response.v1'"
    " AND employer_id = of_key AND sequence = of_sequence AND event_id <> of_owner"
)


def upgrade() -> None:
    _create_answers()
    op.create_table(
        "closed_waves",
        sa.Column("wave_id", sa.Uuid(), nullable=False),
        sa.Column("school_code", sa.Text(), nullable=False),
        sa.Column("audience", sa.Text(), nullable=False),
        *(sa.Column(name, sa.Integer(), nullable=True) for name in ("cohort", "cycle", "year")),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=False),
        _instant("arrived_at"),
        sa.Column("event_id", sa.Uuid(), nullable=False),
        sa.Column("event_sequence", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("wave_id", name=op.f("pk_closed_waves")),
    )
    op.create_index("ix_closed_waves_school_code", "closed_waves", ["school_code"])
    op.create_table(
        "employer_response_versions",
        sa.Column("employer_id", sa.Uuid(), nullable=False),
        sa.Column("sequence", sa.BigInteger(), nullable=False),
        sa.Column("school_code", sa.Text(), nullable=False),
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("wave_id", sa.Uuid(), nullable=False),
        sa.Column("unit", sa.Text(), nullable=False),
        sa.Column("hires", sa.Integer(), nullable=False),
        sa.Column("event_id", sa.Uuid(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("employer_id", "sequence", name=op.f("pk_employer_response_versions")),
    )
    op.create_index(
        "ix_employer_response_versions_school_code_year", "employer_response_versions", ["school_code", "year"]
    )
    _define_drop([*_DELETES, _OF_EMPLOYERS])


def downgrade() -> None:
    _define_drop(_DELETES)
    for table in ("employer_response_versions", "closed_waves", "measure_answers"):
        op.drop_table(table)


def _create_answers() -> None:
    op.create_table(
        "measure_answers",
        sa.Column("response_id", sa.Uuid(), nullable=False),
        sa.Column("response_version", sa.Integer(), nullable=False),
        sa.Column("withdrawn", sa.Boolean(), nullable=False),
        sa.Column("school_code", sa.Text(), nullable=False),
        sa.Column("graduate_id", sa.Uuid(), nullable=True),
        sa.Column("employer_id", sa.Uuid(), nullable=True),
        sa.Column("wave_id", sa.Uuid(), nullable=False),
        *(sa.Column(name, sa.Integer(), nullable=True) for name in ("cohort", "cycle", "year")),
        sa.Column("unit", sa.Text(), nullable=True),
        sa.Column("hires", sa.Integer(), nullable=True),
        sa.Column("measured", JSONB(), nullable=True),
        sa.Column("by_level", JSONB(), nullable=True),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        _instant("changed_at"),
        sa.Column("event_id", sa.Uuid(), nullable=False),
        sa.Column("event_sequence", sa.BigInteger(), nullable=False),
        sa.CheckConstraint(
            "num_nonnulls(graduate_id, employer_id) = 1", name=op.f("ck_measure_answers_one_respondent")
        ),
        sa.CheckConstraint(
            "withdrawn = (measured IS NULL) AND withdrawn = (by_level IS NULL)",
            name=op.f("ck_measure_answers_withdrawn_is_empty"),
        ),
        sa.PrimaryKeyConstraint("response_id", name=op.f("pk_measure_answers")),
    )
    op.create_index("ix_measure_answers_cohort_cycle", "measure_answers", ["school_code", "cohort", "cycle"])
    op.create_index("ix_measure_answers_year", "measure_answers", ["school_code", "year"])
    op.create_index("ix_measure_answers_graduate_id", "measure_answers", ["graduate_id"])
    op.create_index("ix_measure_answers_employer_id", "measure_answers", ["employer_id"])


def _instant(name: str) -> sa.Column[object]:
    return sa.Column(name, sa.DateTime(timezone=True), server_default=sa.text(NOW_SQL), nullable=False)


def _define_drop(deletes: list[str]) -> None:
    op.execute(
        "CREATE OR REPLACE FUNCTION drop_forked_version(of_topic text, of_key uuid, of_sequence bigint, of_owner uuid)"
        " RETURNS void LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, pg_temp"
        f" AS $body$ {'; '.join(deletes)} $body$"
    )
