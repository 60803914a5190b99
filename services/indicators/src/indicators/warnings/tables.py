"""Rules of schools, runs with what they were scored from, and the majors that they found."""

from sqlalchemy import (
    CheckConstraint,
    Column,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    Table,
    Text,
    UniqueConstraint,
    Uuid,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB

from common.database import instant_column, uuid_key
from indicators.schema import metadata

rules = Table(
    "warning_rules",
    metadata,
    uuid_key(),
    Column("version", Integer, nullable=False, server_default=text("1")),
    Column("school_code", Text, nullable=False),
    Column("weights", JSONB, nullable=False),
    Column("min_base", Integer, nullable=False),
    Column("min_majors", Integer, nullable=False),
    Column("share", Integer, nullable=False),
    Column("state", Text, nullable=False, server_default=text("'draft'")),
    Column("requested_by", Text, nullable=False),
    Column("requested_by_role", Text, nullable=False),
    Column("decided_by", Text),
    Column("decided_by_role", Text),
    instant_column(),
    CheckConstraint("state IN ('draft', 'in_force', 'superseded')", name="state_known"),
    CheckConstraint("decided_by <> requested_by", name="two_people"),
    CheckConstraint("(state = 'draft') = (decided_by IS NULL)", name="decided"),
    info={"insert_only": True, "updatable_columns": ["version", "state", "decided_by", "decided_by_role"]},
)
Index("uq_warning_rules_in_force", rules.c.school_code, unique=True, postgresql_where=text("state = 'in_force'"))
Index("ix_warning_rules_school_code_id", rules.c.school_code, rules.c.id)

runs = Table(
    "warning_runs",
    metadata,
    uuid_key(),
    Column("school_code", Text, nullable=False),
    Column("cohort", Integer, nullable=False),
    Column("rule", JSONB, nullable=False),
    Column("inputs", JSONB, nullable=False),
    Column("inputs_hash", LargeBinary, nullable=False),
    instant_column(),
    info={"insert_only": True},
)

warnings = Table(
    "warnings",
    metadata,
    uuid_key(),
    Column("version", Integer, nullable=False, server_default=text("1")),
    Column("school_code", Text, nullable=False),
    Column("cohort", Integer, nullable=False),
    Column("education_level", Text),
    Column("major_code", Text, nullable=False),
    # of the major, as registry describes it
    Column("college_code", Text),
    Column("run_id", Uuid, ForeignKey("warning_runs.id"), nullable=False),
    Column("content", JSONB, nullable=False),
    Column("state", Text),
    Column("opened_by", Text),
    Column("opened_by_role", Text),
    Column("closed_by", Text),
    Column("closed_by_role", Text),
    Column("outcome", Text),
    Column("note_cipher", LargeBinary),
    UniqueConstraint("school_code", "cohort", "education_level", "major_code", postgresql_nulls_not_distinct=True),
    CheckConstraint("state IN ('review_suggested', 'under_review', 'closed', 'lapsed')", name="state_known"),
    CheckConstraint("closed_by <> opened_by", name="two_people"),
    CheckConstraint("(state IN ('under_review', 'closed')) = (opened_by IS NOT NULL)", name="opened"),
    CheckConstraint("(state = 'closed') = (closed_by IS NOT NULL AND outcome IS NOT NULL)", name="closed"),
)
Index("ix_warnings_school_code_id", warnings.c.school_code, warnings.c.id)
