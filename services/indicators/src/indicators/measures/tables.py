"""The newest of each answer's values, without history: what is taken back is nowhere. And the waves that are closed."""

from sqlalchemy import BigInteger, Boolean, CheckConstraint, Column, DateTime, Index, Integer, Table, Text, Uuid
from sqlalchemy.dialects.postgresql import JSONB

from common.database import instant_column
from indicators.schema import metadata

measure_answers = Table(
    "measure_answers",
    metadata,
    Column("response_id", Uuid, primary_key=True),
    # stays when the answer is taken back, so that no late or repeated event brings a value again
    Column("response_version", Integer, nullable=False),
    Column("withdrawn", Boolean, nullable=False),
    Column("school_code", Text, nullable=False),
    Column("graduate_id", Uuid),
    Column("employer_id", Uuid),
    Column("wave_id", Uuid, nullable=False),
    # of a wave that asks graduates
    Column("cohort", Integer),
    Column("cycle", Integer),
    # of a wave that asks employers
    Column("year", Integer),
    Column("unit", Text),
    Column("hires", Integer),
    # measure → true or false, a whole number, a code, a list of codes; NULL once it is taken back
    Column("measured", JSONB),
    # level of posts → measure → value, of employers that judge levels apart
    Column("by_level", JSONB),
    # measure → version of the answer since which it has its value, and the same by level; NULL in rows of the release
    # before, and once the answer is taken back
    Column("measured_since", JSONB),
    Column("by_level_since", JSONB),
    Column("recorded_at", DateTime(timezone=True), nullable=False),
    # when this row changed last: editions count what came, went or changed since
    instant_column("changed_at"),
    Column("event_id", Uuid, nullable=False),
    Column("event_sequence", BigInteger, nullable=False),
    CheckConstraint("num_nonnulls(graduate_id, employer_id) = 1", name="one_respondent"),
    CheckConstraint("withdrawn = (measured IS NULL) AND withdrawn = (by_level IS NULL)", name="withdrawn_is_empty"),
)
Index(
    "ix_measure_answers_cohort_cycle",
    measure_answers.c.school_code,
    measure_answers.c.cohort,
    measure_answers.c.cycle,
)
Index("ix_measure_answers_year", measure_answers.c.school_code, measure_answers.c.year)
Index("ix_measure_answers_graduate_id", measure_answers.c.graduate_id)
Index("ix_measure_answers_employer_id", measure_answers.c.employer_id)

closed_waves = Table(
    "closed_waves",
    metadata,
    Column("wave_id", Uuid, primary_key=True),
    Column("school_code", Text, nullable=False),
    Column("audience", Text, nullable=False),
    Column("cohort", Integer),
    Column("cycle", Integer),
    Column("year", Integer),
    # by the owner's clock
    Column("closed_at", DateTime(timezone=True), nullable=False),
    instant_column("arrived_at"),
    Column("event_id", Uuid, nullable=False),
    Column("event_sequence", BigInteger, nullable=False),
    info={"insert_only": True},
)
Index("ix_closed_waves_school_code", closed_waves.c.school_code)
