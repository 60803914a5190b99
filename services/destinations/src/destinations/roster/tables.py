"""Roster tables, filled from registry's topics."""

from sqlalchemy import BigInteger, Boolean, Column, DateTime, Index, Integer, Table, Text, Uuid, false

from common.consuming.counted import counted_columns
from common.consuming.forks import event_columns
from destinations.schema import metadata

schools = Table(
    "roster_schools",
    metadata,
    Column("school_code", Text, primary_key=True),
    Column("province_code", Text),
    Column("sequence", BigInteger, nullable=False),
    *event_columns(),
)

graduates = Table(
    "roster_graduates",
    metadata,
    Column("graduate_id", Uuid, primary_key=True),
    Column("school_code", Text, nullable=False),
    Column("cohort", Integer, nullable=False),
    Column("college_code", Text),
    Column("major_code", Text),
    Column("class_code", Text),
    Column("education_level_code", Text),
    Column("status", Text, nullable=False),
    # 0: from an answer of registry over HTTP, before the first event arrived
    Column("sequence", BigInteger, nullable=False),
    *event_columns(),
    *counted_columns(),
    Column("erased", Boolean, nullable=False, server_default=false()),
    # empty where registry has none; an image without these columns leaves both behind `sequence`
    Column("training_mode_code", Text),
    Column("mode_sequence", BigInteger),
    # The sequence from which on events have only said again what stood, and that of the last of them. An image without
    # these columns leaves both behind `sequence`.
    Column("same_since", BigInteger),
    Column("same_until", BigInteger),
)
Index("ix_roster_graduates_school_cohort", graduates.c.school_code, graduates.c.cohort)

versions = Table(
    "roster_versions",
    metadata,
    Column("graduate_id", Uuid, primary_key=True),
    Column("sequence", BigInteger, primary_key=True, autoincrement=False),
    Column("event_id", Uuid, nullable=False),
    # registry's instant, whenever the event arrives here
    Column("recorded_at", DateTime(timezone=True), nullable=False),
    Column("school_code", Text, nullable=False),
    Column("cohort", Integer, nullable=False),
    *(Column(name, Text) for name in ("college_code", "major_code", "class_code", "education_level_code")),
    Column("status", Text, nullable=False),
    *(Column(name, Boolean, nullable=False) for name in ("counted", "erased")),
    # empty where registry has none
    Column("training_mode_code", Text),
    info={"insert_only": True},
)
Index("ix_roster_versions_school_code_cohort", versions.c.school_code, versions.c.cohort)
