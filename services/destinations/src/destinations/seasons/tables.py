"""Seasons, their insert-only versions, and the days that single graduates have beyond the last day of changes."""

from typing import Any

from sqlalchemy import ARRAY, CheckConstraint, Column, Date, Index, Integer, LargeBinary, Table, Text, Uuid
from sqlalchemy.dialects.postgresql import JSONB

from common.database import instant_column
from destinations.schema import metadata


def _settings_columns() -> list[Column[Any]]:
    """The fields of `Settings`."""
    return [
        Column("levels", ARRAY(Text), nullable=False),
        Column("evidence", Text, nullable=False),
        *(Column(name, Date, nullable=False) for name in ("changes_until", "coverage_by", "report_by", "closes_on")),
        Column("graduation_day", Date, nullable=False),
        # [{"round": 1, "from": "2026-07-01", "to": "2026-07-31"}, …]
        Column("rounds", JSONB, nullable=False),
    ]


SETTINGS = tuple(column.name for column in _settings_columns())

seasons = Table(
    "seasons",
    metadata,
    Column("school_code", Text, primary_key=True),
    Column("cohort", Integer, primary_key=True, autoincrement=False),
    Column("version", Integer, nullable=False),
    *_settings_columns(),
    instant_column(),
    CheckConstraint("version > 0", name="version_positive"),
    CheckConstraint(
        "levels IN ('{college,school}'::text[], '{counsellor,college,school}'::text[])", name="levels_known"
    ),
    CheckConstraint("evidence IN ('none', 'submit', 'approve')", name="evidence_known"),
    CheckConstraint("greatest(changes_until, coverage_by, report_by, graduation_day) <= closes_on", name="closes_last"),
    CheckConstraint("jsonb_array_length(rounds) >= 2", name="two_rounds"),
)

versions = Table(
    "season_versions",
    metadata,
    Column("school_code", Text, primary_key=True),
    Column("cohort", Integer, primary_key=True, autoincrement=False),
    Column("version", Integer, primary_key=True, autoincrement=False),
    *_settings_columns(),
    Column("by_role", Text, nullable=False),
    Column("by_subject", Text, nullable=False),
    instant_column(),
    info={"insert_only": True},
)

extensions = Table(
    "season_extensions",
    metadata,
    # one id for all graduates who were given the same days at once
    Column("id", Uuid, primary_key=True),
    Column("school_code", Text, nullable=False),
    Column("cohort", Integer, nullable=False),
    Column("graduate_id", Uuid, primary_key=True),
    Column("until", Date, nullable=False),
    # a text about the person: empty once the person is erased
    Column("reason_cipher", LargeBinary),
    Column("by_role", Text, nullable=False),
    Column("by_subject", Text, nullable=False),
    instant_column(),
    info={"insert_only": True},
)
Index("ix_season_extensions_graduate_id_id", extensions.c.graduate_id, extensions.c.id)
Index("ix_season_extensions_school_code_cohort_id", extensions.c.school_code, extensions.c.cohort, extensions.c.id)
