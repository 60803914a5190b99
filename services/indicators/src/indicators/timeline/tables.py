"""Versions (insert-only), spans and live cells, and spans that are computed beside them."""

from typing import Any

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    Date,
    DateTime,
    Identity,
    Index,
    Integer,
    SmallInteger,
    Table,
    Text,
    Uuid,
    text,
)

from common.clock import NOW_SQL
from indicators.schema import metadata

roster_versions = Table(
    "roster_versions",
    metadata,
    Column("graduate_id", Uuid, primary_key=True),
    Column("sequence", BigInteger, primary_key=True),
    Column("school_code", Text, nullable=False),
    Column("cohort", Integer, nullable=False),
    Column("event_id", Uuid, nullable=False),
    Column("decided_on", Date, nullable=False),
    Column("recorded_at", DateTime(timezone=True), nullable=False),
    Column("status", Text, nullable=False),
    Column("college_code", Text),
    Column("major_code", Text),
    Column("class_code", Text),
    Column("education_level_code", Text),
    Column("sex_code", Text),
    Column("origin_place_code", Text),
    Column("ethnicity_code", Text),
    Column("hardship_code", Text),
    Column("training_mode_code", Text),
    Column("teacher_training_code", Text),
    Column("study_form", Text),
    # NULL in rows of the release before, where the status counts
    Column("counted", Boolean),
    # NULL, too, in rows of the release before
    Column("urban_rural", Text),
    # NULL in rows of the release before: `generation` of the storage says what they are
    Column("generation", SmallInteger),
    info={"insert_only": True},
)
Index("ix_roster_versions_school_code_graduate_id", roster_versions.c.school_code, roster_versions.c.graduate_id)

destination_versions = Table(
    "destination_versions",
    metadata,
    Column("graduate_id", Uuid, primary_key=True),
    Column("sequence", BigInteger, primary_key=True),
    Column("school_code", Text, nullable=False),
    Column("event_id", Uuid, nullable=False),
    Column("decided_on", Date, nullable=False),
    Column("recorded_at", DateTime(timezone=True), nullable=False),
    Column("registration_id", Uuid, nullable=False),
    Column("state", Text, nullable=False),
    Column("confirmation", Text),
    Column("destination_code", Text, nullable=False),
    Column("code_list_version", Text, nullable=False),
    Column("flexible", Boolean, nullable=False),
    Column("flexible_kind", Text),
    Column("employer_nature_code", Text),
    Column("industry_code", Text),
    Column("place_code", Text),
    Column("position_code", Text),
    Column("study_level_code", Text),
    Column("abroad_country_code", Text),
    Column("generation", SmallInteger),
    info={"insert_only": True},
)
# finds graduates with a decision whose roster entry is still missing, school by school
Index(
    "ix_destination_versions_school_code_graduate_id",
    destination_versions.c.school_code,
    destination_versions.c.graduate_id,
)


def _span_columns() -> list[Column[Any]]:
    return [
        Column("school_code", Text, primary_key=True),
        Column("graduate_id", Uuid, primary_key=True),
        Column("from_day", Date, primary_key=True),
        Column("to_day", Date, nullable=False),
        Column("cohort", Integer, nullable=False),
        Column("college_code", Text),
        Column("major_code", Text),
        Column("class_code", Text),
        Column("education_level_code", Text),
        Column("sex_code", Text),
        Column("origin_province_code", Text),
        Column("destination_code", Text),
        Column("flexible", Boolean, nullable=False),
        Column("employer_nature_code", Text),
        Column("industry_code", Text),
        Column("place_code", Text),
        Column("position_code", Text),
        Column("origin_place_code", Text),
        Column("urban_rural", Text),
        Column("ethnicity_code", Text),
        Column("hardship_code", Text),
        Column("training_mode_code", Text),
        Column("teacher_training_code", Text),
        Column("study_form", Text),
        Column("study_level_code", Text),
        Column("abroad_country_code", Text),
        # which generation of version said the groups, and which the destination; NULL where the release before wrote
        # the span, which knows nothing of these columns
        Column("roster_generation", SmallInteger),
        Column("destination_generation", SmallInteger),
    ]


spans = Table(
    "spans",
    metadata,
    *_span_columns(),
    CheckConstraint("from_day < to_day", name="half_open"),
    # room for closing a span on its own page
    postgresql_with={"fillfactor": 80},
)
Index("ix_spans_school_code_cohort", spans.c.school_code, spans.c.cohort)
# finds the spans that are to be made anew; empty as a rule
Index("ix_spans_old", spans.c.school_code, postgresql_where=spans.c.roster_generation.is_(None))

cells = Table(
    "cells",
    metadata,
    Column("school_code", Text, primary_key=True),
    Column("cohort", Integer, primary_key=True),
    Column("dimension", Text, primary_key=True),
    # '' stands for a missing value: a key column cannot be null
    Column("value", Text, primary_key=True),
    Column("destination_code", Text, primary_key=True),
    Column("flexible", Boolean, primary_key=True),
    Column("graduates", Integer, nullable=False),
    CheckConstraint("graduates >= 0", name="not_negative"),
    # no secondary index and free room: updates stay on their page
    postgresql_with={"fillfactor": 70},
)

moved_groups = Table(
    "moved_groups",
    metadata,
    # no unique key over the group: the fold must never wait for the announcer
    Column("id", BigInteger, Identity(always=True), primary_key=True),
    Column("school_code", Text, nullable=False),
    Column("cohort", Integer, nullable=False),
    Column("dimension", Text, nullable=False),
    Column("value", Text, nullable=False),
)

next_spans = Table("next_spans", metadata, *_span_columns(), CheckConstraint("from_day < to_day", name="half_open"))

next_graduates = Table(
    "next_graduates",
    metadata,
    Column("school_code", Text, primary_key=True),
    Column("graduate_id", Uuid, primary_key=True),
    # of which versions the next spans were made, so that a later one is seen
    Column("versions", BigInteger, nullable=False),
)

next_schools = Table(
    "next_schools",
    metadata,
    Column("school_code", Text, primary_key=True),
    Column("computed_at", DateTime(timezone=True), nullable=False, server_default=text(NOW_SQL)),
    Column("graduates", Integer, nullable=False),
)
