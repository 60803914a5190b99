"""Table of plans of waves."""

from sqlalchemy import CheckConstraint, Column, DateTime, Index, Integer, Table, Text, text
from sqlalchemy.dialects.postgresql import JSONB

from common.database import instant_column, uuid_key
from surveys.schema import metadata

wave_plans = Table(
    "wave_plans",
    metadata,
    uuid_key(),
    Column("school_code", Text, nullable=False),
    Column("version", Integer, nullable=False, server_default=text("1")),
    Column("cycle", Integer),
    Column("every_years", Integer, nullable=False),
    Column("first_year", Integer, nullable=False),
    Column("last_year", Integer),
    Column("month_day", Text, nullable=False),
    Column("open_days", Integer, nullable=False),
    # of its waves, in the words in which a wave is asked for
    Column("settings", JSONB, nullable=False),
    Column("next_year", Integer),
    # when the wave of that year is to be made, or tried again; NULL once the plan has ended
    Column("due_at", DateTime(timezone=True)),
    Column("problem", Text),
    instant_column("created_at"),
    instant_column("recorded_at"),
    CheckConstraint("every_years IN (1, 2)", name="every_years_allowed"),
    CheckConstraint("(next_year IS NULL) = (due_at IS NULL)", name="due_has_year"),
)
Index("ix_wave_plans_school_code_id", wave_plans.c.school_code, wave_plans.c.id)
Index("ix_wave_plans_due_at", wave_plans.c.due_at, postgresql_where=wave_plans.c.due_at.is_not(None))
