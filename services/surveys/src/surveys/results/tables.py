"""Editions of waves with their figures, and weights: all of it stays as it was counted."""

from sqlalchemy import (
    CheckConstraint,
    Column,
    DateTime,
    Double,
    ForeignKey,
    Index,
    Integer,
    Table,
    Text,
    UniqueConstraint,
    Uuid,
)
from sqlalchemy.dialects.postgresql import ARRAY, JSONB

from common.database import instant_column, uuid_key
from surveys.schema import metadata

editions = Table(
    "result_editions",
    metadata,
    uuid_key(),
    Column("wave_id", Uuid, ForeignKey("waves.id"), nullable=False),
    Column("school_code", Text, nullable=False),
    Column("number", Integer, nullable=False),
    # when its answers were read
    Column("taken_at", DateTime(timezone=True), nullable=False),
    Column("because", Text, nullable=False),
    Column("answers", Integer, nullable=False),
    Column("moved", Integer, nullable=False),
    # which answers stood in which group, under pseudonyms, and what was shown: no values
    Column("memory", JSONB, nullable=False),
    # of two workers the second finds the edition of the first
    UniqueConstraint("wave_id", "number", name="uq_result_editions_wave_id_number"),
    CheckConstraint("because IN ('closed', 'changed', 'weighting')", name="because_known"),
    info={"insert_only": True},
)

figures = Table(
    "result_figures",
    metadata,
    Column("edition_id", Uuid, ForeignKey("result_editions.id"), primary_key=True),
    Column("variable", Text, primary_key=True),
    Column("table_name", Text, primary_key=True),
    Column("school_code", Text, nullable=False),
    # pairs of a group and its figure
    Column("figures", JSONB, nullable=False),
    info={"insert_only": True},
)

weightings = Table(
    "result_weightings",
    metadata,
    uuid_key(),
    Column("edition_id", Uuid, ForeignKey("result_editions.id"), nullable=False),
    Column("school_code", Text, nullable=False),
    Column("method", Text, nullable=False),
    Column("by", ARRAY(Text), nullable=False),
    # dimension → value → share
    Column("margins", JSONB),
    Column("max_ratio", Double),
    Column("answers", Integer, nullable=False),
    Column("n_eff", Double, nullable=False),
    Column("deff", Double, nullable=False),
    Column("iterations", Integer),
    Column("max_error", Double),
    # values, answers and weight of each
    Column("strata", JSONB, nullable=False),
    # which of its answers stood in which group, and what was shown of them
    Column("memory", JSONB, nullable=False),
    instant_column("created_at"),
    CheckConstraint("method IN ('post_stratification', 'raking')", name="method_known"),
    CheckConstraint("(method = 'raking') = (margins IS NOT NULL)", name="margins_of_raking"),
    info={"insert_only": True},
)
Index("ix_result_weightings_edition_id_id", weightings.c.edition_id, weightings.c.id)

weights = Table(
    "result_weights",
    metadata,
    Column("weighting_id", Uuid, ForeignKey("result_weightings.id"), primary_key=True),
    Column("response_id", Uuid, ForeignKey("responses.id"), primary_key=True),
    Column("school_code", Text, nullable=False),
    Column("weight", Double, nullable=False),
    info={"insert_only": True},
)

weighted_figures = Table(
    "result_weighted_figures",
    metadata,
    Column("weighting_id", Uuid, ForeignKey("result_weightings.id"), primary_key=True),
    Column("variable", Text, primary_key=True),
    Column("table_name", Text, primary_key=True),
    Column("school_code", Text, nullable=False),
    Column("figures", JSONB, nullable=False),
    info={"insert_only": True},
)
